import assert from "node:assert/strict";

async function run(path: string, ...args: string[]): Promise<string> {
  const url = new URL(path, import.meta.url);
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", url.pathname, ...args],
    stdin: "null",
  });
  const { code, stdout, stderr } = await command.output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test("mandelbrot draws the same picture every time", async () => {
  const picture = await run("mandelbrot.ts", "40", "100");
  assert.match(picture, /@@@@/);
  assert.match(picture, /\n\d+ steps\n$/);
  assert.equal(await run("mandelbrot.ts", "40", "100"), picture);
});

Deno.test("notes_index finds notes that belong together", async () => {
  const shown = await run(
    "notes_index/main.ts",
    new URL("notes_index/notes", import.meta.url).pathname,
    "How do I bake?",
  );
  assert.equal(
    shown,
    `5 notes
Sourdough bread: see also Oven, Radio mast
Garden in spring: see also Rain water, Oven
Oven: see also Sourdough bread, Rain water
Radio mast: see also Rain water, Sourdough bread
Rain water: see also Garden in spring, Radio mast
No note is called "Seeds"
How do I bake? Oven
`,
  );
});
