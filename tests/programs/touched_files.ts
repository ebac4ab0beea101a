// Patches all built-ins by counting ones, then works with files: nobody may call one but Deno itself, which calls a few.
import fs from "node:fs";
import { patchAll, state, touches } from "./counting.ts";

const folder = Deno.makeTempDirSync({ dir: "." });
const at = (name: string) => folder + "/" + name;
const bytes = new Uint8Array(100_000);

function work(): unknown[] {
  const told: unknown[] = [];
  Deno.mkdirSync(at("a/b"), { recursive: true });
  Deno.writeTextFileSync(at("a/text"), "some text");
  Deno.writeFileSync(at("a/bytes"), bytes);
  told[0] = Deno.readTextFileSync(at("a/text"));
  told[1] = Deno.statSync(at("a/bytes")).size;
  Deno.renameSync(at("a/text"), at("a/b/text"));
  Deno.copyFileSync(at("a/b/text"), at("copied"));
  Deno.symlinkSync("copied", at("link"));
  told[2] = Deno.readLinkSync(at("link"));
  try {
    Deno.readFileSync(at("missing"));
  } catch (error) {
    told[3] = (error as Error).name;
  }
  const file = Deno.openSync(at("opened"), { read: true, write: true, create: true });
  file.writeSync(bytes);
  file.seekSync(5, Deno.SeekMode.Start);
  told[4] = file.readSync(bytes);
  file.truncateSync(7);
  told[5] = file.statSync().size;
  file.close();
  Deno.removeSync(at("a"), { recursive: true });
  Deno.writeTextFileSync(at("later"), "later", { append: true });
  told[6] = Deno.lstatSync(at("later")).isFile;
  fs.writeFileSync(at("node"), "of Node's");
  told[7] = fs.readFileSync(at("node"), "utf8");
  told[8] = fs.existsSync(at("none")) || fs.statSync(at("node")).size;
  fs.renameSync(at("node"), at("renamed"));
  fs.unlinkSync(at("renamed"));
  return told;
}

/** What Deno calls, and our stands in its place. */
const OF_DENO = /^(TextEncoder|%TypedArray%|ArrayBuffer)\.|^Array(\.prototype\.push|\.Symbol\(Symbol\.species\))$/;

patchAll();
state.counts = true;
const told = work();
state.counts = false;
state.inside = true;
console.log(JSON.stringify({ touches: Object.keys(touches).filter((name) => !OF_DENO.test(name)), told }));
Deno.removeSync(folder, { recursive: true });
