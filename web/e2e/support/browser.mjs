// One real browser, and pages that note everything that should not happen in them.
import { chromium } from "playwright-core";

const PATIENCE = 15_000;

export async function openBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** A person's own browser profile: cookies and storage of nobody else. */
export async function openProfile(browser, options = {}) {
  const profile = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: "en-GB",
    ...options,
  });
  profile.setDefaultTimeout(PATIENCE);
  return profile;
}

/**
 * A page, and the list of its troubles: script errors, lines in the console, blocked content, dialogs, and requests
 * to places other than `origins`. `quiet` are patterns of console lines that the test itself causes.
 */
export async function openPage(profile, origins, quiet = []) {
  const page = await profile.newPage();
  const troubles = [];
  page.on("pageerror", (error) => troubles.push(`script error: ${error.message}`));
  page.on("console", (line) => {
    if (!["error", "warning"].includes(line.type())) return;
    if (!quiet.some((pattern) => pattern.test(line.text()))) troubles.push(`console: ${line.text()}`);
  });
  page.on("dialog", (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (!["data:", "blob:", "about:"].includes(url.protocol) && !origins.includes(url.origin))
      troubles.push(`foreign request: ${url.href}`);
  });
  return { page, troubles };
}
