import type { PeerOptions } from "./options.ts";
import { SPAWNED_HOME_PREFIX } from "./constants.ts";

/** A clone in a process of its own on this machine, with a home of its own. */
export interface SpawnedClone {
  /** Its multiaddr, on loopback, with its peer id. */
  readonly address: string;
  readonly pid: number;
  /** Ends it and its guests, and removes its home. It also ends by itself when this process is gone. */
  close(): Promise<void>;
}

/** What {@linkcode spawnClone} starts a clone with. */
export interface SpawnOptions
  extends Pick<PeerOptions, "maxGuests" | "heapMiB" | "guestCommand" | "guestCache"> {
  /** The peer id that it trusts. */
  readonly device: string;
  /** The Deno that runs the clone and its guests; this process's own if left out. */
  readonly denoPath?: string;
}

/** How a spawned clone's process gets its options: one line of JSON on stdin, whose end is its own. */
export type SpawnedOptions = PeerOptions & { readonly home: string };

/** Starts a clone on this machine, reached over loopback only. @throws {Error} if it doesn't start. */
export async function spawnClone({ device, ...options }: SpawnOptions): Promise<SpawnedClone> {
  const home = await Deno.makeTempDir({ prefix: SPAWNED_HOME_PREFIX });
  const child = new Deno.Command(options.denoPath ?? Deno.execPath(), {
    args: ["run", "--quiet", "-A", new URL("./spawned_main.ts", import.meta.url).href],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
    // Ctrl-C is this process's to handle: it ends the clone in order.
    detached: Deno.build.os !== "windows",
  }).spawn();
  const writer = child.stdin.getWriter();
  const close = async () => {
    await writer.close().catch(() => {});
    await child.status;
    await Deno.remove(home, { recursive: true }).catch(() => {});
  };
  const spawned: SpawnedOptions = {
    ...options,
    home,
    name: "this machine",
    trust: [device],
    listen: ["/ip4/127.0.0.1/tcp/0"],
    mdns: false,
  };
  await writer.write(new TextEncoder().encode(JSON.stringify(spawned) + "\n")).catch(() => {});
  const address = await firstLine(child.stdout);
  if (address === undefined) {
    await close();
    throw new Error("Cannot start clone on this machine: its process ended at once");
  }
  return { address, pid: child.pid, close };
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string | undefined> {
  let text = "";
  for await (
    const chunk of stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
  ) {
    text += chunk;
    if (text.includes("\n")) return text.split("\n")[0];
  }
  return undefined;
}
