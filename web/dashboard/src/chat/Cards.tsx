// The cards of a message, as the customer got them. Pictures from elsewhere are not fetched: a link says where they are.
import type { Button, Card } from "../../../shared/src/protocol.gen.ts";
import { cards as words } from "../../../shared/src/text/cards.ts";
import { Chip } from "../ui/Avatar.tsx";

interface Props {
  cards: readonly Card[];
  /** Where a file is fetched; empty: nowhere yet. */
  urlOf: (file: string) => string;
}

export function Cards({ cards, urlOf }: Props) {
  if (!cards.length) return null;
  return (
    <ul class="cards" aria-label={words.cards}>
      {cards.map(({ title, text, image, buttons }, at) => (
        <li key={`${at}`}>
          {image?.file && urlOf(image.file) && (
            <img src={urlOf(image.file)} alt={image.alt ?? ""} loading="lazy" />
          )}
          <b dir="auto">{title}</b>
          {text && <p dir="auto">{text}</p>}
          {image?.url && <Away href={image.url}>{words.pictureAt(new URL(image.url).host)}</Away>}
          {buttons?.map((button, at) => (
            <Offer key={`${at}`} button={button} />
          ))}
        </li>
      ))}
    </ul>
  );
}

function Offer({ button }: { button: Button }) {
  if (button.kind === "link") return <Away href={button.url}>{button.title}</Away>;
  return (
    <span>
      <span class="sr">{words.button}: </span>
      <Chip kind="line" title={button.text}>
        <bdi>{button.title}</bdi>
      </Chip>
    </span>
  );
}

function Away({ href, children }: { href: string; children: string }) {
  return (
    <a href={href} title={href} target="_blank" rel="noopener noreferrer nofollow" dir="auto">
      {children}
    </a>
  );
}
