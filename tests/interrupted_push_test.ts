import { equal, ok } from "node:assert/strict";

const main = new URL("../mod.ts", import.meta.url).pathname;
const BYTES = 64 * 2 ** 20;
/** A transfer is cut when so much has arrived. */
const CUT_AT = 8 * 2 ** 20;
/** Questions about chunks, and what was sent and not yet written when it was cut. */
const SLACK = 1_000_000;

interface Scene extends AsyncDisposable {
  readonly file: string;
  /** Bytes on the clone's disk. */
  arrived(): number;
  startClone(): Promise<void>;
  killClone(): Promise<void>;
  push(): Deno.ChildProcess;
}

async function scene(): Promise<Scene> {
  const base = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "cc-cut-" }));
  const spawn = (args: readonly string[]) =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", main, ...args],
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  const id = new TextDecoder().decode((await spawn(["id", "--home", `${base}/device`]).output()).stdout)
    .trim();
  const file = `${base}/file`;
  {
    using made = Deno.openSync(file, { write: true, create: true });
    const part = new Uint8Array(65_536);
    for (let at = 0; at < BYTES; at += part.length) made.writeSync(crypto.getRandomValues(part));
  }
  let [clone, address]: [Deno.ChildProcess | undefined, string] = [undefined, ""];
  const killClone = async () => {
    clone?.kill("SIGKILL");
    await clone?.status;
    await Promise.all([clone?.stdout.cancel(), clone?.stderr.cancel()]);
    clone = undefined;
  };
  return {
    file,
    arrived: () => bytesIn(`${base}/clone/content`),
    startClone: async () => {
      const listen = ["--listen", "/ip4/127.0.0.1/tcp/0"];
      clone = spawn(["peer", "--home", `${base}/clone`, ...listen, "--trust", id]);
      address = await firstAddress(clone);
    },
    killClone,
    push: () => spawn(["files", "push", file, "--home", `${base}/device`, "--clone", address, "--json"]),
    [Symbol.asyncDispose]: async () => {
      await killClone();
      await Deno.remove(base, { recursive: true });
    },
  };
}

async function firstAddress({ stdout }: Deno.ChildProcess): Promise<string> {
  const reader = stdout.getReader();
  const decoder = new TextDecoder();
  for (let text = "";;) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`Cannot start the clone: ${text}`);
    const found = /\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\/\w+/.exec(text += decoder.decode(value));
    if (found === null) continue;
    reader.releaseLock();
    return found[0];
  }
}

function bytesIn(folder: string): number {
  try {
    return [...Deno.readDirSync(folder)].reduce((sum, { name, isDirectory }) => {
      const path = `${folder}/${name}`;
      return sum + (isDirectory ? bytesIn(path) : path.endsWith(".tmp") ? 0 : Deno.statSync(path).size);
    }, 0);
  } catch (error) {
    // It comes into being, or a file got its name meanwhile.
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

for (const side of ["device", "clone"] as const) {
  Deno.test(`files push goes on where it was after the ${side} was killed in the middle`, async () => {
    await using it = await scene();
    await it.startClone();
    const first = it.push();
    const ended = first.output();
    while (it.arrived() < CUT_AT) await new Promise((resolve) => setTimeout(resolve, 2));
    if (side === "device") first.kill("SIGKILL");
    else await it.killClone();
    ok((await ended).code !== 0, "the first push was over before it was cut");
    // Another clone's process finds on its disk what was written whole.
    if (side === "device") await it.killClone();
    const arrived = it.arrived();
    await it.startClone();
    const { code, stdout, stderr } = await it.push().output();
    equal(code, 0, new TextDecoder().decode(stderr));
    const { sentBytes } = JSON.parse(new TextDecoder().decode(stdout));
    ok(sentBytes < BYTES - arrived + SLACK, `${sentBytes} bytes were sent although ${arrived} had arrived`);
    ok(it.arrived() >= BYTES, `${it.arrived()} bytes are there`);
  });
}

Deno.test("files push sends what two send at once only once", async () => {
  await using it = await scene();
  await it.startClone();
  const pushes = await Promise.all([it.push().output(), it.push().output()]);
  const told = pushes.map(({ stderr }) => new TextDecoder().decode(stderr)).join("");
  equal(pushes.every(({ success }) => success), true, told);
  const [one, other] = pushes.map(({ stdout }) => JSON.parse(new TextDecoder().decode(stdout)).sentBytes);
  ok(one + other < BYTES + SLACK, `${one} and ${other} bytes were sent`);
});
