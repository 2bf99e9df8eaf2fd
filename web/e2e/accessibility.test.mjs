// axe-core finds nothing in any state, in light and dark, on wide, narrow and phone screens.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axeFinds } from "./support/axe.mjs";
import { Stage } from "./support/stage.mjs";
import { everyState, inEveryLook } from "./support/states.mjs";

test("no violations in any state", async (t) => {
  const stage = await Stage.set();
  let runs = 0;
  await everyState(stage, (name, page) =>
    t.test(name, () =>
      inEveryLook(page, async (look) => {
        runs++;
        assert.deepEqual(await axeFinds(page), [], look);
      }),
    ),
  );
  t.diagnostic(`${runs} runs of axe-core`);
  stage.calm();
});
