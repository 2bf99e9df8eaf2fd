import { describe, expect, it } from "vitest";
import { type Block, type Inline, mayBeRich, parse, plain, SCHEMES } from "./rich.ts";

const line = (text: string) => {
  const [block, ...more] = parse(text);
  expect(more).toEqual([]);
  return block?.kind === "text" ? block.of : block;
};
const link = (href: string, label = href): Inline => ({ kind: "link", href, of: [label] });
const bold = (...of: Inline[]): Inline => ({ kind: "bold", of });
const italic = (...of: Inline[]): Inline => ({ kind: "italic", of });

describe("a line", () => {
  it.each<[string, unknown]>([
    ["plain words, 2 * 3 * 4 = 24", ["plain words, 2 * 3 * 4 = 24"]],
    ["2*3*4 and snake_case_name", ["2*3*4 and snake_case_name"]],
    ["**bold**, *italic*, _too_", [bold("bold"), ", ", italic("italic"), ", ", italic("too")]],
    ["**a *b* c**", [bold("a ", italic("b"), " c")]],
    ["`a * b *` *c*", [{ kind: "code", text: "a * b *" }, " ", italic("c")]],
    ["**not closed", ["**not closed"]],
    ["* not* a list", { kind: "list", start: null, items: [["not* a list"]] }],
    ["see https://a.example/b?c=d.", ["see ", link("https://a.example/b?c=d"), "."]],
    ["*https://a.example/*", [italic(link("https://a.example/"))]],
    ["[our terms](https://a.example/t)", [link("https://a.example/t", "our terms")]],
    [
      "write to zoe@x.example or mailto:a@b.c",
      ["write to ", link("mailto:zoe@x.example", "zoe@x.example"), " or ", link("mailto:a@b.c")],
    ],
    ["tel:+49301234", [link("tel:+49301234")]],
    ["[click](javascript:alert(1))", ["[click](javascript:alert(1))"]],
    ["javascript:alert(1) data:text/html,x", ["javascript:alert(1) data:text/html,x"]],
    [
      "[https://bank.example](https://evil.example)",
      ["[", link("https://bank.example"), "](", link("https://evil.example"), ")"],
    ],
    ["a\n\n\nb", ["a\n\n\nb"]],
    ["<img src=x onerror=alert(1)>", ["<img src=x onerror=alert(1)>"]],
  ])("%s", (text, expected) => {
    expect(line(text)).toEqual(expected);
  });
});

describe("lines", () => {
  it("make lists, quotes and code", () => {
    expect(parse("Do:\n- one\n- **two**\n\n3. c\n4. d\n9. e\n> said\n> - x\nend\n```\n*as is*\n```")).toEqual(
      [
        { kind: "text", of: ["Do:"] },
        { kind: "list", start: null, items: [["one"], [bold("two")]] },
        { kind: "list", start: 3, items: [["c"], ["d"]] },
        { kind: "list", start: 9, items: [["e"]] },
        {
          kind: "quote",
          of: [
            { kind: "text", of: ["said"] },
            { kind: "list", start: null, items: [["x"]] },
          ],
        },
        { kind: "text", of: ["end"] },
        { kind: "code", text: "*as is*" },
      ],
    );
  });

  it("stay what they are if no block begins", () => {
    expect(parse("```js\nx\n```")).toEqual([{ kind: "text", of: ["```js\nx\n```"] }]);
    expect(parse("007. x\n2026. y\n-z\n>")).toEqual([
      { kind: "text", of: ["007. x\n2026. y\n-z"] },
      { kind: "quote", of: [] },
    ]);
    expect(parse("")).toEqual([]);
  });
});

it("can be said without its marks", () => {
  expect(plain("**Two** ways:\n- [here](https://a.example)\n> `x` _y_")).toBe("Two ways:\nhere\nx y");
  expect(plain("2 * 3")).toBe("2 * 3");
});

/** Texts made of pieces, one for each seed. */
const INPUTS = 100_000;
/** Quotes four deep, and marks four deep in each line of them. */
const DEEPEST_TREE = 10;

