import { describe, expect, it, vi } from "vitest";
import { h, icon, setText } from "./dom.ts";

describe("h", () => {
  it("takes whatever is written as text", () => {
    const evil = `<img src=x onerror="alert(1)"></script><script>alert(1)</script>`;
    const element = h("p.a b", { title: evil }, evil);
    expect(element.children).toHaveLength(0);
    expect(element.textContent).toBe(evil);
    expect(element.className).toBe("a b");
  });

  it("sets attributes, properties and listeners", () => {
    const clicked = vi.fn();
    const button = h(
      "button",
      { "aria-label": "Go", role: "tab", disabled: false, onclick: clicked },
      null,
      "x",
    );
    button.click();
    expect(button.getAttribute("aria-label")).toBe("Go");
    expect(button.getAttribute("role")).toBe("tab");
    expect(clicked).toHaveBeenCalledOnce();
  });
});

describe("setText", () => {
  it("leaves an equal text alone, so that it is not read out again", () => {
    const element = h("p", {}, "same");
    const node = element.firstChild;
    setText(element, "same");
    expect(element.firstChild).toBe(node);
    setText(element, "other");
    expect(element.textContent).toBe("other");
  });
});

it("hides drawings from screen readers", () => {
  expect(icon("M0 0").getAttribute("aria-hidden")).toBe("true");
});
