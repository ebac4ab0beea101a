/**
 * Thousands of random operations, the same ones on a real folder and, through everything that migrated code's calls go
 * through, on another one: each result must be the same, and at each merge so must be the folders. `CLONECLOUD_SEED` plays
 * another one.
 */
import { deepStrictEqual } from "node:assert/strict";
import * as realFs from "node:fs";
import { keepingFolderTimes } from "./file_steps.ts";
import { Abandoned, Lab, snapshot } from "./fake_device_test.ts";

const NAMES = [
  "a",
  "b",
  "c",
  "d/a",
  "d/b",
  "d",
  "d/e",
  "d/e/a",
  "l",
  "l/a",
  ".",
  "d/../b",
  "./d/./b",
  "none/a",
  "a/x",
];
const SIZES = [0, 1, 10, 65_535, 65_536, 70_000, 200_000];

const given = Deno.env.get("CLONECLOUD_SEED");
const SEEDS = given === undefined ? [1, 12] : [Number(given)];

for (const seed of SEEDS) {
  Deno.test(`migrated code's files are the device's: random operations against a real folder, seed ${seed}`, async () => {
    await play(seed, Number(Deno.env.get("CLONECLOUD_ROUNDS") ?? 25));
  });
}

async function play(seed: number, rounds: number): Promise<void> {
  const base = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "cc-files-" }));
  const counts = { operations: 0, failed: 0, merges: 0, dropped: 0, unserved: 0 };
  try {
    const random = mulberry(seed);
    for (let round = 0; round < rounds; round++) await playRound(random, `${base}/${round}`, counts);
    // Not everything may fail, and everything must have happened.
    if (counts.failed > counts.operations * 0.8) throw new Error("nearly everything fails");
    if (counts.unserved > counts.operations * 0.02) throw new Error("too much can't be served");
    if (counts.merges < rounds || counts.dropped === 0) {
      throw new Error(`too few merges: ${JSON.stringify(counts)}`);
    }
  } catch (error) {
    throw new Error(`CLONECLOUD_SEED=${seed} ${JSON.stringify(counts)}: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    Deno.removeSync(base, { recursive: true });
  }
}

async function playRound(random: () => number, base: string, counts: Record<string, number>): Promise<void> {
  const [device, reference] = [`${base}/device/app`, `${base}/refere/app`];
  for (const folder of [device, reference]) Deno.mkdirSync(folder, { recursive: true });
  const lab = new Lab(device, `${base}/journals`, [device]);
  const sides: [Side, Side] = [
    { root: device, api: lab.deno, fs: lab.fs },
    { root: reference, api: Deno, fs: realFs },
  ];
  const log: string[] = [];
  for (let merge = 0; merge < 4; merge++) {
    // The device's own code, between migrations.
    for (let i = 0; i < 6; i++) {
      const operation = choose(random);
      await operation({ root: device, api: Deno, fs: realFs });
      await operation(sides[1]);
    }
    deepStrictEqual(snapshot(device), snapshot(reference));
    const before = snapshot(device);
    lab.begin();
    log.push("--- migrate");
    const drop = random() < 0.15;
    let away = true;
    for (let i = 0; i < 25 && away; i++) {
      const operation = choose(random);
      counts.operations!++;
      log.push(operation.name);
      let here: string;
      try {
        here = await operation(sides[0]);
        if (lab.abandoned !== undefined) throw lab.abandoned;
      } catch (error) {
        if (!(error instanceof Abandoned)) throw error;
        if (await operation(sides[1]) === "") throw error;
        // Nothing of it may be seen: the device would run it again.
        // A tree that can't be copied is often left to the device.
        if (!operation.name.startsWith("nodeCopy")) counts.unserved!++;
        away = false;
        break;
      }
      if (drop) continue;
      const there = await operation(sides[1]);
      if (there.startsWith("!")) counts.failed!++;
      log.push(`    ${here}`);
      if (here !== there) throw new Error(`${log.join("\n")}\nmigrated: ${here}\nreal:     ${there}`);
    }
    if (drop || !away) {
      counts.dropped!++;
      deepStrictEqual(snapshot(device), before);
      if (!away) {
        // Brought level again by hand: the method ran locally.
        Deno.removeSync(device, { recursive: true });
        copyTree(reference, device);
      }
      continue;
    }
    try {
      lab.merge()?.keep();
    } catch (error) {
      if (!(error instanceof Abandoned)) throw error;
      counts.dropped!++;
      deepStrictEqual(snapshot(device), before);
      Deno.removeSync(device, { recursive: true });
      copyTree(reference, device);
      continue;
    }
    counts.merges!++;
    try {
      deepStrictEqual(snapshot(device), snapshot(reference));
    } catch (error) {
      throw new Error(`${log.join("\n")}\n${(error as Error).message}`);
    }
  }
}

interface Side {
  readonly root: string;
  readonly api: typeof Deno;
  readonly fs: typeof realFs;
}

type Operation = (side: Side) => Promise<string>;

/** One operation with all its arguments; what it gives as a text that says nothing of where the folder is. */
function choose(random: () => number): Operation {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const [a, b] = [pick(NAMES), pick(NAMES)];
  const size = pick(SIZES);
  const bytes = new Uint8Array(size).fill(Math.floor(random() * 256));
  const number = Math.floor(random() * 80_000);
  const time = Math.floor(random() * 1e9);
  const flag = pick(["r", "r+", "w", "w+", "a", "a+", "wx", "ax"]);
  const mode = pick([0o600, 0o644, 0o755, 0o700]);
  const recursive = random() < 0.3;
  const dots = [a, b].some((path) => path.endsWith("."));
  const asUrl = random() < 0.1;
  const all: Record<string, (api: typeof Deno, p: string, q: string, fs: typeof realFs) => unknown> = {
    readFile: (api, p) => api.readFileSync(p),
    readText: (api, p) => api.readTextFile(p),
    stat: (api, p) => shownInfo(api.statSync(p)),
    lstat: (api, p) => api.lstat(p).then(shownInfo),
    readDir: (api, p) => [...api.readDirSync(p)].map((entry) => JSON.stringify(entry)).sort(),
    realPath: (api, p) => api.realPathSync(p),
    readLink: (api, p) => api.readLinkSync(p),
    writeFile: (api, p) => api.writeFileSync(p, bytes),
    writeMode: (api, p) => api.writeFile(p, bytes.subarray(0, 20), { mode }),
    writeText: (api, p) => api.writeTextFile(p, "text ü\n"),
    append: (api, p) => api.writeFileSync(p, bytes.subarray(0, 5), { append: true }),
    createNew: (api, p) => api.writeFileSync(p, bytes.subarray(0, 5), { createNew: true }),
    noCreate: (api, p) => api.writeFileSync(p, bytes.subarray(0, 5), { create: false }),
    mkdir: (api, p) => api.mkdirSync(p, { recursive }),
    remove: (api, p) => dots ? null : api.removeSync(p, { recursive }),
    rename: (api, p, q) => dots ? null : api.renameSync(p, q),
    copy: (api, p, q) => api.copyFileSync(p, q),
    link: (api, p, q) => api.linkSync(p, q),
    symlink: (api, _p, q) => api.symlinkSync(pick(["a", "d", "d/e", "e/a", "l", "nowhere"]), q),
    truncate: (api, p) => api.truncateSync(p, number),
    chmod: (api, p) => api.chmodSync(p, mode),
    utime: (api, p) => api.utimeSync(p, time, time + 1),
    handle: (api, p) => {
      using file = api.openSync(p, { read: true, write: true, create: recursive });
      const buffer = new Uint8Array(10);
      const got = [file.readSync(buffer), file.seekSync(number, api.SeekMode?.Start ?? 0)];
      got.push(
        file.writeSync(bytes.subarray(0, 7)),
        file.seekSync(-3, 1),
        file.readSync(buffer),
        file.statSync().size,
      );
      file.truncateSync(number + 2);
      return [...got, buffer, file.seekSync(0, 2)];
    },
    reader: async (api, p) => {
      const file = await api.open(p);
      return (await new Response(file.readable).bytes()).length;
    },
    writer: async (api, p) => {
      const file = await api.open(p, { write: true, create: true });
      const writer = file.writable.getWriter();
      await writer.write(bytes.subarray(0, 100));
      await writer.close();
    },
    nodeRead: (_api, p, _q, fs) => fs.readFileSync(p, "latin1"),
    nodeStat: (_api, p, _q, fs) => {
      const stat = fs.statSync(p, { throwIfNoEntry: false });
      return stat && [stat.size, stat.isDirectory(), stat.mode, stat.nlink];
    },
    nodeList: (_api, p, _q, fs) => fs.readdirSync(p, { recursive }).map(String),
    nodeEntries: (_api, p, _q, fs) =>
      fs.readdirSync(p, { withFileTypes: true, recursive }).map((entry) =>
        `${entry.parentPath}/${entry.name} ${entry.isFile()} ${entry.isDirectory()}`
      ),
    nodeWrite: (_api, p, _q, fs) => fs.writeFileSync(p, "node", { flag: pick(["w", "a", "wx"]) }),
    nodeAppend: (_api, p, _q, fs) => fs.appendFileSync(p, "more", recursive ? { mode } : undefined),
    nodeAppendLater: (_api, p, _q, fs) => fs.promises.appendFile(p, recursive ? ["a", "b"] as any : "ab"),
    nodeCall: (_api, p, _q, fs) =>
      new Promise((done) => fs.readFile(p, (error, data) => done(error ?? data.length))),
    nodeRm: (_api, p, _q, fs) =>
      dots || !recursive ? fs.rmSync(`${p}9`, { force: true }) : fs.rmSync(p, { recursive }),
    nodeCopyTree: (_api, p, q, fs) =>
      fs.cpSync(p, q, {
        recursive,
        force: pick([true, true, false]),
        preserveTimestamps: pick([true, false]),
        // A link to a folder above would be followed for ever.
        ...pick([{}, { verbatimSymlinks: true }, fs.statSync(p).isFile() ? { dereference: true } : {}]),
      }),
    nodeCopyLater: (_api, p, q, fs) => dots ? null : fs.promises.cp(p, q, { recursive: true }),
    nodeOpenDir: async (_api, p, _q, fs) => {
      const found: string[] = [];
      const folder = fs.opendirSync(p);
      for await (const entry of folder) {
        found.push(`${entry.parentPath}/${entry.name} ${entry.isDirectory()} ${entry.isSymbolicLink()}`);
      }
      return [...found.sort(), folder.path];
    },
    nodeBlob: async (_api, p, _q, fs) => fs.statSync(p).isFile() ? (await fs.openAsBlob(p)).size : null,
    nodeWebStream: async (_api, p, _q, fs) => {
      if (!fs.statSync(p).isFile()) return null;
      await using handle = await fs.promises.open(p);
      return (await new Response(handle.readableWebStream() as ReadableStream).bytes()).length;
    },
    streamed: (api, p) =>
      api.writeFile(p, ReadableStream.from([bytes.subarray(0, 9), bytes.subarray(0, 3)]), {
        append: recursive,
        ...(mode === 0o700 && { mode }),
      }),
    streamedText: (api, p) => api.writeTextFile(p, ReadableStream.from(["one ", "zwö\n"])),
    nodeRmdir: (_api, p, _q, fs) => dots ? null : fs.rmdirSync(p),
    nodeUnlink: (_api, p, _q, fs) => dots ? null : fs.unlinkSync(p),
    nodeDescriptor: (_api, p, _q, fs) => {
      const fd = fs.openSync(p, flag);
      try {
        const got: unknown[] = [];
        const buffer = Buffer.alloc(8);
        if (/r|\+/.test(flag)) {
          got.push(fs.readSync(fd, buffer, 0, 8, null), fs.readSync(fd, buffer, 0, 4, 2));
        }
        if (flag !== "r") got.push(fs.writeSync(fd, "häm"), fs.writeSync(fd, bytes, 0, Math.min(9, size), 3));
        return [...got, buffer.toString("hex"), fs.fstatSync(fd).size];
      } finally {
        fs.closeSync(fd);
      }
    },
    nodeStreams: async (_api, p, q, fs) => {
      const read = fs.createReadStream(p, { start: 3, highWaterMark: 1000 });
      const parts: Uint8Array[] = [];
      for await (const part of read) parts.push(part);
      const write = fs.createWriteStream(q, { flags: pick(["w", "a"]) });
      const ended = new Promise<void>((done, fail) => write.on("finish", () => done()).on("error", fail));
      for (const part of parts.slice(0, 3)) write.write(part);
      write.end();
      await ended;
      return parts.length;
    },
    nodeHandle: async (_api, p, _q, fs) => {
      await using handle = await fs.promises.open(p, flag);
      const { size } = await handle.stat();
      if (flag !== "r") await handle.write("xyz", 5);
      return [size, /r|\+/.test(flag) ? await handle.readFile("latin1") : ""];
    },
  };
  const name = pick(Object.keys(all));
  // What an operation chooses itself it chooses the same on both sides.
  const choice = Math.floor(random() * 2 ** 32);
  const operation: Operation = async ({ root, api, fs }) => {
    const own = mulberry(choice);
    const saved = random;
    random = own;
    const at = (given: string) =>
      asUrl && name !== "link" && name !== "truncate"
        ? new URL(`file://${root}/${given}`)
        : `${root}/${given}`;
    try {
      return shown(await all[name]!(api, at(a) as string, at(b) as string, fs), root);
    } catch (error) {
      if (error instanceof Abandoned) throw error;
      return `! ${shown(error, root)}`;
    } finally {
      random = saved;
    }
  };
  Object.defineProperty(operation, "name", {
    value: `${name} ${a} ${b} ${JSON.stringify({ size, number, flag, mode, recursive })}`,
  });
  return operation;
}

