/**
 * Interest profile: what somebody cares for, from the pages they look at, found out on their own device.
 *
 * deno run --allow-read main.ts --categories FILE [--level N] [--top N] PAGE...
 *
 * Each page is compared with every category of a tree (cosine similarity of keywords) down to a nesting level.
 * make_categories.ts makes such a file from WordNet. Exits 2 if something could not be read.
 */
import { parseArgs } from "node:util";
import { profileOf } from "./interest_profile.ts";

const HELP = `Learns what somebody is interested in from text files.

Usage: main.ts --categories FILE [OPTION]... PAGE...

  --categories FILE   tree of categories: level, path, keywords, parted by tabs
  --level N           deepest nesting level to compare with (default 3)
  --top N             interests to show (default 10)
  --help              show this help`;

function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      categories: { type: "string" },
      level: { type: "string", default: "3" },
      top: { type: "string", default: "10" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help || values.categories === undefined || positionals.length === 0) {
    console.log(HELP);
    return values.help ? 0 : 2;
  }
  const level = positive(values.level, "--level"), top = positive(values.top, "--top");
  const profile = profileOf(positionals, { categories: values.categories, level });
  console.log(`${profile.pages} pages against ${profile.categories} categories`);
  for (const { path, score } of profile.top(top)) console.log(`${score.toFixed(3)} ${path}`);
  return 0;
}

function positive(text: string, option: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) {
    throw new TypeError(`${option} needs a number from 1, not "${text}"`);
  }
  return number;
}

try {
  Deno.exitCode = main();
} catch (error) {
  console.error(`Cannot profile: ${(error as Error).message}`);
  Deno.exitCode = 2;
}
