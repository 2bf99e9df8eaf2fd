// Text that somebody wrote, with its line breaks, with web addresses as links and with members it names set apart.
import { splitAtNames } from "./mentions.ts";

const ADDRESS = /(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])/g;

interface Props {
  text: string;
  /** Names of members whom it mentions. */
  names?: readonly string[];
}

export function Words({ text, names = [] }: Props) {
  const parts = text.split(ADDRESS);
  return (
    <>
      {parts.map((part, index) =>
        index % 2 ? (
          <a key={`${index}${part}`} href={part} target="_blank" rel="noopener noreferrer nofollow">
            {part}
          </a>
        ) : (
          splitAtNames(part, names).map((piece, at) =>
            at % 2 ? (
              <b key={`${index} ${at}`} class="at">
                {piece}
              </b>
            ) : (
              piece
            ),
          )
        ),
      )}
    </>
  );
}
