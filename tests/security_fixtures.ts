/** Attackers, and clones with single defences left out, for tests of what SECURITY.md says. */
import { guestCommand } from "../runtime/mod.ts";
import type { Peer, PeerOptions } from "../net/mod.ts";
import type { App, Scene } from "./net_fixtures.ts";

const HOSTILE = new URL("./net_hostile_guest.ts", import.meta.url).href;

/** How real guests are started, but running the hostile one; without some of the flags, or with more. */
export function hostileGuest(
  { heapMiB = 512, without = [], more = [] }: {
    readonly heapMiB?: number;
    readonly without?: readonly string[];
    readonly more?: readonly string[];
  } = {},
): ReturnType<typeof guestCommand> {
  const command = guestCommand(Deno.execPath(), {
    heapMiB,
    locale: navigator.language,
    timeZone: Temporal.Now.timeZoneId(),
  });
  const args = command.args.slice(0, -1).filter((arg) => !without.includes(arg));
  return {
    ...command,
    args: [...args, ...more, HOSTILE],
    env: { ...command.env, DENO_DIR: Deno.env.get("DENO_DIR") ?? "" },
  };
}

/** A session whose guest is hostile. */
export class Attack {
  readonly #app: App;

  private constructor(readonly clone: Peer, readonly device: Peer, app: App) {
    this.#app = app;
  }

  static async begin(scene: Scene, options: PeerOptions = {}, request = {}): Promise<Attack> {
    const { device, clone } = await scene.pair({ guestCommand: hostileGuest(), ...options });
    return await Attack.again(scene, { device, clone }, request);
  }

  /** One more session of the same device. */
  static async again(scene: Scene, pair: { device: Peer; clone: Peer }, request = {}): Promise<Attack> {
    const app = await scene.app(pair.device, { clones: pair.clone.addresses(), ...request });
    const reply = await app.message();
    if (reply.ok !== true) throw new Error(reply.error);
    return new Attack(pair.clone, pair.device, app);
  }

  /** What came of one attack: `succeeded`, the error that stopped it, or why the guest is gone. */
  async try(attack: string, argument?: unknown): Promise<string> {
    await this.#app.send(30, new TextEncoder().encode(JSON.stringify({ attack, argument })));
    return await this.answer();
  }

  /** Why the guest is gone, during an attack or after it. */
  async end(attack: string, argument?: unknown): Promise<string> {
    const said = await this.try(attack, argument);
    return said === "succeeded" ? await this.answer() : said;
  }

  /** The app hangs up. */
  close(): void {
    this.#app.close();
  }

  /** Sends a migration. */
  async migrate(): Promise<void> {
    await this.#app.send(17, new Uint8Array(8));
  }

  /** What the guest says next, or why it is gone. */
  async answer(): Promise<string> {
    while (true) {
      const frame = await this.#app.frame();
      if (frame === undefined) return "gone";
      const text = new TextDecoder().decode(frame.payload);
      if (frame.kind === 31) return text;
      const message = JSON.parse(text);
      if (message.type === "lost") return message.reason;
    }
  }
}
