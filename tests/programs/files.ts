import fs from "node:fs";
import { readFile } from "node:fs/promises";

function deno(folder: string) {
  Deno.mkdirSync(`${folder}/sub/deep`, { recursive: true });
  Deno.writeTextFileSync(`${folder}/sub/a.txt`, "one\n");
  Deno.writeTextFileSync(`${folder}/sub/a.txt`, "two\n", { append: true });
  const own = Deno.readTextFileSync(`${folder}/sub/a.txt`);
  Deno.writeFileSync(`${folder}/b.bin`, new Uint8Array([1, 2, own.length]));
  const names = [...Deno.readDirSync(`${folder}/sub`)].map((e) => `${e.name}${e.isDirectory}`).sort();
  Deno.renameSync(`${folder}/b.bin`, `${folder}/sub/c.bin`);
  const { size, isFile } = Deno.statSync(`${folder}/sub/c.bin`);
  Deno.writeTextFileSync(`${folder}/gone`, "x");
  Deno.removeSync(`${folder}/gone`);
  return { own, names, size, isFile };
}

function node(folder: string) {
  fs.writeFileSync(`${folder}/n.txt`, "node");
  fs.appendFileSync(`${folder}/n.txt`, " more");
  const text = fs.readFileSync(`${folder}/n.txt`, "utf8");
  return [text, fs.existsSync(`${folder}/none`), fs.readdirSync(folder).sort(), fs.statSync(`${folder}/n.txt`).size];
}

function missing(folder: string) {
  const out: string[] = [];
  try {
    Deno.readTextFileSync(`${folder}/none.txt`);
  } catch (error) {
    out.push(`${error}`, String(error instanceof Deno.errors.NotFound));
  }
  try {
    fs.readFileSync(`${folder}/none.txt`);
  } catch (error) {
    out.push((error as any).code, `${error}`);
  }
  return out;
}

async function later(folder: string) {
  await Deno.writeTextFile(`${folder}/later.txt`, "later");
  return (await readFile(`${folder}/later.txt`, "utf8")) + (await Deno.readTextFile("given.txt"));
}

Deno.writeTextFileSync("given.txt", "given");
Deno.mkdirSync("out");
console.log(deno("out"));
console.log(node("out"));
console.log(missing("out"));
console.log(await later("out"));
console.log(Deno.readTextFileSync("out/sub/a.txt"), [...Deno.readFileSync("out/sub/c.bin")]);
