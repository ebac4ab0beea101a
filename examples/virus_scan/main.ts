/**
 * A virus scanner: looks for thousands of signatures in files.
 *
 * deno run -A main.ts [--signatures FILE]... [--ignore NAME]... [--hardcore] [--limit BYTES] [PATH]...
 *
 * Exits 0 if nothing was found, 1 if something was, 2 if something could not be read.
 */
import { parseArgs } from "node:util";
import { type Candidate, defaultFolder, filesAt, upTo } from "./files.ts";
import { Library } from "./library.ts";
import { ProgressBar } from "./progress_bar.ts";
import { Scanner } from "./scanner.ts";
import { addSyntheticSignatures } from "./synthetic.ts";

/** With no path given: enough to see it work, and soon over. */
const DEFAULT_LIMIT_BYTES = 1024 * 1024;

const HELP = `Scans files for viruses.

Usage: main.ts [OPTION]... [PATH]...

  --signatures FILE...  signature file: ClamAV .ndb, .hdb, .hsb or PEiD .txt (without: made-up signatures)
  --ignore NAME...      leave out the signature of this name
  --hardcore            look for PEiD signatures in the whole file, not just where the program starts
  --limit BYTES         scan files of at most so many bytes together (without PATH: 1 MiB)
  --help                show this help

Without PATH it scans the nearest node_modules folder, or the current folder if there is none.`;

function loadLibrary(files: readonly string[], ignore: readonly string[], hardcore: boolean): Library {
  const library = new Library(ignore);
  if (files.length === 0) addSyntheticSignatures(library);
  for (const file of files) library.addFile(file, { hardcore });
  const refused = library.refused.length === 0 ? "" : `, ${library.refused.length} could not be used`;
  console.log(`${library.size} signatures${files.length === 0 ? " (made up)" : ""}${refused}`);
  return library;
}

function scanAll(scanner: Scanner, files: readonly Candidate[]): number {
  const bar = new ProgressBar(files.reduce((sum, file) => sum + file.bytes, 0));
  let unreadable = 0;
  for (const { path, bytes } of files) {
    try {
      const { names } = scanner.scanFile(path);
      bar.clear();
      if (names.length > 0) console.log(`${path}: ${names.join(", ")}`);
    } catch (error) {
      bar.clear();
      console.error(`${path}: ${(error as Error).message}`);
      unreadable++;
    }
    bar.advance(bytes, path);
  }
  bar.clear();
  return unreadable;
}

function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      signatures: { type: "string", multiple: true, default: [] },
      ignore: { type: "string", multiple: true, default: [] },
      hardcore: { type: "boolean", default: false },
      limit: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const limit = Number(values.limit ?? (positionals.length === 0 ? DEFAULT_LIMIT_BYTES : Infinity));
  if (Number.isNaN(limit)) throw new TypeError(`--limit needs a number of bytes, not "${values.limit}"`);
  const library = loadLibrary(values.signatures, values.ignore, values.hardcore);
  const paths = positionals.length === 0 ? [defaultFolder(".")] : positionals;
  const scanner = new Scanner(library);
  const unreadable = scanAll(scanner, upTo(limit, paths.flatMap(filesAt)));
  const { scannedFiles, scannedBytes, findings } = scanner;
  console.log(`Scanned ${scannedFiles} files, ${scannedBytes} bytes: ${findings.length} with findings`);
  return unreadable > 0 ? 2 : findings.length > 0 ? 1 : 0;
}

try {
  Deno.exitCode = main();
} catch (error) {
  console.error(`Cannot scan: ${(error as Error).message}`);
  Deno.exitCode = 2;
}
