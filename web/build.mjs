// Builds everything the server embeds into dist/, whose layout is that of the URLs:
//
//   index.html, assets/*        the dashboard, served at /
//   service-worker.js, manifest.webmanifest, icon-*.png    what an installed dashboard needs
//   widget.js                   the loader: stable name, the one script tag of a customer's site
//   widget/panel-de-<hash>.js   the widget's panel in each language, fetched by the loader on first intent
//   widget/<part>-de-<hash>.js  parts of the panel that few visits need, each fetched when it is wanted
//   demo/*                      the made-up shop
//
// The result depends on the sources and the lock file alone, and holds no source maps. The build fails when a
// size budget is exceeded. `node build.mjs dashboard` (or widget, or demo) builds one part.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
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
  const sources = readdirSync(new URL("widget/src/parts/", import.meta.url)).sort();
  const entries = sources
    .filter((source) => source.endsWith(".part.ts"))
    .map((source) => [source.slice(0, -".part.ts".length), `widget/src/parts/${source}`]);
  entries.push(["panel", "widget/src/main.ts"]);
  const texts = readdirSync(new URL("widget/src/text/", import.meta.url)).filter((name) =>
    /^..\.ts$/.test(name),
  );
  const languages = ["en", ...texts.map((name) => name.slice(0, 2)).sort()];
  for (const language of languages)
    for (const [name, entry] of entries)
      await build(script(entry, "es", `widget/${name}-${language}.js`, {}, [speak(language)]));
  // One name for the whole build: the loader learns it here, `declare const __BUILD__: string`.
  const names = readdirSync(new URL("widget/", dist)).sort();
  const hash = createHash("sha256");
  for (const name of names) hash.update(name).update(readFileSync(new URL(`widget/${name}`, dist)));
  const version = hash.digest("base64url").replace(/[-_]/g, "").slice(0, 8);
  for (const name of names)
    renameSync(new URL(`widget/${name}`, dist), new URL(`widget/${name.slice(0, -3)}-${version}.js`, dist));
  await build(script("loader/src/main.ts", "iife", "widget.js", { __BUILD__: JSON.stringify(version) }));
  for (const [name] of entries) {
    const files = languages.map((language) => `widget/${name}-${language}-${version}.js`);
    if (name === "panel") budgetInAll("widget loader and panel", 15 * KB, files, "widget.js");
    else budgetInAll(`widget part ${name}`, 5 * KB, files);
  }
  budget("widget loader", 3 * KB, "widget.js");
}

/** Puts a language's words in the place of the English ones. */
function speak(language) {
  return {
    name: "speak",
    enforce: "pre",
    resolveId: (id) =>
      language !== "en" && id.endsWith("/text.ts") ? file(`widget/src/text/${language}.ts`) : undefined,
  };
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

/** One file from one entry, with everything it imports inside. */
function script(entry, format, output, define = {}, plugins = []) {
  return {
    ...common(),
    define,
    plugins,
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
  const size = sizeOf(...names);
  const line = `${what}: ${(size / KB).toFixed(1)} of ${limit / KB} KB gzip`;
  if (size > limit) throw new Error(`over budget: ${line}`);
  console.log(line);
}

/** The limit is for English; other alphabets take two or three bytes a letter, for which there is a twentieth more. */
function budgetInAll(what, limit, [english, ...others], ...beside) {
  budget(what, limit, english, ...beside);
  const heaviest = others.reduce((one, other) => (sizeOf(one) > sizeOf(other) ? one : other));
  budget(`${what}, heaviest language (${heaviest.split("-")[1]})`, 1.05 * limit, heaviest, ...beside);
}

function sizeOf(...names) {
  return names.reduce(
    (sum, name) => sum + gzipSync(readFileSync(new URL(name, dist)), { level: 9 }).length,
    0,
  );
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
