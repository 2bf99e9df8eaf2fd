import { expect, it } from "vitest";
import * as dom from "../dom.ts";
import { render, use } from "./rich.part.ts";

use({ ...dom, paint: () => {} });

function html(text: string): string {
  const place = document.createElement("div");
  place.append(...render(text));
  return place.innerHTML.replace(/ class="[^"]*"/g, "");
}

it("makes elements of what it understands", () => {
  expect(html("**a** *b* `c`\nd")).toBe("<p><strong>a</strong> <em>b</em> <code>c</code>\nd</p>");
  expect(html("- a\n- b\n2. c\n> d")).toBe(
    '<ul><li>a</li><li>b</li></ul><ol start="2"><li>c</li></ol><blockquote><p>d</p></blockquote>',
  );
});

it("opens links elsewhere, tells nobody from where, and shows where they lead", () => {
  const link = document.createElement("div");
  link.append(...render("[here](https://a.example/?b)"));
  const anchor = link.querySelector("a");
  expect(anchor).toMatchObject({
    href: "https://a.example/?b",
    target: "_blank",
    title: "https://a.example/?b",
  });
  expect(anchor?.rel).toBe("noopener noreferrer nofollow");
});

it("never makes markup of what was written", () => {
  expect(html("<b>x</b> **<img src=x onerror=alert(1)>** [x](javascript:alert(1))")).toBe(
    "<p>&lt;b&gt;x&lt;/b&gt; <strong>&lt;img src=x onerror=alert(1)&gt;</strong> [x](javascript:alert(1))</p>",
  );
});
