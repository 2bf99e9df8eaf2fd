// What somebody wrote: line breaks, emphasis, code, links, lists and quotes.
import { type Block, type Inline, parse } from "../../../shared/src/rich.ts";

export function Words({ text }: { text: string }) {
  return <Blocks of={parse(text)} />;
}

function Blocks({ of }: { of: Block[] }) {
  return of.map((block, at) => <Part key={`${at}${block.kind}`} block={block} />);
}

function Part({ block }: { block: Block }) {
  switch (block.kind) {
    case "text":
      return (
        <p>
          <Line of={block.of} />
        </p>
      );
    case "code":
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways, by keys too
      return <pre tabIndex={0}>{block.text}</pre>;
    case "quote":
      return (
        <blockquote>
          <Blocks of={block.of} />
        </blockquote>
      );
    case "list": {
      const items = block.items.map((item, at) => (
        <li key={`${at}`}>
          <Line of={item} />
        </li>
      ));
      return block.start === null ? <ul>{items}</ul> : <ol start={block.start}>{items}</ol>;
    }
  }
}

function Line({ of }: { of: Inline[] }) {
  return of.map((one, at) => (typeof one === "string" ? one : <Piece key={`${at}${one.kind}`} of={one} />));
}

function Piece({ of: one }: { of: Exclude<Inline, string> }) {
  if (one.kind === "code") return <code>{one.text}</code>;
  const inner = <Line of={one.of} />;
  if (one.kind === "link")
    return (
      <a href={one.href} title={one.href} target="_blank" rel="noopener noreferrer nofollow">
        {inner}
      </a>
    );
  return one.kind === "bold" ? <strong>{inner}</strong> : <em>{inner}</em>;
}
