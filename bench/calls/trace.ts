import type { Analysis, SourceModule } from "../../analysis/mod.ts";
import { hookModule } from "./hooks.ts";

/** What a run of a program was seen to do. Methods are indices of the analysis. */
export interface Traced {
  /** `[caller, callee]`, each pair once. */
  readonly edges: readonly (readonly [number, number])[];
  readonly entered: readonly number[];
}

/** Runs a program with a hook in each of its functions. @throws {Error} if it fails. */
export async function traceCalls(
  main: string,
  modules: readonly SourceModule[],
  { methods }: Analysis,
): Promise<Traced> {
  const folder = await Deno.makeTempDir();
  try {
    const [given, out] = [`${folder}/modules.json`, `${folder}/edges.json`];
    const hooked = modules.map((module) => hookModule(module, methods));
    await Deno.writeTextFile(given, JSON.stringify({ modules: hooked, out }));
    const preload = new URL("./preload.js", import.meta.url).pathname;
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--preload", preload, main],
      cwd: main.slice(0, main.lastIndexOf("/")),
      env: { CLONECLOUD_CALLS: given, NO_COLOR: "1" },
      stdin: "null",
      stdout: "null",
    }).output();
    if (code !== 0) throw new Error(`Cannot trace ${main}: ${new TextDecoder().decode(stderr)}`);
    return JSON.parse(await Deno.readTextFile(out));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
