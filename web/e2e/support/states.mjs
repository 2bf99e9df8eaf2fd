// Every main state of login, dashboard and widget, one after the other. Tests look at each of them.

import { openPage, openProfile } from "./browser.mjs";
import { Crowd } from "./crowd.mjs";
import { Customer } from "./customer.mjs";

/**
 * Brings up each state and calls `look(name, page)` while it stands. Themes and widths are the caller's business; a
 * state may be looked at several times and in any size.
 */
export async function everyState(stage, look) {
  await doors(stage, look);
  const ada = await stage.owner();
  await look("dashboard-empty", ada.page);
  const ben = await stage.agent(ada);
  const crowd = await Crowd.gather(stage);
  await fill(crowd, ada, ben);
  await dashboard(ada, ben, crowd, look);
  await settings(ada, look);
  await widget(stage, ada, look);
}

async function doors(stage, look) {
  const { origin } = stage.server;
  const { page } = await openPage(await openProfile(stage.browser), [origin]);
  await page.goto(`${origin}/login`);
  await page.getByLabel("Email").fill("nobody@shop.example");
  await look("login", page);
  await page.getByLabel("Password", { exact: true }).fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").waitFor();
  await look("login-wrong", page);
  // The link is only looked at here, so it still counts afterwards.
  await page.goto(stage.server.setupLink);
  await page.getByLabel("Your name").waitFor();
  await look("setup", page);
  await page.goto(`${origin}/login`);
  await page.goto(`${origin}/setup`);
  await page.getByRole("alert").waitFor();
  await look("setup-dead-link", page);
  await page.context().close();
}

async function fill(crowd, ada, ben) {
  await crowd.comes("Tomás Silva", ["Opening hours"]);
  await crowd.ends("Tomás Silva", 5);
  await crowd.comes("Ines Duarte", ["Do you deliver to Spain?", "Which bulb fits?"]);
  await crowd.comes("Jonas Weber", ["Where is my order?"]);
  await crowd.comes("Priya Nair", ["Where is my order?", "20431", "It arrived damaged"], {
    human: true,
    email: "priya.nair@post.example",
  });
  await crowd.comes("Owen Hughes", ["Can I still change the address?", "Opening hours"], { human: true });
  await crowd.comes("Fatima Rahman", ["I want to return it", "Where is the label?"], { human: true });
  await crowd.comes("Lena Fischer", ["Which bulb fits?", "Do you deliver to Spain?"], { human: true });

  await ben.openRow(rowOf(ben, "Fatima Rahman"));
  await ben.reply("Hello Fatima, I have sent you the label by email.");
  await crowd.adds("Fatima Rahman", "That was quick, thank you!");
  await ada.openRow(rowOf(ada, "Priya Nair"));
  await ada.page.getByRole("tab", { name: "Internal note" }).click();
  await ada.reply("Second damaged Tide this week. I ask the workshop about the packaging.");
  await ada.page.getByRole("tab", { name: "Reply" }).click();
  await ada.reply(
    "Hello Priya, I am sorry about that. A new lamp leaves today, and you may keep the broken one.",
  );
  await crowd.adds("Priya Nair", "Oh, lovely. Do I need to send anything back?");
  await ada.sees("Do I need to send anything back?");
  await ada.reply("Nothing at all. Its tracking number comes by email this evening.");
}

async function dashboard(ada, ben, crowd, look) {
  const { page } = ada;
  await crowd.types("Priya Nair");
  await look("mine", page);
  await work(ada, look);
  await page.locator(".chead .more").click();
  await look("more-menu", page);
  await page.keyboard.press("Escape");
  await ada.resolve.click();
  await page.getByRole("alertdialog").waitFor();
  await look("resolve", page);
  await page.keyboard.press("Escape");
  await page.goto(new URL("/", page.url()).href);
  await ada.rows("unassigned").first().waitFor();
  await look("list", page);

  await openState(ada, rowOf(ada, "Owen Hughes"));
  await look("unassigned", page);
  await openState(ben, rowOf(ben, "Owen Hughes"));
  await ben.composer.fill("Hello Owen, which address shall it be?");
  await ada.reply("Hello Owen, I have a look.");
  await ben.page.getByRole("alert").waitFor();
  await look("claim-lost", ben.page);

  await openState(ada, rowOf(ada, "Fatima Rahman"));
  await look("assigned", page);
  await openState(ada, rowOf(ada, "Ines Duarte"));
  await look("ai", page);
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await look("shortcuts", page);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").waitFor();
  await look("commands", page);
  await page.keyboard.press("Escape");
  await page.goto(new URL("/", page.url()).href);
  await ada.rows("ai").first().waitFor();
  await page.evaluate(() => document.querySelectorAll(".seg button[aria-pressed=false]")[0].click());
  await openState(ada, rowOf(ada, "Tomás Silva"));
  await look("terminated", page);
}

