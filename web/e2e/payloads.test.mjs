// Sixty-two payloads through every field that people write or send: none runs, none asks for anything, all stay text.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage, openProfile } from "./support/browser.mjs";
import { Customer } from "./support/customer.mjs";
import { PAYLOADS } from "./support/payloads.mjs";
import { serveSite } from "./support/site.mjs";
import { Stage } from "./support/stage.mjs";

const HTML =
  "iframe, object, embed, base, form[action], [onerror], [onload], [onfocus], a[href^='javascript' i]";

test("payloads in every field stay text", async (t) => {
  const stage = await Stage.set({ SWITCHBOARD_LIMITS__ENABLED: "false" });
  const ada = await stage.owner();
  const { origin } = stage.server;
  const scope = await ada.scope();
  const site = await serveSite();
  const settings = { title: PAYLOADS[7], colour: "#1f6b4a", allowed_origins: [site.origin], human_after: 0 };
  const key = await stage.addChannel(ada, PAYLOADS[0], settings);
  const good = async (method, path, data) => {
    const answer = await ada.call(method, path, data);
    assert.equal(answer.status < 300, true, `${method} ${path} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const short = PAYLOADS.map((text) => text.replaceAll(/\s+/g, " ").slice(0, 80));

  /** A customer without a browser. */
  async function visit(hello, userAgent) {
    const ask = async (verb, body, token) => {
      const headers = { origin: site.origin, "content-type": "application/json", "user-agent": userAgent };
      if (token) headers.authorization = `Bearer ${token}`;
      const address = `${origin}/api/v1/widget/${verb}?channel=${key}`;
      const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
      const told = await answer.json();
      assert.equal(answer.ok, true, `${verb}: ${JSON.stringify(told)}`);
      return told;
    };
    const { visitor_token: token } = await ask("session", hello);
    const client = () => ({ client_id: crypto.randomUUID() });
    return { says: (verb, body) => ask(verb, { ...client(), ...body }, token) };
  }

  /** Nothing of what the page shows is more than text. */
  async function isText(page) {
    assert.equal(await page.locator(HTML).count(), 0, page.url());
    assert.equal(await page.locator("script:not([src])").count(), 0, page.url());
    stage.calm();
  }

  const chats = [];
  await t.test("customers are called so, come from such pages, say and rate so", async () => {
    for (const [at, text] of PAYLOADS.entries()) {
      const about = {
        external_id: `x${at}`,
        name: short[at],
        email: short[at].replaceAll(" ", "").slice(0, 60),
      };
      const page = {
        url: `${site.origin}/?${text}`,
        title: text,
        referrer: `${site.origin}/#${text}`,
        language: "en",
      };
      const identity = { ...about, attributes: { plan: text } };
      const customer = await visit({ identity, page }, text.replaceAll(/[^ -~]/g, " "));
      const { conversation } = await customer.says("start", { text });
      if (at % 2) await customer.says("end", { rating: 1, comment: text });
      chats.push(conversation);
    }
  });

  await t.test("members see it in lists, in the chat and beside it", async () => {
    const { page } = ada;
    for (const [at, chat] of chats.entries()) {
      await page.goto(`${origin}/chats/${chat}`);
      await ada.log.getByText(PAYLOADS[at].split("\n")[0].trim().slice(0, 12)).first().waitFor();
      await page.locator("#details").waitFor();
      await isText(page);
    }
    await ada.show("Terminated");
    await ada.rows("today").first().waitFor();
    await isText(page);
  });

  await t.test("colleagues, keys, channels, canned replies and the team are called so", async () => {
    for (const [at, name] of short.entries()) {
      await good("POST", `/scopes/${scope}/members`, { name, email: `m${at}@shop.example`, role: "agent" });
      await good("POST", `/scopes/${scope}/keys`, { name, role: "agent" });
      await good("POST", `/scopes/${scope}/channels`, { name, settings: { title: name.slice(0, 40) } });
      const reply = { shortcut: `s${at}`, title: name.slice(0, 80), text: PAYLOADS[at] };
      await good("POST", `/scopes/${scope}/canned_replies`, reply);
    }
    await good("PATCH", `/scopes/${scope}`, { name: short[7] });
    const { page } = ada;
    for (const path of [
      "/settings",
      "/settings/members",
      "/settings/channels",
      "/settings/keys",
      "/settings/tags",
      "/settings/webhooks",
      "/settings/audit",
      "/canned",
      "/analytics",
      "/chats",
    ]) {
      await page.goto(`${origin}${path}`);
      await page.locator("main, [role=main], .app").first().waitFor();
      await page.waitForLoadState("networkidle");
      await isText(page);
    }
    await page.goto(`${origin}/canned`);
    await page.getByText(short[0]).first().waitFor();
    await page.goto(`${origin}/settings/members`);
    await page.getByText(short[0]).first().waitFor();
    await isText(page);
  });

  await t.test(
    "customers see it from members of such names, from the bot and as names of files",
    async () => {
      const rules = PAYLOADS.slice(0, 60).map((text, at) => ({ when: [`ask${at}`], say: [text] }));
      const bot = {
        kind: "scripted",
        greeting: PAYLOADS[10],
        quick_replies: [short[0].slice(0, 20)],
        rules,
        fallback: [PAYLOADS[6]],
      };
      await good("PUT", `/scopes/${scope}/bot`, bot);
      const { page, troubles } = await openPage(await openProfile(stage.browser), [origin, site.origin]);
      stage.watched.push(troubles);
      site.show("Shop", `<script src="${origin}/widget.js" data-channel="${key}" async></script>`);
      await page.goto(site.origin);
      const zoe = new Customer(page.context(), page, troubles);
      await zoe.open();
      for (const at of [0, 10, 20, 30, 40, 50]) {
        await zoe.say(`ask${at}`);
        await zoe.sees(PAYLOADS[at]);
      }
      await zoe.human.click();
      const found = await good("GET", `/scopes/${scope}/conversations?q=ask50`);
      const chat = found.items[0].id;
      await ada.page.goto(`${origin}/chats/${chat}`);
      await good("POST", `/conversations/${chat}/join`, { client_id: crypto.randomUUID() });
      for (const [at, text] of PAYLOADS.entries()) {
        if (at % 10 === 0) await good("PATCH", "/session", { name: short[at] });
        const session = await good("GET", "/session");
        const upload = await ada.profile.request.fetch(`${origin}/api/v1/conversations/${chat}/files`, {
          method: "POST",
          headers: {
            origin,
            "x-csrf-token": session.csrf_token,
            "content-type": "application/octet-stream",
            "x-file-name": encodeURIComponent(text),
          },
          data: Buffer.from("plain"),
        });
        const { id } = await upload.json();
        const send = { client_id: crypto.randomUUID(), text, attachments: [id] };
        await good("POST", `/conversations/${chat}/send`, send);
        await good("POST", `/conversations/${chat}/note`, { client_id: crypto.randomUUID(), text });
      }
      await good("POST", `/conversations/${chat}/send`, {
        client_id: crypto.randomUUID(),
        text: "That was all",
      });
      await zoe.sees("That was all");
      await ada.sees("That was all");
      for (const text of PAYLOADS.slice(-20).filter((text) => !/[\n\t[*_`]|https?:/.test(text))) {
        assert.equal((await zoe.log.getByText(text).count()) > 0, true, text);
      }
      await isText(page);
      await isText(ada.page);
      await page.reload();
      await zoe.sees("That was all");
      await isText(page);
    },
  );
});
