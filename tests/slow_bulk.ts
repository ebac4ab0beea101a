/**
 * Bulk both ways over a link of 0.4 Mbit/s, then a cut: `deno run -A tests/slow_bulk.ts [SECONDS]` (default: 60) says whether the
 * bulk was taken for a cut, and when the cut was noticed.
 */
import { Scene } from "./net_fixtures.ts";
import { Proxy } from "./net_proxy.ts";

/** 0.4 Mbit/s. */
const BYTES_PER_SECOND = 50_000;
const PIECE_BYTES = 16 * 1024;
const ECHO = 16;

/** What came of it. */
export interface SlowBulk {
  /** Bytes that went there and back. */
  readonly bytes: number;
  /** Why the session ended although the link was there. */
  readonly falseAlarm?: string;
  /** From the cut to the end of the session, and the reason given. */
  readonly noticedMs?: number;
  readonly reason?: string;
}

/** Keeps the link busy for so long, then cuts it. */
export async function slowBulk(seconds: number): Promise<SlowBulk> {
  await using scene = new Scene();
  const { device, clone } = await scene.pair();
  const address = clone.addresses()[0]!;
  const proxy = new Proxy(Number(/tcp\/(\d+)/.exec(address)![1]), BYTES_PER_SECOND);
  scene.onEnd(() => proxy.close());
  const app = await scene.app(device, { clones: [address.replace(/tcp\/\d+/, `tcp/${proxy.port}`)] });
  const reply = await app.message();
  if (reply.ok !== true) throw new Error(reply.error);
  let bytes = 0;
  const lost = (async () => {
    for (;;) {
      const frame = await app.frame();
      if (frame === undefined) return "the peer hung up";
      if (frame.kind === ECHO) bytes += frame.payload.length;
      else {
        const message = JSON.parse(new TextDecoder().decode(frame.payload));
        if (message.type === "lost") return String(message.reason);
      }
    }
  })();
  const bulk = (async () => {
    for (;;) await app.send(ECHO, new Uint8Array(PIECE_BYTES));
  })();
  // It ends with the session.
  bulk.catch(() => {});
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<undefined>((resolve) =>
    timer = setTimeout(() => resolve(undefined), seconds * 1000)
  );
  const falseAlarm = await Promise.race([lost, over]);
  clearTimeout(timer);
  if (falseAlarm !== undefined) return { bytes, falseAlarm };
  proxy.freeze();
  const start = performance.now();
  const reason = await lost;
  return { bytes, noticedMs: performance.now() - start, reason };
}

if (import.meta.main) {
  console.log(JSON.stringify(await slowBulk(Number(Deno.args[0] ?? 60))));
  Deno.exit(0);
}
