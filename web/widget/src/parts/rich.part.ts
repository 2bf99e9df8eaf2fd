// Part: turns what somebody wrote into elements: emphasis, code, links, lists and quotes.
import { type Block, type Inline, parse } from "../../../shared/src/rich.ts";
import { h } from "../kit.ts";

export { use } from "../kit.ts";
export { default as css } from "./rich.css?inline";

export function render(text: string): HTMLElement[] {
  return parse(text).map(block);
}

function block(one: Block): HTMLElement {
  switch (one.kind) {
    case "text":
      return h("p", {}, ...inline(one.of));
    case "code":
      return h("pre", { tabIndex: 0 }, one.text);
    case "quote":
      return h("blockquote", {}, ...one.of.map(block));
    case "list": {
      const items = one.items.map((item) => h("li", {}, ...inline(item)));
      return one.start === null ? h("ul", {}, ...items) : h("ol", { start: one.start }, ...items);
    }
  }
}

function inline(of: Inline[]): (string | HTMLElement)[] {
  return of.map((one) => (typeof one === "string" ? one : piece(one)));
}

function piece(one: Exclude<Inline, string>): HTMLElement {
  switch (one.kind) {
    case "bold":
      return h("strong", {}, ...inline(one.of));
    case "italic":
      return h("em", {}, ...inline(one.of));
    case "code":
      return h("code", {}, one.text);
    case "link":
      return h(
        "a",
        { href: one.href, title: one.href, target: "_blank", rel: "noopener noreferrer nofollow" },
        ...inline(one.of),
      );
  }
}
