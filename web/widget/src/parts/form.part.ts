// Part: the two forms. What is asked before the first message, and the message left while nobody is there.
import type { About, FormField } from "../../../shared/src/protocol.gen.ts";
import { h, setText } from "../kit.ts";
import { lastSaid, type State } from "../state.ts";
import * as T from "../text.ts";
import type { Context } from "../view.ts";

export { use } from "../kit.ts";
export { default as css } from "./form.css?inline";

const EMAIL: FormField = { key: "email", label: "", required: true };
const NAME: FormField = { key: "name", label: "", required: false };

interface Question {
  element: HTMLElement;
  field: FormField;
  input: HTMLInputElement;
}

/** Asks what the channel wants to know; the box then takes the first message. */
export function fillAsk(card: HTMLElement, { chat }: Context): (state: State) => void {
  const { channel, about: given, again } = chat.state;
  const questions = (channel?.pre_chat ?? []).map(question);
  for (const { field, input } of questions) input.value = answer(given, field.key);
  const form = h(
    "form.fm",
    { noValidate: true, onsubmit: submit },
    h("h3", {}, T.formTitle),
    ...questions.map(({ element }) => element),
    h("button.bt p", { type: "submit" }, T.formGo),
  );
  card.append(form);
  if (again) complete(questions);

  function submit(event: Event): void {
    event.preventDefault();
    if (complete(questions)) chat.introduce(about(questions));
  }

  return () => {};
}

/** A message, and where to answer it. What the customer has written already stands in it. */
export function fillOffline(card: HTMLElement, { chat, now }: Context): (state: State) => void {
  const lead = h("p");
  const wrong = h("p.er", { id: "leave-er", role: "alert" });
  const text = h("textarea.ta", {
    maxLength: 10_000,
    dir: "auto",
    required: true,
    value: lastSaid(chat.state),
  });
  const questions = [NAME, EMAIL].map(question);
  const back = h("button.bt", { type: "button", onclick: () => chat.setForm(false) }, T.formBack);
  const form = h(
    "form.fm",
    { noValidate: true, onsubmit: submit },
    h("h3", {}, T.leaveTitle),
    lead,
    h("label.fl", {}, h("span", {}, T.yourMessage), text),
    wrong,
    ...questions.map(({ element }) => element),
    h("button.bt p", { type: "submit" }, T.leaveSend),
    back,
  );
  card.append(form);
  if (chat.state.form) text.focus();

  function submit(event: Event): void {
    event.preventDefault();
    const empty = !text.value.trim();
    setText(wrong, empty ? T.needed : "");
    text.setAttribute("aria-invalid", String(empty));
    text.setAttribute("aria-describedby", "leave-er");
    if (empty) text.focus();
    if (complete(questions) && !empty) chat.leaveMessage(text.value.trim(), about(questions));
  }

  return ({ channel, status, form }) => {
    const until = status.next_opening;
    const when = until ? T.backAt(until, now()) : T.nobodyNow;
    setText(lead, `${when} ${channel?.offline_lead || T.leaveLead}`);
    back.hidden = !form;
  };
}

function question(field: FormField, at: number): Question {
  const id = `fm-${field.key}`;
  const types: Record<string, [type: string, autocomplete: string, most: number]> = {
    email: ["email", "email", 200],
    name: ["text", "name", 80],
  };
  const [type, autocomplete, maxLength] = types[field.key] ?? ["text", "off", 200];
  const words = field.label || (field.key === "email" ? T.yourEmail : T.yourName);
  const input = h("input.inp", {
    type,
    autocomplete,
    maxLength,
    required: field.required,
    dir: type === "email" ? "ltr" : "auto",
    "aria-describedby": `${id}-${at}`,
  });
  const error = h("p.er", { id: `${id}-${at}`, role: "alert" });
  input.addEventListener("input", () => setText(error, ""));
  const optional = field.required ? "" : ` ${T.optional}`;
  const element = h(
    "div.fl",
    {},
    h("label.fl", {}, h("span", {}, words, optional && h("em", {}, optional)), input),
    error,
  );
  return { element, field, input };
}

/** Says what is missing; the first of them gets the focus. */
function complete(questions: Question[]): boolean {
  const wrong = questions.filter(({ element, input }) => {
    const missing = input.required && !input.value.trim();
    const problem = missing ? T.needed : input.validity.typeMismatch ? T.badEmail : "";
    setText(element.lastElementChild as Element, problem);
    input.setAttribute("aria-invalid", String(problem !== ""));
    return problem;
  });
  wrong[0]?.input.focus();
  return !wrong.length;
}

/** What they have answered already. */
function answer(given: About | null, key: string): string {
  const known = key === "name" || key === "email" ? given?.[key] : given?.attributes?.[key];
  return known ?? "";
}

function about(questions: Question[]): About {
  const given: About = {};
  const attributes: Record<string, string> = {};
  for (const { field, input } of questions) {
    const value = input.value.trim();
    if (!value) continue;
    if (field.key === "name" || field.key === "email") given[field.key] = value;
    else attributes[field.key] = value;
  }
  return Object.keys(attributes).length ? { ...given, attributes } : given;
}
