import * as fs from "node:fs";
import { createReadStream, createWriteStream } from "node:fs";
import { open } from "node:fs/promises";

const NAMES = ["a", "b", "c", "d", "d/a", "d/b", "d/e", "d/e/a", "l", "l/a", "./d/../b", "none/a"];

class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = seed;
  }
  roll(sides: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor(this.#state / 2 ** 32 * sides);
  }
  pick<T>(items: readonly T[]): T {
    return items[this.roll(items.length)]!;
  }
}

type Call = (p: string, q: string, dice: Dice) => unknown;

const calls: Record<string, Call> = {
  read: (p) => Deno.readTextFileSync(p),
  bytes: (p) => Deno.readFileSync(p).length,
  stat: (p) => pick(Deno.statSync(p)),
  lstat: (p) => pick(Deno.lstatSync(p)),
  list: (p) => [...Deno.readDirSync(p)].map(({ name }) => name).sort(),
  real: (p) => Deno.realPathSync(p).split("/").at(-1),
  readLink: (p) => Deno.readLinkSync(p),
  write: (p, _q, dice) => Deno.writeTextFileSync(p, `text ${dice.roll(100)}\n`.repeat(dice.roll(500))),
  append: (p) => Deno.writeTextFileSync(p, "more\n", { append: true }),
  mkdir: (p, _q, dice) => Deno.mkdirSync(p, { recursive: dice.roll(2) === 0 }),
  remove: (p, _q, dice) => Deno.removeSync(p, { recursive: dice.roll(3) === 0 }),
  rename: (p, q) => Deno.renameSync(p, q),
  copy: (p, q) => Deno.copyFileSync(p, q),
  link: (p, q) => Deno.linkSync(p, q),
  symlink: (_p, q, dice) => Deno.symlinkSync(dice.pick(["a", "d", "d/e", "l"]), q),
  truncate: (p, _q, dice) => Deno.truncateSync(p, dice.roll(3000)),
  chmod: (p) => Deno.chmodSync(p, 0o750),
  handle: (p, _q, dice) => {
    using file = Deno.openSync(p, { read: true, write: true });
    const buffer = new Uint8Array(6);
    file.seekSync(dice.roll(50), Deno.SeekMode.Start);
    return [file.readSync(buffer), new TextDecoder().decode(buffer), file.writeSync(buffer), file.statSync().size];
  },
  nodeWrite: (p) => fs.writeFileSync(p, "node"),
  nodeRead: (p) => fs.readFileSync(p, "utf8").slice(0, 20),
  nodeExists: (p) => fs.existsSync(p),
  nodeList: (p) => fs.readdirSync(p, { withFileTypes: true }).map((entry) => [entry.name, entry.isDirectory()]),
  nodeRm: (p) => fs.rmSync(p, { recursive: true, force: true }),
  nodeDescriptor: (p) => {
    const fd = fs.openSync(p, "a+");
    try {
      return [fs.writeSync(fd, "tail"), fs.readSync(fd, Buffer.alloc(3), 0, 3, 1), fs.fstatSync(fd).size];
    } finally {
      fs.closeSync(fd);
    }
  },
};

function pick({ isFile, isDirectory, isSymlink, size, nlink }: Deno.FileInfo) {
  return { isFile, isDirectory, isSymlink, nlink, ...(isFile && { size }) };
}

function play(seed: number, count: number): string[] {
  const dice = new Dice(seed);
  const names = Object.keys(calls);
  const log: string[] = [];
  for (let i = 0; i < count; i++) {
    const [name, p, q] = [dice.pick(names), dice.pick(NAMES), dice.pick(NAMES)];
    try {
      log.push(`${name} ${p} ${q}: ${JSON.stringify(calls[name]!(p, q, dice))}`.slice(0, 200));
    } catch (error) {
      log.push(`${name} ${p} ${q}: ${error}`);
    }
  }
  return log;
}

async function flow(): Promise<unknown[]> {
  const written = createWriteStream("streamed");
  for (let i = 0; i < 1000; i++) written.write(`line ${i}\n`);
  await new Promise<void>((done) => written.end(() => done()));
  let length = 0;
  for await (const part of createReadStream("streamed", { start: 5, encoding: "utf8" })) length += part.length;
  await using handle = await open("streamed", "r+");
  await handle.write("LINE", 0);
  const first = (await handle.readFile("utf8")).slice(0, 8);
  const file = await Deno.open("copied", { write: true, create: true });
  await (await Deno.open("streamed")).readable.pipeTo(file.writable);
  const names: string[] = [];
  for await (const { name } of Deno.readDir(".")) if (name.endsWith("ed")) names.push(name);
  const { size } = await Deno.stat("copied");
  // What streams do when they are closed.
  await new Promise((done) => setTimeout(done));
  return [length, first, names.sort(), size];
}

function temporary(): string[] {
  const folder = Deno.makeTempDirSync({ dir: "." });
  Deno.writeTextFileSync(`${folder}/x`, "x");
  const read = Deno.readTextFileSync(`${folder}/x`);
  Deno.removeSync(folder, { recursive: true });
  return [read, String(fs.existsSync(folder))];
}

const log: string[] = [];
for (let round = 1; round <= 6; round++) {
  log.push(...play(round * 7919, 60));
  // The device's own code goes on with what came home.
  Deno.writeTextFileSync("own", String(round), { append: true });
  try {
    Deno.removeSync(round % 2 === 0 ? "d" : "l", { recursive: true });
  } catch {
    // It isn't there.
  }
}
console.log(log.join("\n"));
console.log(await flow());
console.log(temporary());

function unlink(folder: string): void {
  const entries = [...Deno.readDirSync(folder)].sort((a, b) => a.name < b.name ? -1 : 1);
  for (const { name, isSymlink, isDirectory } of entries) {
    if (isDirectory) unlink(`${folder}/${name}`);
    if (!isSymlink) continue;
    console.log(`${folder}/${name}`.length, Deno.readLinkSync(`${folder}/${name}`));
    Deno.removeSync(`${folder}/${name}`);
  }
}
// What reads the folder afterwards follows links.
unlink(".");
