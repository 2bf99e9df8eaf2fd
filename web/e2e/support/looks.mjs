// What must hold of a page in every width and theme.
import assert from "node:assert/strict";
import { axeFinds } from "./axe.mjs";
import { inEveryLook } from "./states.mjs";

/** axe finds nothing and nothing sticks out sideways. With a `name` and `SWITCHBOARD_SHOTS` it leaves a picture of each look. */
export async function looksGood(page, name) {
  const folder = name && process.env.SWITCHBOARD_SHOTS;
  await inEveryLook(page, async (look) => {
    assert.deepEqual(await axeFinds(page), [], look);
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.equal(sideways, false, look);
    if (folder) await page.screenshot({ path: `${folder}/${name}-${look}.png`, fullPage: true });
  });
}
