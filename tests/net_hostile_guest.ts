/**
 * A guest that attacks its clone: each session frame of kind 30 names an attack, the answer (kind 31) says what came of it. It
 * is started just as real guests are; who wants to know whether a defence matters starts it without that one.
 */
import { encodeFrame, FrameDecoder } from "../runtime/thread/frame.ts";

const kept: unknown[] = [];
/** Not literal, so that Deno doesn't see it before the program runs. */
const load = (specifier: string) => import([specifier].join());

const ATTACKS: Record<string, (argument: any) => unknown> = {
  "read a file": () => Deno.readTextFileSync("/etc/hostname"),
  "import a file": () => load("file:///etc/hostname").catch(notCapable),
  "write a file": () => Deno.writeTextFileSync("left-behind", "x"),
  "read the environment": () => Deno.env.toObject(),
  "start a process": () => new Deno.Command("/bin/true").outputSync().code,
  "open a native library": () => Deno.dlopen("libc.so.6", {}).close(),
  "listen": () => Deno.listen({ hostname: "127.0.0.1", port: 0 }).close(),
  "connect": (port: number) => Deno.connect({ hostname: "127.0.0.1", port }).then((conn) => conn.close()),
  "ask for the machine's name": () => Deno.hostname(),
  "import a package": () => load("npm:acorn@8.19.0"),
  "keep something for the next guest": () => localStorage.setItem("note", "from a guest"),
  "fill the disk with a cache": async () =>
    await (await caches.open("a")).put("http://x/", new Response("x")),
  "fill the disk with temporary tables": async (mib: number) => {
    const { DatabaseSync } = await load("node:sqlite");
    for (let i = 0; i < mib; i += 16) {
      const database = new DatabaseSync(":memory:");
      database.exec("PRAGMA temp_store = 1; PRAGMA cache_size = 1; CREATE TEMP TABLE t(a)");
      database.exec(
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 8000) INSERT INTO t SELECT randomblob(2000) FROM c",
      );
      kept.push(database);
      // The clone looks now and then.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  },
  "fill the heap": (mib: number) => {
    for (let i = 0; i < mib * 8; i++) kept.push(Array.from({ length: 16_384 }, () => i + 0.5));
  },
  "fill memory": (mib: number) => {
    for (let i = 0; i < mib; i += 16) kept.push(new Uint8Array(16 * 2 ** 20).fill(1));
  },
  "reserve memory": (mib: number) => kept.push(new ArrayBuffer(mib * 2 ** 20)),
  "keep something for the next session": (secret: string) => kept.push(secret),
  "tell what another session left": () => {
    if (kept.length === 0) throw new Error("nothing is left");
  },
  "use the graphics processor": async () => {
    if (await navigator.gpu.requestAdapter() === null) throw new Error("there is none");
  },
  "go on computing": () => spin(),
  "rename the terminal": () => Deno.stderr.writeSync(new TextEncoder().encode("\u001b]0;owned\u0007\n")),
  "flood the log": () => {
    for (let i = 0; i < 400; i++) Deno.stderr.writeSync(new Uint8Array(1024).fill(65));
  },
};

/** A file that can be read but is no module is read all the same. */
function notCapable(error: Error): void {
  if (/Requires read access/.test(error.message)) throw error;
}

function spin(): void {
  setTimeout(() => {
    while (true);
  });
}

function writeAll(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}

const decoder = new FrameDecoder();
const buffer = new Uint8Array(64 * 1024);
for (let count = await Deno.stdin.read(buffer); count !== null; count = await Deno.stdin.read(buffer)) {
  decoder.push(buffer.slice(0, count));
  for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) {
    // A migration (kind 17) that never returns.
    if (frame.kind === 17) { while (true); }
    const { attack, argument } = JSON.parse(new TextDecoder().decode(frame.payload));
    let outcome: string;
    try {
      await ATTACKS[attack]!(argument);
      outcome = "succeeded";
    } catch (error) {
      outcome = String(error).split("\n")[0]!;
    }
    writeAll(encodeFrame(31, new TextEncoder().encode(outcome)));
  }
}