function shownInfo(info: Deno.FileInfo): unknown {
  const { isFile, isDirectory, isSymlink, size, mode, nlink } = info;
  return { isFile, isDirectory, isSymlink, mode, nlink, ...(isFile && { size }) };
}

function shown(value: unknown, root: string): string {
  const text = value instanceof Error
    ? `${value.name} ${(value as { code?: string }).code} ${value.message}`
    : value instanceof Uint8Array
    ? `${value.length} ${value.subarray(0, 40).toBase64()} ${value.subarray(-5)}`
    : JSON.stringify(value) ?? "undefined";
  return text.replaceAll(root.slice(0, -4), "ROOT").slice(0, 500);
}

function copyTree(from: string, to: string): void {
  const status = new Deno.Command("cp", { args: ["-a", from, to] }).outputSync();
  if (!status.success) throw new Error(new TextDecoder().decode(status.stderr));
  for (const path of realFs.readdirSync(to, { recursive: true })) {
    const [link, copy] = [`${from}/${path}`, `${to}/${path}`];
    if (!Deno.lstatSync(link).isSymlink || !Deno.readLinkSync(link).startsWith(from)) continue;
    keepingFolderTimes(copy, () => {
      Deno.removeSync(copy);
      Deno.symlinkSync(Deno.readLinkSync(link).replace(from, to), copy);
    });
  }
}

function mulberry(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
