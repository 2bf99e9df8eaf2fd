// The fakes of messaging platforms: the example `platforms`, built beside the server.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { after } from "node:test";

const projectFolder = new URL("../../../", import.meta.url).pathname;

/** Where the platforms' interfaces stand below their hosts. */
const paths = { viber: "/pa", slack: "/api", discord: "/api/v10" };

export class Platforms {
  /** `http://127.0.0.1:<port>`. */
  base = "";

  /** Starts them for the tests of one file; they end with it. */
  static async start() {
    const server = resolve(projectFolder, process.env.SWITCHBOARD_BIN);
    const child = spawn(join(dirname(server), "examples/platforms"), ["127.0.0.1:0"], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    after(() => child.kill());
    const lines = createInterface({ input: child.stdout });
    const [line] = await once(lines, "line");
    const platforms = new Platforms();
    platforms.base = /http:\/\/[0-9.:]+/.exec(line)[0];
    return platforms;
  }

  /** The address as `outgoing.allow` takes it. */
  get host() {
    return new URL(this.base).host;
  }

  /** What the fakes do at their own addresses: see `examples/platforms/sim/control.rs`. */
  async control(path, body) {
    const answer = await fetch(`${this.base}/_sim/${path}`, {
      method: body ? "POST" : "GET",
      headers: { "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
    assert.equal(answer.status, 200, path);
    return answer.json();
  }

  /** Has the form's requests, which name no address of the platform, go to the fakes. */
  async stand(page) {
    await page.route(/\/channels(\/check)?$/, async (route) => {
      const request = route.request();
      if (request.method() !== "POST") return route.continue();
      const body = request.postDataJSON();
      if (body.kind && body.kind !== "webhook")
        body.settings.platform.api_base = this.base + (paths[body.kind] ?? "");
      return route.continue({ postData: JSON.stringify(body) });
    });
  }
}