describe("whatever is written", () => {
  const pieces = [
    ..."*_`[]()<>-•\n\n  \t.,:!ab1ü😀",
    ...["**", "```", "\n> ", "\n- ", "\n1. ", "\n2) ", "](", "http://", "https://x.example/a_b", "mailto:"],
    ...["tel:+1", "a@b.c", "javascript:", "data:", "[x](https://y.example)", "[x](javascript:x)", "//", "\r"],
  ];

  it("is parsed, loses no letter, links nowhere dangerous, and only what may be rich is", () => {
    // Asking `expect` each time would take longer than parsing.
    const fault = (text: string) => {
      const tree = parse(text);
      if (letters(said(tree)) !== letters(text)) return "lost letters";
      if (!hrefs(tree).every((href) => SCHEMES.includes(new URL(href).protocol))) return "a dangerous link";
      if (deepest(tree) > DEEPEST_TREE) return "nested too deep";
      return mayBeRich(text) || tree.every(isPlain) ? null : "rich, and it was not seen that it may be";
    };
    for (let seed = 1; seed <= INPUTS; seed++) {
      const text = random(seed, pieces);
      const found = fault(text);
      if (found) expect.fail(`${found}, seed ${seed}: ${JSON.stringify(text)}`);
    }
  }, 120_000);

  it.each(["*a ", "[", "`a ", "> ", ">".repeat(9), "**a*b", "_", "a@", "http://", "1. a\n", "[a]("])(
    "%s, 10,000 characters of it, takes no time to speak of",
    (piece) => {
      const begun = performance.now();
      parse(piece.repeat(10_000 / piece.length));
      expect(performance.now() - begun).toBeLessThan(1000);
    },
  );
});

/** A text of up to 30 pieces; the same for the same seed. */
function random(seed: number, pieces: string[]): string {
  let state = seed;
  const next = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  return Array.from({ length: next(30) }, () => pieces[next(pieces.length)]).join("");
}

/** Every character that is a letter, a number or a picture. */
function letters(text: string): string {
  return text.replace(/[^\p{L}\p{N}\p{Extended_Pictographic}]/gu, "");
}

/** All there is to read, with the numbers of lists and where labelled links lead. */
function said(tree: Block[]): string {
  const words = (of: Inline[]): string =>
    of
      .map((one) => {
        if (typeof one === "string") return one;
        if (one.kind === "code") return one.text;
        const inner = words(one.of);
        return one.kind === "link" && !one.href.endsWith(inner) ? `${inner} ${one.href}` : inner;
      })
      .join("");
  return tree
    .map((block) => {
      if (block.kind === "code") return block.text;
      if (block.kind === "quote") return said(block.of);
      if (block.kind === "text") return words(block.of);
      const { start } = block;
      return block.items.map((item, at) => `${start === null ? "" : start + at} ${words(item)}`).join(" ");
    })
    .join("\n");
}

function hrefs(tree: Block[]): string[] {
  const of = (inline: Inline): string[] => {
    if (typeof inline === "string" || inline.kind === "code") return [];
    return [...(inline.kind === "link" ? [inline.href] : []), ...inline.of.flatMap(of)];
  };
  return tree.flatMap((block) => {
    if (block.kind === "code") return [];
    if (block.kind === "quote") return hrefs(block.of);
    return (block.kind === "list" ? block.items.flat() : block.of).flatMap(of);
  });
}

/** How many lists, quotes, marks and links stand within each other. */
function deepest(tree: Block[]): number {
  const most = (depths: number[]) => 1 + Math.max(0, ...depths);
  const within = (of: Inline[]): number =>
    most(of.map((one) => (typeof one === "string" || one.kind === "code" ? 0 : within(one.of))));
  return most(
    tree.map((block) => {
      if (block.kind === "code") return 0;
      if (block.kind === "quote") return deepest(block.of);
      return block.kind === "text" ? within(block.of) : most(block.items.map(within));
    }),
  );
}

function isPlain(block: Block): boolean {
  return block.kind === "text" && block.of.every((one) => typeof one === "string");
}
