import type { GeneratedProgram } from "./generator.ts";

/** What one program of a batch left to see: what it printed, and how it ended. */
export type Seen = string;

/** How a batch is run. `migrated` carries closures through the heap and back, at a clone on this machine. */
export type Mode = "plain" | "rewritten" | "migrated";

const main = new URL("../../mod.ts", import.meta.url).pathname;
const MARK = "\u241E";

/**
 * Loads the programs of a folder one after the other, as many as a process can: what one prints ends at a mark. None of
 * them ends the process.
 */
const DRIVER = `
import { createRequire } from "node:module";
const require = createRequire(import.meta.url);
addEventListener("unhandledrejection", (event) => event.preventDefault());
process.on("uncaughtException", (error) => console.log("uncaught", String(error)));
const turn = () => new Promise((resolve) => setTimeout(resolve, 0));
for (const file of JSON.parse(Deno.readTextFileSync(new URL("list.json", import.meta.url)))) {
  console.log("${MARK}" + file);
  let ended;
  const run = async () => file.endsWith(".cjs") ? require("./" + file) : await import("./" + file);
  const late = setTimeout(() => ended("stuck"), 30_000);
  const outcome = await Promise.race([
    run().then(() => "ran", (error) => "failed " + error?.stack),
    new Promise((resolve) => ended = resolve),
  ]);
  clearTimeout(late);
  for (let i = 0; i < 3; i++) await turn();
  console.log(outcome.replaceAll(new URL(".", import.meta.url).href, "")
    .split("\\n").filter((line) => !/main\\.mjs/.test(line)).join("\\n"));
}
console.log("${MARK}");
Deno.exit(0);
`;

/** Programs on the disk, to be run in several ways. */
export class Batch implements Disposable {
  readonly #folder = Deno.makeTempDirSync({ prefix: "fuzz-" });
  readonly #files: readonly string[];

  constructor(programs: readonly GeneratedProgram[]) {
    this.#files = programs.map(({ language }, index) =>
      `p${index}.${language === "js" ? "mjs" : language === "ts" ? "mts" : language}`
    );
    programs.forEach(({ text }, index) =>
      Deno.writeTextFileSync(`${this.#folder}/${this.#files[index]}`, text)
    );
    Deno.writeTextFileSync(`${this.#folder}/deno.json`, "{}");
    Deno.writeTextFileSync(`${this.#folder}/list.json`, JSON.stringify(this.#files));
    Deno.writeTextFileSync(`${this.#folder}/main.mjs`, DRIVER);
  }

  /** What each program showed, in order. A process that ends early leaves the rest undefined. */
  async run(mode: Mode): Promise<(Seen | undefined)[]> {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: this.#command(mode),
      env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
      stdin: "null",
      stderr: "null",
    }).output();
    const text = new TextDecoder().decode(stdout).replaceAll(this.#folder, "");
    const parts = text.split(MARK).slice(1);
    return this.#files.map((file, index) => {
      const part = parts[index];
      return part?.startsWith(file) ? part.slice(file.length + 1) : undefined;
    });
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.#folder, { recursive: true });
  }

  #command(mode: Mode): string[] {
    const app = `${this.#folder}/main.mjs`;
    if (mode === "plain") return ["run", "-A", "--quiet", app];
    const home = `${this.#folder}/home`;
    const migrates = mode === "migrated"
      ? [
        "--clone",
        "spawn",
        "--trace",
        `${this.#folder}/trace.jsonl`,
        ...this.#files.flatMap((file) => ["--migrate", `${file}#travel`]),
      ]
      : ["--clone", "none"];
    const ours = ["--quiet", "--home", home, "--instrument", "all", ...migrates, "--deno=-A"];
    return ["run", "-A", "--quiet", main, "run", ...ours, app];
  }
}
