// A customer: the widget on a page, used by what is written on it.
import { openPage, openProfile } from "./browser.mjs";

export class Customer {
  constructor(profile, page, troubles) {
    Object.assign(this, { profile, page, troubles });
    this.launcher = page.getByRole("button", { name: /^(Open|Minimise) chat/ }).last();
    this.panel = page.locator("switchboard-chat .panel");
    this.log = this.panel.getByRole("log");
    this.box = this.panel.getByRole("textbox", { name: "Write a message" });
    this.human = this.panel.getByRole("button", { name: "Talk to a human" });
    this.cross = this.panel.getByRole("button", { name: "End chat" });
    this.sheet = this.panel.getByRole("dialog", { name: "End this chat?" });
    this.messages = this.log.locator(".msg");
  }

  /** Comes to the shop in a browser of their own. */
  static async visit(stage, { path = "/demo/", options, quiet } = {}) {
    const profile = await openProfile(stage.browser, options);
    return Customer.tab(stage, profile, { path, quiet });
  }

  /** Comes, and has asked the demo's bot for a human. */
  static async waiting(stage) {
    const customer = await Customer.visit(stage);
    await customer.open();
    await customer.askHuman();
    return customer;
  }

  /** Another tab of the same customer. */
  static async tab(stage, profile, { path = "/demo/", quiet } = {}) {
    const { page, troubles } = await openPage(profile, [stage.server.origin], quiet);
    stage.watched.push(troubles);
    await page.goto(new URL(path, stage.server.origin).href);
    return new Customer(profile, page, troubles);
  }

  async open() {
    await this.launcher.click();
    await this.box.waitFor();
    await this.panel.locator(".msg").first().waitFor();
  }

  /** Writes, and waits until the server has it. */
  async say(text) {
    await this.box.fill(text);
    await this.box.press("Enter");
    await this.sees(text);
    await this.log
      .locator('.msg.me[data-state="sending"], .msg.me[data-state="waiting"]')
      .waitFor({ state: "detached" });
  }

  /** Waits for a message or line with this text. */
  sees(text) {
    return this.log.getByText(text).last().waitFor();
  }

  /** How many bubbles hold exactly this. */
  count(text) {
    return this.log.locator(".msg .b", { hasText: exactly(text) }).count();
  }

  /** Waits until the bot has said as many messages as this, its greeting included. */
  heardBot(count) {
    return this.log
      .locator(".msg:has(.ava.bot):not([aria-hidden=true])")
      .nth(count - 1)
      .waitFor();
  }

  /** Chats with the bot until it offers a human, and asks for one. */
  async askHuman() {
    for (const [at, text] of ["Opening hours", "Do you deliver to Spain?"].entries()) {
      await this.say(text);
      await this.heardBot(at + 2);
    }
    await this.human.click();
    await this.sees("You asked for a human");
  }
}

export function exactly(text) {
  return new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}\\s*$`);
}
