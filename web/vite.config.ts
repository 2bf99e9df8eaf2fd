// Settings of the dashboard (also `npx vite` for development against a server on its default port) and of the
// unit tests. build.mjs holds what the loader, the widget and the demo need beyond this.
import preact from "@preact/preset-vite";
import { defineConfig } from "vitest/config";

const server = process.env.SWITCHBOARD_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  root: "dashboard",
  base: "/",
  // Files whose names may not change: the service worker, the manifest and its icons.
  publicDir: "public",
  plugins: [preact()],
  build: {
    outDir: "../dist",
    emptyOutDir: false,
    target: "es2022",
    sourcemap: false,
    modulePreload: { polyfill: false },
    // An inlined file would need `data:` in the content security policy.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    // What the start and a page that comes later both need is one file: in a dozen it compresses worse.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [{ name: "shared", test: /\/(dashboard|shared)\/src\//, minShareCount: 2 }],
        },
      },
    },
  },
  server: {
    proxy: {
      "/api": { target: server, ws: true, changeOrigin: true, headers: { origin: server } },
      "/widget.js": server,
      "/demo": server,
    },
  },
  test: {
    root: ".",
    environment: "happy-dom",
    include: ["{shared,dashboard,loader,widget,demo}/**/*.test.{ts,tsx}"],
  },
});
