/** Peers, apps and homes for tests of `net/`. */
import { generateKeyPair } from "@libp2p/crypto/keys";
import { streamChannel } from "../net/channel/mod.ts";
import { answerLink, LINK_PROTOCOL } from "../net/link/mod.ts";
import { type Peer, type PeerOptions, startPeer } from "../net/mod.ts";
import { type Host, startHost } from "../net/peer/host.ts";
import {
  decodeJson,
  encodeFrame,
  encodeJsonFrame,
  type Frame,
  FrameDecoder,
  SESSION_VERSION,
} from "../runtime/mod.ts";
import { bounded } from "./bounded.ts";

/** A peer starts within this time, on a busy machine too. */
const START_MS = 60_000;
/** What a test started ends within this time. */
const END_MS = 30_000;

const MAIN = new URL("../mod.ts", import.meta.url).pathname;

/** A peer that is a process of its own. */
export interface PeerProcess {
  readonly child: Deno.ChildProcess;
  readonly address: string;
  /** What it wrote to stderr, once it has ended. */
  readonly said: Promise<string>;
}

/** Deno's folder for guests, of all peers of a test file: the guest is compiled once. */
const GUEST_CACHE = `${Deno.makeTempDirSync({ prefix: "guest-cache-" })}/deno`;
addEventListener("unload", () => Deno.removeSync(GUEST_CACHE.replace(/\/deno$/, ""), { recursive: true }));

/** How the echo guest is started. */
export const ECHO_GUEST = {
  command: Deno.execPath(),
  args: [
    "run",
    "--quiet",
    "--no-prompt",
    "--no-config",
    "--no-lock",
    new URL("./net_echo_guest.ts", import.meta.url).href,
  ],
  env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
};

/** Repeats what depends on timing, when the machine is calm again: a busy one stalls now and then. */
export async function inThreeTries(body: () => Promise<void>): Promise<void> {
  for (let tries = 2;; tries--) {
    try {
      return await body();
    } catch (error) {
      if (tries === 0) throw error;
      await calm();
    }
  }
}

/** How long is waited for a calm machine. */
const CALM_WITHIN_MS = 20_000;

/** Resolves once timers of this process have been in time for a second; or later, if they never are. */
async function calm(): Promise<void> {
  const end = performance.now() + CALM_WITHIN_MS;
  for (let inTime = 0; inTime < 100 && performance.now() < end;) {
    const start = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 10));
    inTime = performance.now() - start < 20 ? inTime + 1 : 0;
  }
}

/** Starts and stops what a test needs. */
export class Scene implements AsyncDisposable {
  readonly #apps = new Set<App>();
  readonly #cleanups: (() => Promise<unknown> | unknown)[] = [];

  /** A fresh home folder. */
  async home(): Promise<string> {
    const folder = await Deno.makeTempDir({ prefix: "home-" });
    this.#cleanups.push(() => Deno.remove(folder, { recursive: true }));
    return folder;
  }

  /** A libp2p node that answers questions about the link as a peer does, and nothing else yet. */
  async host(): Promise<Host> {
    const host = await startHost({
      key: await generateKeyPair("Ed25519"),
      listen: ["/ip4/127.0.0.1/tcp/0"],
      gater: {},
      mdns: false,
    });
    this.#cleanups.push(() => host.stop());
    await host.handle(LINK_PROTOCOL, (stream) => answerLink(streamChannel(stream)));
    return host;
  }

  /** A peer that is reached over loopback only. */
  async peer(options: PeerOptions = {}): Promise<Peer> {
    const home = options.home ?? await this.home();
    const peer = await startPeer({
      listen: ["/ip4/127.0.0.1/tcp/0"],
      mdns: false,
      guestCommand: ECHO_GUEST,
      guestCache: GUEST_CACHE,
      ...options,
      home,
    });
    this.#cleanups.push(() => peer.stop());
    return peer;
  }

  /** A peer that is a process of its own and is killed at the end, if it lives; `args` follow those that it needs here. */
  async peerProcess(home: string, args: readonly string[]): Promise<PeerProcess> {
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        MAIN,
        "peer",
        "--home",
        home,
        "--listen",
        "/ip4/127.0.0.1/tcp/0",
        "--no-mdns",
        ...args,
      ],
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#cleanups.push(async () => {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended already.
      }
      await child.status;
    });
    const said = new Response(child.stderr).text();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { value = "" } = await bounded("the peer's start", START_MS, reader.read());
    return { child, address: value.trim(), said };
  }

  /** A clone, and a device that it trusts. */
  async pair(cloneOptions: PeerOptions = {}): Promise<{ device: Peer; clone: Peer }> {
    const device = await this.peer({ serve: false });
    return { device, clone: await this.peer({ trust: [device.id], name: "laptop", ...cloneOptions }) };
  }

  /** Connects an app to a peer's local socket and asks for a session. */
  async app(device: Peer, request: Record<string, unknown> = {}): Promise<App> {
    return await this.appAt((await device.listenLocal()).path, request);
  }

  /** The same at a local socket that is open already. */
  async appAt(path: string, request: Record<string, unknown> = {}): Promise<App> {
    const app = await App.connect(path);
    this.#apps.add(app);
    // What is closed isn't kept: tests look for what peers keep.
    app.onClose = () => this.#apps.delete(app);
    app.sendJson({
      op: "session",
      sessionVersion: SESSION_VERSION,
      clones: ["auto"],
      app: "test.ts",
      deno: Deno.version.deno,
      ...request,
    });
    return app;
  }

  onEnd(cleanup: () => Promise<unknown> | unknown): void {
    this.#cleanups.push(cleanup);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const app of this.#apps) app.close();
    for (const cleanup of this.#cleanups.reverse()) {
      await bounded(`The end of what was started (${cleanup})`, END_MS, cleanup());
    }
  }
}

/** The app's end of a local socket. */
export class App {
  readonly #conn: Deno.Conn;
  readonly #decoder = new FrameDecoder();
  readonly #buffer = new Uint8Array(64 * 1024);
  #closed = false;
  onClose = () => {};

  static async connect(path: string): Promise<App> {
    return new App(await Deno.connect({ transport: "unix", path }));
  }

  private constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  sendJson(body: unknown): Promise<void> {
    return this.raw(encodeJsonFrame(0, body));
  }

  send(kind: number, payload: Uint8Array = new Uint8Array(0)): Promise<void> {
    return this.raw(encodeFrame(kind, payload));
  }

  async raw(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
  }

  /** The next frame; undefined at the end. */
  async frame(): Promise<Frame | undefined> {
    while (true) {
      const frame = this.#decoder.next();
      if (frame !== undefined) return frame;
      const count = await this.#conn.read(this.#buffer);
      if (count === null) return undefined;
      this.#decoder.push(this.#buffer.slice(0, count));
    }
  }

  /** The next control message; changes of conditions and signs of life are skipped. */
  async message(): Promise<any> {
    while (true) {
      const frame = await this.frame();
      if (frame === undefined) return undefined;
      const body = decodeJson(frame.payload) as any;
      if (body.type !== "conditions" && body.type !== "alive") return body;
    }
  }

  /** The next frame that is not a control message. */
  async sessionFrame(): Promise<Frame | undefined> {
    let frame: Frame | undefined;
    do frame = await this.frame(); while (frame?.kind === 0);
    return frame;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#conn.close();
    this.onClose();
  }
}
