// How the dashboard feels with many chats and messages arriving, in a real browser:
// `SWITCHBOARD_BIN=… node bench/dashboard.mjs [chats] [messages a second] [seconds]`. Exits with 1 above a limit.
import { openBrowser } from "../e2e/support/browser.mjs";
import { Member } from "../e2e/support/member.mjs";
import { Server } from "../e2e/support/server.mjs";

const [chats = 5_000, rate = 50, seconds = 60] = process.argv.slice(2).map(Number);
/** Milliseconds: opening a chat that was open before, a key's way to the screen (95 of 100), the longest task. */
const LIMITS = { open: 100, key: 50, task: 200 };
const AT_ONCE = 16;
const OPENED = 20;

const stage = { watched: [] };
let failed = false;
try {
  stage.server = await Server.start({ SWITCHBOARD_LIMITS__ENABLED: "false" });
  stage.browser = await openBrowser();
  const ada = await Member.accept(stage, stage.server.setupLink, {
    name: "Ada Byron",
    email: "ada@shop.example",
  });
  const tokens = await arrive(chats);
  await ada.page.reload();
  await ada.isConnected();
  await ada.row(await firstRow(ada.page)).waitFor();
  const rows = await ada.page.locator(".row[data-id]").count();
  const flood = startFlood(tokens);
  const found = await measure(ada.page);
  const sent = flood.stop();
  console.log(
    `${chats} chats, ${rows} rows drawn, ${(sent / found.seconds).toFixed(0)} messages a second arriving`,
  );
  report("open a cached chat, worst of 20", Math.max(...found.opens), LIMITS.open);
  report("keystroke to paint, 95 of 100", percentile(found.keys, 0.95), LIMITS.key);
  report("longest task", Math.max(0, ...found.tasks), LIMITS.task);
  const [before, after] = found.heap.map((bytes) => (bytes / 1e6).toFixed(1));
  console.log(`heap after collection: ${before} MB, then ${after} MB after ${found.seconds.toFixed(0)} s`);
} finally {
  await stage.browser?.close();
  await stage.server?.remove();
}
process.exitCode = failed ? 1 : 0;

function report(what, value, most) {
  if (value > most) failed = true;
  console.log(`${what}: ${value.toFixed(0)} ms (at most ${most})${value > most ? " TOO SLOW" : ""}`);
}

function percentile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

async function post(path, body, token) {
  const headers = { "content-type": "application/json", origin: stage.server.origin };
  if (token) headers.authorization = `Bearer ${token}`;
  const answer = await fetch(`${stage.server.origin}/api/v1/widget/${path}?channel=demo`, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** Customers who each begin a chat; answers their tokens. */
async function arrive(count) {
  const tokens = [];
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const number = next++;
      const identity = { external_id: `c${number}`, name: `Customer ${number}` };
      const { visitor_token } = await post("session", { identity });
      await post("start", { client_id: crypto.randomUUID(), text: `Question ${number}` }, visitor_token);
      tokens.push(visitor_token);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return tokens;
}

function startFlood(tokens) {
  let sent = 0;
  const timer = setInterval(() => {
    const token = tokens[Math.floor(Math.random() * tokens.length)];
    post("send", { client_id: crypto.randomUUID(), text: `And this is message ${sent}` }, token).then(
      () => sent++,
      () => {},
    );
  }, 1_000 / rate);
  return {
    stop() {
      clearInterval(timer);
      return sent;
    },
  };
}

function firstRow(page) {
  return page.locator(".row[data-id]").first().getAttribute("data-id");
}

/** Opens chats and types while messages arrive. */
async function measure(page) {
  const tools = await page.context().newCDPSession(page);
  const heap = async () => {
    await tools.send("HeapProfiler.collectGarbage");
    return (await tools.send("Runtime.getHeapUsage")).usedSize;
  };
  const began = Date.now();
  const ids = await page
    .locator(".row[data-id]")
    .evaluateAll((rows) => rows.slice(0, 10).map((row) => row.dataset.id));
  for (const id of ids) await openRow(page, id);
  const before = await heap();
  await page.evaluate(watch);
  const opens = [];
  for (let turn = 0; turn < OPENED; turn++) opens.push(await openRow(page, ids[turn % ids.length]));
  await page.getByRole("button", { name: "Disconnect AI and Join this Chat" }).click();
  const field = page.locator("#write");
  await field.waitFor();
  while (Date.now() - began < seconds * 1_000) {
    await field.fill("");
    await field.pressSequentially("We look into it and call you back today. ", { delay: 60 });
  }
  const { keys, tasks } = await page.evaluate(() => window.watched);
  return { opens, keys, tasks, heap: [before, await heap()], seconds: (Date.now() - began) / 1_000 };
}

/** Milliseconds from the click on a row to its transcript on the screen. The row may have moved or left the window. */
function openRow(page, id) {
  return page.evaluate(async (id) => {
    const painted = () =>
      new Promise((done) =>
        requestAnimationFrame(() => {
          const channel = new MessageChannel();
          channel.port1.onmessage = done;
          channel.port2.postMessage(null);
        }),
      );
    const row = document.querySelector(`.row[data-id="${id}"]`);
    const began = performance.now();
    if (row) row.click();
    else {
      history.pushState(null, "", `/chats/${id}`);
      dispatchEvent(new PopStateEvent("popstate"));
    }
    const there = () => location.pathname.endsWith(id) && document.querySelector(".chat .log .msg");
    do await painted();
    while (!there());
    return performance.now() - began;
  }, id);
}

/** Runs in the page. */
function watch() {
  window.watched = { keys: [], tasks: [] };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.watched.tasks.push(entry.duration);
  }).observe({ type: "longtask" });
  document.addEventListener(
    "keydown",
    ({ timeStamp }) =>
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => window.watched.keys.push(performance.now() - timeStamp);
        channel.port2.postMessage(null);
      }),
    true,
  );
}
