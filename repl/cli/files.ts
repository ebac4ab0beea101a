import { type Command, UsageError } from "./command.ts";
import { later } from "./later.ts";
import { HOME_OPTION, homeOf } from "./home_option.ts";
import { printTable } from "./table.ts";

/** What a home keeps on disk that can be made or fetched again. */
const KEPT: readonly (readonly [folder: string, what: string])[] = [
  ["cache", "rewritten modules"],
  ["apps", "plans of apps"],
  ["lessons", "runs that are not learnt from yet"],
  ["content", "content of other devices"],
  ["sent", "indexes of what was sent"],
];

interface Row {
  readonly folder: string;
  readonly what: string;
  readonly files: number;
  readonly bytes: number;
}

/** `files status|clean`: what this peer keeps on disk besides its key, its trust and its profiles. */
export const files: Command = {
  summary:
    "Shows what this peer keeps on disk (status) or removes it (clean); sends a file or folder to a clone's store (push), or has the clone read all of it again (verify).",
  positionals: "status|clean|push PATH|verify PATH",
  options: {
    ...HOME_OPTION,
    clone: { type: "string", value: "ADDR", help: "whose store (default: a paired peer that is reached)" },
    json: { type: "boolean", help: "print JSON" },
  },
  async run(parsed) {
    const [verb = "status"] = parsed.positionals;
    if (verb === "push" || verb === "verify") {
      const { transfer } = await later<typeof import("./files_transfer.ts")>(
        "./files_transfer.ts",
        import.meta.url,
      );
      return await transfer(parsed, verb);
    }
    if (verb !== "status" && verb !== "clean") {
      throw new UsageError(`"files ${verb}" is nothing to do: files status|clean|push PATH|verify PATH`);
    }
    if (parsed.positionals.length > 1) throw new UsageError(`files ${verb} takes no PATH`);
    if (parsed.values.clone !== undefined) {
      throw new UsageError(`files ${verb} is about this peer's own disk: leave out --clone`);
    }
    const { folder } = await homeOf(parsed);
    const rows = KEPT.map(([name, what]): Row => ({ folder: name, what, ...sizeOf(`${folder}/${name}`) }));
    if (verb === "clean") { for (const [name] of KEPT) remove(`${folder}/${name}`); }
    if (parsed.values.json === true) console.log(JSON.stringify({ verb, home: folder, rows }));
    else {
      const header = [verb === "clean" ? "removed" : "kept", "files", "bytes"];
      printTable(header, rows.map((row) => [row.what, String(row.files), String(row.bytes)]));
    }
    return 0;
  },
};

function sizeOf(folder: string): { files: number; bytes: number } {
  const sum = { files: 0, bytes: 0 };
  let entries: Deno.DirEntry[];
  try {
    entries = [...Deno.readDirSync(folder)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return sum;
    throw error;
  }
  for (const entry of entries) {
    const path = `${folder}/${entry.name}`;
    const more = entry.isDirectory ? sizeOf(path) : { files: 1, bytes: Deno.lstatSync(path).size };
    sum.files += more.files;
    sum.bytes += more.bytes;
  }
  return sum;
}

function remove(folder: string): void {
  try {
    Deno.removeSync(folder, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
