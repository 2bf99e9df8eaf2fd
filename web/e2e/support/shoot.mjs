// Takes a picture of every state in every look, into e2e/shots: `SWITCHBOARD_BIN=… node e2e/support/shoot.mjs`.
import { mkdirSync } from "node:fs";
import { openBrowser } from "./browser.mjs";
import { Server } from "./server.mjs";
import { Stage } from "./stage.mjs";
import { everyState, inEveryLook } from "./states.mjs";

const folder = new URL("../shots/", import.meta.url).pathname;
mkdirSync(folder, { recursive: true });

const stage = new Stage();
try {
  stage.server = await Server.start();
  stage.browser = await openBrowser();
  await everyState(stage, (name, page) =>
    inEveryLook(page, (look) => page.screenshot({ path: `${folder}${name}-${look}.png` })),
  );
} finally {
  await stage.browser?.close();
  await stage.server?.remove();
}
