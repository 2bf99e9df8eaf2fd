// A member at the dashboard, used by what is written on it.
import { openPage, openProfile } from "./browser.mjs";
import { exactly } from "./customer.mjs";

export const PASSWORD = "correct horse battery";

export class Member {
  constructor(name, profile, page, troubles) {
    Object.assign(this, { name, profile, page, troubles });
    this.composer = page.locator("#write");
    this.log = page.getByRole("log", { name: "Transcript" });
    this.resolve = page.locator(".chead").getByRole("button", { name: "Resolve Chat" });
  }

  /** Opens a one-time link and chooses name and password there. */
  static async accept(stage, link, { name, email, options, quiet = [] }) {
    const profile = await openProfile(stage.browser, options);
    // Whether somebody is signed in is asked by a request that the browser notes when nobody is.
    const { page, troubles } = await openPage(profile, [stage.server.origin], [/401/, ...quiet]);
    stage.watched.push(troubles);
    await page.goto(link);
    if (email) await page.getByLabel("Email").fill(email);
    await page.getByLabel("Your name").fill(name);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByRole("button", { name: "Save and sign in" }).click();
    const member = new Member(name, profile, page, troubles);
    await member.isConnected();
    return member;
  }

  isConnected() {
    return this.page.locator('.conn[title="Connected"]').waitFor({ state: "attached" });
  }

  /** Invites somebody in the settings; answers the one-time link. */
  async invite(name, email) {
    const { page } = this;
    await page.getByRole("link", { name: "Settings" }).first().click();
    await page.getByRole("link", { name: "Members" }).click();
    await page.getByRole("button", { name: "Invite" }).click();
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByLabel("Email").fill(email);
    await page.getByRole("button", { name: "Make the link" }).click();
    const link = await page.getByLabel(`One-time link for ${name}`).inputValue();
    await page.getByRole("link", { name: "All channels" }).click();
    return link;
  }

  /** The rows of a section: `unassigned`, `mine`, `assigned`, `ai`; of Terminated: `today`. */
  rows(section) {
    return this.page.locator(`.row[data-section="${section}"]`);
  }

  /** The row of a conversation, in whatever section it stands. */
  row(id, section) {
    return this.page.locator(`.row[data-id="${id}"]${section ? `[data-section="${section}"]` : ""}`);
  }

  async openRow(row) {
    await row.click();
    await this.log.waitFor();
  }

  async reply(text) {
    await this.composer.fill(text);
    await this.composer.press("Enter");
    await this.sees(text);
  }

  sees(text) {
    return this.log.getByText(text).last().waitFor();
  }

  count(text) {
    return this.log.locator(".msg .b", { hasText: exactly(text) }).count();
  }

  /** Shows Active or Terminated. */
  async show(view) {
    await this.page.locator(".side").getByRole("button", { name: view }).click();
  }

  /** The id of the member's first scope. */
  async scope() {
    return (await this.call("GET", "/session")).body.scopes[0].id;
  }

  /** Calls the REST interface as this member; answers status and body. */
  async call(method, path, data) {
    const { origin } = new URL(this.page.url());
    const { request } = this.profile;
    const session = await (await request.get(`${origin}/api/v1/session`)).json();
    const headers = { origin, "x-csrf-token": session.csrf_token };
    const answer = await request.fetch(`${origin}/api/v1${path}`, { method, headers, data });
    const text = await answer.text();
    return { status: answer.status(), body: text ? JSON.parse(text) : null };
  }
}
