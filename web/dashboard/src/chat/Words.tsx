// What somebody wrote: line breaks, emphasis, code, links, lists and quotes.
import { type Block, type Inline, parse } from "../../../shared/src/rich.ts";

export function Words({ text }: { text: string }) {
  return <Blocks of={parse(text)} />;
}

function Blocks({ of }: { of: Block[] }) {
  return of.map((block, at) => {
    const key = `${at}${block.kind}`;
    switch (block.kind) {
      case "text":
        return (
          <p key={key}>
            <Line of={block.of} />
          </p>
        );
      case "code":
        return (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways, by keys too
          <pre key={key} tabIndex={0}>
            {block.text}
          </pre>
        );
      case "quote":
        return (
          <blockquote key={key}>
            <Blocks of={block.of} />
          </blockquote>
        );
      case "list": {
        const items = block.items.map((item, nth) => (
          <li key={`${nth}`}>
            <Line of={item} />
          </li>
        ));
        return block.start === null ? (
          <ul key={key}>{items}</ul>
        ) : (
          <ol key={key} start={block.start}>
            {items}
          </ol>
        );
      }
    }
  });
}

function Line({ of }: { of: Inline[] }) {
  return of.map((one, at) => {
    if (typeof one === "string") return one;
    const key = `${at}${one.kind}`;
    switch (one.kind) {
      case "bold":
        return (
          <strong key={key}>
            <Line of={one.of} />
          </strong>
        );
      case "italic":
        return (
          <em key={key}>
            <Line of={one.of} />
          </em>
        );
      case "code":
        return <code key={key}>{one.text}</code>;
      case "link":
        return (
          <a key={key} href={one.href} title={one.href} target="_blank" rel="noopener noreferrer nofollow">
            <Line of={one.of} />
          </a>
        );
    }
  });
}
