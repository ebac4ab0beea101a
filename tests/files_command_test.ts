/** `files` and `doctor --files` as a person types them. */
import { deepStrictEqual, equal, match, ok } from "node:assert/strict";
import { type Peer, startPeer } from "../net/mod.ts";

const MAIN = new URL("../mod.ts", import.meta.url).pathname;

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(home: string, ...args: string[]): Promise<Said> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", MAIN, ...args, "--home", home],
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  return { code, out: text(stdout), err: text(stderr) };
}

/** A folder with some of everything, and homes. */
function place(): { readonly base: string; readonly folder: string } & Disposable {
  const base = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "cc-command-" }));
  const folder = `${base}/given`;
  Deno.mkdirSync(`${folder}/in/empty`, { recursive: true });
  Deno.writeTextFileSync(`${folder}/file`, "something");
  Deno.linkSync(`${folder}/file`, `${folder}/in/same`);
  Deno.writeTextFileSync(`${folder}/.env`, "SECRET=1");
  Deno.symlinkSync("self", `${folder}/self`);
  Deno.symlinkSync("in", `${folder}/link`);
  Deno.symlinkSync("/etc/hostname", `${folder}/out`);
  Deno.truncateSync(newFile(`${folder}/sparse`), 8 * 2 ** 20);
  const made = new Deno.Command("mkfifo", { args: [`${folder}/pipe`] }).outputSync();
  ok(made.success);
  return { base, folder, [Symbol.dispose]: () => Deno.removeSync(base, { recursive: true }) };
}

function newFile(path: string): string {
  Deno.createSync(path).close();
  return path;
}

Deno.test("files and doctor say what is wrong with what they are given, and exit with 2", async () => {
  using it = place();
  const wrong: [args: string[], error: RegExp][] = [
    [["files", "statsu"], /"files statsu" is nothing to do: files status\|clean\|push PATH\|verify PATH/],
    [["files", "status", "there"], /files status takes no PATH/],
    [["files", "clean", "--clone", "/ip4/127.0.0.1/tcp/1"], /files clean is about .* own disk/],
    [["files", "push"], /files push takes one PATH/],
    [["files", "verify", it.folder, it.folder], /files verify takes one PATH/],
    [["files", "push", `${it.folder}/none`], /cannot find \S+\/none: No such file or directory \(see/],
    [
      ["files", "push", `${it.folder}/self`],
      /cannot find \S+\/self: Too many levels of symbolic links \(see/,
    ],
    [["files", "push", `${it.folder}/pipe`], /cannot send \S+\/pipe: it is no file and no folder/],
    [["doctor", "--files", `${it.folder}/none`], /Cannot look at \S+\/none: No such file or directory \(see/],
  ];
  for (const [args, error] of wrong) {
    const { code, out, err } = await run(`${it.base}/home`, ...args);
    equal(code, 2, args.join(" "));
    equal(out, "");
    match(err, error);
    equal(err.split("\n").length, 1, err);
  }
});

Deno.test({
  name: "files push sends, verify tells what the clone lacks, status shows and clean removes what is kept",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    using it = place();
    const [device, cloneHome] = [`${it.base}/device`, `${it.base}/clone`];
    const { out: id } = await run(device, "id");
    const listen = ["/ip4/127.0.0.1/tcp/0"];
    const start = () => startPeer({ home: cloneHome, listen, mdns: false, trust: [id] });
    let clone: Peer = await start();
    try {
      const to = () => ["--clone", clone.addresses()[0]!];
      const before = await run(device, "files", "verify", it.folder, ...to());
      equal(before.code, 1);
      match(before.out, /given was not sent to/);
      const pushed = await run(device, "files", "push", it.folder, ...to());
      equal(pushed.code, 0, pushed.err);
      match(pushed.out, /^3 files, 8388626 bytes; \d+ bytes were sent to /);
      deepStrictEqual(pushed.err.split("\n").sort(), [
        "clonecloud: .env stays here",
        "clonecloud: pipe stays here",
      ]);
      const verified = await run(device, "files", "verify", it.folder, "--json", ...to());
      const { contents, missing, ok: isWhole } = JSON.parse(verified.out);
      deepStrictEqual([verified.code, missing, isWhole], [0, 0, true]);
      await clone.stop();
      const removed = JSON.parse((await run(cloneHome, "files", "clean", "--json")).out).rows;
      ok(removed.find((row: { folder: string }) => row.folder === "content").files > 0);
      const kept = JSON.parse((await run(cloneHome, "files", "status", "--json")).out).rows;
      equal(kept.find((row: { folder: string }) => row.folder === "content").files, 0);
      clone = await start();
      const lacks = await run(device, "files", "verify", it.folder, ...to());
      equal(lacks.code, 1);
      match(lacks.out, new RegExp(` has 0 of ${contents} contents`));
      const again = JSON.parse((await run(device, "files", "push", it.folder, "--json", ...to())).out);
      ok(again.sentBytes > 100, "all of it goes again");
      equal((await run(device, "files", "verify", it.folder, ...to())).code, 0);
    } finally {
      await clone.stop();
    }
  },
});

Deno.test("doctor --files tells what a clone couldn't read, without the words of system calls", async () => {
  using it = place();
  const { code, out } = await run(`${it.base}/home`, "doctor", "--files", it.folder, "--json");
  equal(code, 0);
  const { files } = JSON.parse(out) as { files: { path: string; why: string }[] };
  const told = files.map(({ path, why }) => `${path.slice(it.folder.length + 1)}: ${why}`).sort();
  deepStrictEqual(told, [
    ".env: it looks like a secret; a root that names it gives it to clones",
    `out: it leads out, to ${Deno.realPathSync("/etc/hostname")}`,
    "pipe: it is no file",
  ]);
});
