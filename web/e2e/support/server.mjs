// Runs the real server on a folder of its own. SWITCHBOARD_BIN names the program.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const STARTS_WITHIN = 20_000;
/** Builds for debugging read the pages from here. */
const projectFolder = new URL("../../../", import.meta.url).pathname;

/** The server's program; paths are relative to the project's folder. */
function program() {
  const given = process.env.SWITCHBOARD_BIN;
  if (!given)
    throw new Error(
      "SWITCHBOARD_BIN is not set: name the server's program, such as target/debug/switchboard",
    );
  const path = resolve(projectFolder, given);
  if (!existsSync(path)) throw new Error(`SWITCHBOARD_BIN names no file: ${path}`);
  return path;
}

export class Server {
  /** `http://127.0.0.1:<port>`, the same after a restart. */
  origin = "";
  /** The owner's one-time link; empty once the owner exists. */
  setupLink = "";
  #folder = mkdtempSync(join(tmpdir(), "switchboard-e2e-"));
  #settings;
  #child = null;
  #log = [];

  /** `settings`: further environment variables, such as `SWITCHBOARD_LIMITS__VISITOR_RATE`. */
  static async start(settings = {}) {
    program();
    const server = new Server();
    server.#settings = settings;
    server.origin = `http://127.0.0.1:${await freePort()}`;
    await server.run().catch(async (error) => {
      await server.remove();
      throw error;
    });
    return server;
  }

  /** Starts the program; answers when it listens. */
  async run() {
    const child = spawn(program(), [], {
      cwd: projectFolder,
      env: {
        PATH: process.env.PATH,
        SWITCHBOARD_LISTEN: new URL(this.origin).host,
        SWITCHBOARD_DATA_DIR: this.#folder,
        SWITCHBOARD_LOG: "warn",
        // Every customer of a test comes from the same address.
        SWITCHBOARD_LIMITS__CONVERSATIONS_PER_MINUTE: "1000",
        ...this.#settings,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    this.#child.ended = once(child, "exit");
    const heard = (line) => {
      this.#log.push(line);
      const link = /(http\S+\/setup#\S+)/.exec(line);
      if (link) this.setupLink = link[1];
    };
    createInterface({ input: child.stdout }).on("line", heard);
    createInterface({ input: child.stderr }).on("line", heard);
    const died = child.ended.then(() => {
      throw new Error(`the server ended:\n${this.#log.join("\n")}`);
    });
    died.catch(() => {});
    await Promise.race([died, this.#ready()]);
  }

  async #ready() {
    const until = Date.now() + STARTS_WITHIN;
    for (;;) {
      const answer = await fetch(`${this.origin}/readyz`).catch(() => null);
      if (answer?.ok) return;
      if (Date.now() > until) throw new Error(`the server does not answer:\n${this.#log.join("\n")}`);
      await new Promise((tick) => setTimeout(tick, 20));
    }
  }

  /** Ends it at once, as a power cut would. */
  async kill(signal = "SIGKILL") {
    if (this.#child?.exitCode === null && this.#child.signalCode === null) this.#child.kill(signal);
    await this.#child?.ended;
  }

  /** Ends it and removes its folder. */
  async remove() {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}
