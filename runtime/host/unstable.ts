import { mustDefine } from "../heap/intrinsics.ts";
import { filter } from "../heap/lists.ts";
import { sliceText, startsWith } from "../heap/texts.ts";

/** What there is only with one of Deno's unstable flags, which no guest has: of `Deno`, and global. */
const UNSTABLE: readonly string[] = [
  ...["AtomicOperation", "Kv", "KvListIterator", "KvU64", "openKv"].map((name) => `Deno.${name}`),
  ...["bundle", "cron", "UnsafeWindowSurface", "webgpu"].map((name) => `Deno.${name}`),
  ...["Conn", "Endpoint", "Incoming", "Listener"].map((name) => `Deno.Quic${name}`),
  ...["BidirectionalStream", "ReceiveStream", "SendStream"].map((name) => `Deno.Quic${name}`),
  ...["connectQuic", "listenDatagram", "upgradeWebTransport"].map((name) => `Deno.${name}`),
  ...["WebSocketError", "WebSocketStream", "WebTransport", "CSSRule", "CSSStyleSheet"],
  ...["BidirectionalStream", "DatagramDuplexStream", "Error", "ReceiveStream", "SendGroup", "SendStream"]
    .map((name) => `WebTransport${name}`),
];

/** Which of them this process has. */
export function unstableHere(): string[] {
  return filter(UNSTABLE, (name) => {
    const { 0: holder, 1: key } = placeOf(name);
    return key in holder;
  });
}

/** Puts something that calls `touched` where an app has them and this process hasn't. */
export function standForUnstable(names: readonly string[], touched: (name: string) => never): void {
  for (const name of UNSTABLE) {
    const [holder, key] = placeOf(name);
    if (!names.includes(name) || key in holder) continue;
    const enumerable = holder === Deno;
    mustDefine(holder, key, { get: () => touched(name), enumerable, configurable: true });
  }
}

function placeOf(name: string): [holder: object, key: string] {
  return startsWith(name, "Deno.") ? [Deno, sliceText(name, "Deno.".length)] : [globalThis, name];
}
