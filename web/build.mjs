// Builds everything the server embeds into dist/, whose layout is that of the URLs:
//
//   index.html, assets/*        the dashboard, served at /
//   service-worker.js, manifest.webmanifest, icon-*.png    what an installed dashboard needs
//   widget.js                   the loader: stable name, the one script tag of a customer's site
//   widget/panel-<hash>.js      the widget's panel, fetched by the loader on first intent
//   widget/<part>-<hash>.js     parts of the panel that few visits need, each fetched when it is wanted
//   demo/*                      the made-up shop
//
// The result depends on the sources and the lock file alone, and holds no source maps. The build fails when a
// size budget is exceeded. `node build.mjs dashboard` (or widget, or demo) builds one part.
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const KB = 1024;
const dist = new URL("./dist/", import.meta.url);
const parts = { widget: buildWidget, demo: buildDemo, dashboard: buildDashboard };
const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(parts);
if (process.argv.length === 2) rmSync(dist, { recursive: true, force: true });
for (const name of wanted) {
  if (!parts[name]) throw new Error(`no part named ${name}`);
  await parts[name]();
}

async function buildDashboard() {
  clean("assets", "index.html", ...readdirSync(new URL("dashboard/public/", import.meta.url)));
  await build({ configFile: file("vite.config.ts"), logLevel: "warn" });
  const page = read("index.html");
  const first = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((match) => match[1]);
  budget("dashboard first load, scripts", 60 * KB, ...first.filter((name) => name.endsWith(".js")));
  budget("dashboard first load, styles", 12 * KB, ...first.filter((name) => name.endsWith(".css")));
}

async function buildWidget() {
  clean("widget", "widget.js");
  const parts = {};
  for (const source of readdirSync(new URL("widget/src/parts/", import.meta.url)).sort()) {
    if (!source.endsWith(".part.ts")) continue;
    const name = source.slice(0, -".part.ts".length);
    await build(script(`widget/src/parts/${source}`, "es", `widget/${name}-[hash].js`));
    parts[name] = `/${built(name)}`;
    budget(`widget part ${name}`, 5 * KB, built(name));
  }
  // The panel learns the parts' names here: `declare const __PARTS__`.
  await build(
    script("widget/src/main.ts", "es", "widget/panel-[hash].js", { __PARTS__: JSON.stringify(parts) }),
  );
  const panel = built("panel");
  // The loader learns the panel's name here: `declare const __PANEL__: string` is "/widget/panel-<hash>.js".
  await build(
    script("loader/src/main.ts", "iife", "widget.js", {
      __PANEL__: JSON.stringify(`/${panel}`),
      __NUDGE__: JSON.stringify(parts.nudge),
    }),
  );
  budget("widget loader", 3 * KB, "widget.js");
  budget("widget loader and panel", 15 * KB, "widget.js", panel);
}

async function buildDemo() {
  clean("demo");
  const pages = readdirSync(new URL("demo/", import.meta.url)).filter((name) => name.endsWith(".html"));
  await build({
    ...common(),
    root: file("demo"),
    base: "/demo/",
    build: {
      ...common().build,
      outDir: file("dist/demo"),
      rollupOptions: { input: pages.map((name) => file(`demo/${name}`)) },
    },
  });
}

/** The path in dist/ of a widget's script with a hash in its name. */
function built(name) {
  return `widget/${readdirSync(new URL("widget/", dist)).find((file) => file.startsWith(`${name}-`))}`;
}

/** One file from one entry, with everything it imports inside. */
function script(entry, format, output, define = {}) {
  return {
    ...common(),
    define,
    build: {
      ...common().build,
      outDir: file("dist"),
      // Library mode leaves `import()` alone; without it Vite wraps each in its own preloading, which an iife cannot do.
      ...(format === "iife" ? { lib: { entry: file(entry), formats: [format], name: "switchboard" } } : {}),
      rollupOptions: {
        input: file(entry),
        // The panel's export is what the loader calls.
        preserveEntrySignatures: "strict",
        output: { format, entryFileNames: output, codeSplitting: false },
      },
    },
  };
}

function common() {
  return {
    configFile: false,
    publicDir: false,
    logLevel: "warn",
    root: file("."),
    build: {
      emptyOutDir: false,
      target: "es2022",
      // As for `light-dark()`, which older browsers than these need in many more words.
      cssTarget: ["chrome123", "firefox120", "safari17.5"],
      sourcemap: false,
      modulePreload: false,
      assetsInlineLimit: 0,
      reportCompressedSize: false,
      // Makes the widget smaller than Vite's own minifier does.
      minify: "terser",
      terserOptions: {
        ecma: 2020,
        module: true,
        toplevel: true,
        compress: { passes: 3, pure_getters: true, unsafe_arrows: true, inline: 1 },
      },
    },
  };
}

function budget(what, limit, ...names) {
  const size = names.reduce(
    (sum, name) => sum + gzipSync(readFileSync(new URL(name, dist)), { level: 9 }).length,
    0,
  );
  const line = `${what}: ${(size / KB).toFixed(1)} of ${limit / KB} KB gzip`;
  if (size > limit) throw new Error(`over budget: ${line}`);
  console.log(line);
}

function clean(...names) {
  for (const name of names) rmSync(new URL(name, dist), { recursive: true, force: true });
}

function read(name) {
  return readFileSync(new URL(name, dist), "utf8");
}

function file(name) {
  return new URL(name, import.meta.url).pathname;
}