async function settings({ page }, look) {
  const pages = ["channels", "members", "hours", "bot", "scope", "tags", "keys", "webhooks", "notifications"];
  for (const name of pages) {
    await page.goto(new URL(`/settings/${name}`, page.url()).href);
    await page.locator(".set h2").first().waitFor();
    await page.locator(".sk").waitFor({ state: "detached" });
    await look(`settings-${name}`, page);
  }
  await page.goto(new URL("/profile", page.url()).href);
  await page.getByRole("button", { name: "Change password" }).waitFor();
  await look("profile", page);
  await page.goto(new URL("/analytics", page.url()).href);
  await page.getByRole("heading", { name: "Queue wait", exact: false }).first().waitFor();
  await look("analytics", page);
  await page.locator(".side").getByRole("link", { name: "Canned replies" }).click();
  await page.getByRole("button", { name: "Add a reply" }).click();
  await page.getByLabel("Shortcut").waitFor();
  await look("canned-form", page);
  await page.getByLabel("Shortcut").fill("return-address");
  await page.getByLabel("Title").fill("Return address");
  await page.getByLabel("Text", { exact: true }).fill("Please send it to 12 Quai du Jardin, {customer}.");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name: "Edit Return address" }).waitFor();
  await look("canned", page);
}

/** A chat with everything that belongs to the work on it: tags, fields, and what typing offers. */
async function work(ada, look) {
  const { page } = ada;
  const details = page.getByRole("complementary");
  await details.getByRole("button", { name: "Add tag" }).click();
  await page.keyboard.type("damaged item");
  await page.keyboard.press("Enter");
  await details.getByText("damaged-item", { exact: true }).waitFor();
  await page.getByRole("tab", { name: "Internal note" }).click();
  await ada.composer.pressSequentially("@");
  await page.getByRole("listbox").waitFor();
  await look("work-mention", page);
  await ada.composer.fill("");
  await page.getByRole("tab", { name: "Reply" }).click();
  await details.getByRole("button", { name: "Edit what is known of the customer" }).click();
  await look("work-fields", page);
  await details.getByRole("button", { name: "Cancel" }).click();
}

async function widget(stage, ada, look) {
  const zoe = await Customer.visit(stage);
  await zoe.launcher.waitFor();
  await look("widget-launcher", zoe.page);
  await zoe.open();
  await look("widget-fresh", zoe.page);
  await zoe.say("Opening hours");
  await zoe.heardBot(2);
  await zoe.say("Do you deliver to Spain?");
  await zoe.human.waitFor();
  await look("widget-human", zoe.page);
  await zoe.human.click();
  await zoe.log.getByRole("button", { name: "Leave the queue" }).waitFor();
  await look("widget-waiting", zoe.page);
  await ada.page.goto(new URL("/", ada.page.url()).href);
  await openState(ada, ada.rows("unassigned").filter({ hasText: "Visitor" }));
  await ada.reply("Hello, I am Ada. We do deliver to Spain, for the usual €4.90.");
  await zoe.say("Perfect, thank you!");
  await look("widget-agent", zoe.page);
  await zoe.cross.click();
  await zoe.sheet.waitFor();
  await look("widget-end", zoe.page);
  await zoe.page.keyboard.press("Escape");
  await ada.resolve.click();
  await ada.page.getByRole("alertdialog").getByRole("button", { name: "Resolve Chat" }).click();
  await zoe.log.getByRole("radio", { name: "5 of 5" }).check({ force: true });
  await look("widget-rating", zoe.page);
  await zoe.log.getByRole("button", { name: "Send rating" }).click();
  await zoe.sees("Thank you");
  await look("widget-over", zoe.page);
}

function rowOf(member, name) {
  return member.page.locator(".row", { hasText: name });
}

async function openState(member, row) {
  await row.click();
  await member.log.waitFor();
  await member.log.locator(".msg").first().waitFor();
}

const SIZES = { wide: [1440, 900], middle: [1020, 780], phone: [390, 844] };

/** Shows a page in every width and theme, and in the first ones again at the end. */
export async function inEveryLook(page, see) {
  for (const [size, [width, height]] of Object.entries(SIZES)) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ["dark", "light"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await see(`${size}-${colorScheme}`);
    }
  }
  const [width, height] = SIZES.wide;
  await page.setViewportSize({ width, height });
}
