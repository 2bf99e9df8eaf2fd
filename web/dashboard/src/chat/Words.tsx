// What somebody wrote: line breaks, emphasis, code, links, lists and quotes, with members it names set apart.
import { type Block, type Inline, parse } from "../../../shared/src/rich.ts";
import { splitAtNames } from "./mentions.ts";

type Names = readonly string[];

/** `names`: of members whom it mentions. */
export function Words({ text, names = [] }: { text: string; names?: Names }) {
  return <Blocks of={parse(text)} names={names} />;
}

function Blocks({ of, names }: { of: Block[]; names: Names }) {
  return of.map((block, at) => <Part key={`${at}${block.kind}`} block={block} names={names} />);
}

function Part({ block, names }: { block: Block; names: Names }) {
  switch (block.kind) {
    case "text":
      return (
        <p>
          <Line of={block.of} names={names} />
        </p>
      );
    case "code":
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways, by keys too
      return <pre tabIndex={0}>{block.text}</pre>;
    case "quote":
      return (
        <blockquote>
          <Blocks of={block.of} names={names} />
        </blockquote>
      );
    case "list": {
      const items = block.items.map((item, at) => (
        <li key={`${at}`}>
          <Line of={item} names={names} />
        </li>
      ));
      return block.start === null ? <ul>{items}</ul> : <ol start={block.start}>{items}</ol>;
    }
  }
}

function Line({ of, names }: { of: Inline[]; names: Names }) {
  return of.map((one, at) =>
    typeof one === "string" ? (
      splitAtNames(one, names).map((piece, place) =>
        place % 2 ? (
          <b key={`${at} ${place}`} class="at">
            {piece}
          </b>
        ) : (
          piece
        ),
      )
    ) : (
      <Piece key={`${at}${one.kind}`} of={one} names={names} />
    ),
  );
}

function Piece({ of: one, names }: { of: Exclude<Inline, string>; names: Names }) {
  if (one.kind === "code") return <code>{one.text}</code>;
  const inner = <Line of={one.of} names={names} />;
  if (one.kind === "link")
    return (
      <a href={one.href} title={one.href} target="_blank" rel="noopener noreferrer nofollow">
        {inner}
      </a>
    );
  return one.kind === "bold" ? <strong>{inner}</strong> : <em>{inner}</em>;
}
