/** Runs programs that hide from the analyzer what they do, and keeps what they leave and what is said of them. */
import { SESSION_LOST } from "./program_runs.ts";

const MAIN = new URL("../mod.ts", import.meta.url).pathname;

/** An app, and a home that remembers its runs. */
export class Place implements AsyncDisposable {
  readonly folder = Deno.makeTempDirSync();
  /** Whether a run of it lost its clone, to a machine that had other things to do. */
  hasLost = false;

  constructor(text: string) {
    Deno.mkdirSync(`${this.folder}/app`);
    Deno.writeTextFileSync(`${this.folder}/app/app.ts`, text);
  }

  /** Runs the app in an empty folder of its own: what it leaves there, what it prints, what is said, what happened. */
  async run(ours: readonly string[] | undefined) {
    const cwd = Deno.makeTempDirSync({ dir: this.folder });
    const trace = `${this.folder}/trace`;
    const app = `${this.folder}/app/app.ts`;
    const args = ours === undefined ? ["run", "-A", app] : [
      ...["run", "-A", MAIN, "run", "--home", `${this.folder}/home`, "--trace", trace],
      ...[...ours, "--deno", "-A", app],
    ];
    const { stdout, stderr, code } = await new Deno.Command(Deno.execPath(), {
      args,
      cwd,
      env: { NO_COLOR: "1" },
      stdin: "null",
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    const files = Object.fromEntries(
      [...Deno.readDirSync(cwd)].map(({ name }) => [name, Deno.readTextFileSync(`${cwd}/${name}`)]).sort(),
    );
    const events = ours === undefined || !exists(trace)
      ? []
      : Deno.readTextFileSync(trace).trim().split("\n").filter(Boolean).map((line) => JSON.parse(line));
    if (exists(trace)) Deno.removeSync(trace);
    this.hasLost ||= events.some(({ reason = "" }) => SESSION_LOST.test(reason));
    return { left: { code, stdout: text(stdout), files }, said: text(stderr), events };
  }

  /** Waits until the last run is learnt from. */
  async learn(): Promise<void> {
    await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", MAIN, "learn", "--home", `${this.folder}/home`],
    }).output();
  }

  /** What the last run left for the next one; replaces it if given. */
  note(replacement?: unknown) {
    const folder = `${this.folder}/home/apps`;
    const name = [...Deno.readDirSync(folder)].map(({ name }) => name).find((name) =>
      /^[0-9a-f]{8,}\.json$/.test(name)
    )!;
    if (replacement !== undefined) Deno.writeTextFileSync(`${folder}/${name}`, JSON.stringify(replacement));
    return JSON.parse(Deno.readTextFileSync(`${folder}/${name}`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** How often a test may lose a clone. */
const TRIES = 3;

/** Makes an app and tests it, anew if its clone was lost. */
export async function tried(text: string, test: (place: Place) => Promise<void>): Promise<void> {
  for (let tries = 1;; tries++) {
    await using place = new Place(text);
    try {
      return await test(place);
    } catch (error) {
      if (tries === TRIES || !place.hasLost) throw error;
    }
  }
}

/** What each method of a run came to that nothing foresaw, and through which others, by its id. */
export function missesOf(
  events: readonly {
    readonly miss?: { readonly what: string; readonly through: readonly [string, ...string[]] };
  }[],
): Record<string, readonly string[]> {
  const misses = events.flatMap(({ miss }) => miss === undefined ? [] : [miss]);
  return Object.fromEntries(misses.map(({ what, through: [method, ...rest] }) => [method, [what, ...rest]]));
}
