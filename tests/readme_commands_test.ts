import assert from "node:assert/strict";
import { readmeCommands } from "./readme_commands.ts";

Deno.test("readmeCommands() lists each command once, without comments and prompts", () => {
  const markdown = [
    "```sh",
    "npx -y deno@2.9.6 task test # all tests",
    "$ npx -y deno@2.9.6 task demo",
    "",
    "# with your own program",
    "deno run -A mod.ts run \\",
    "  --clone spawn examples/mandelbrot.ts 40",
    "```",
    "```ts",
    "const no = 1;",
    "```",
    "1. In a list:",
    "   ```sh",
    "   npx -y deno@2.9.6 task test",
    "   echo a#b",
    "   ```",
    "```",
    "what is printed",
    "```",
  ].join("\n");
  assert.deepEqual(readmeCommands(markdown), [
    { command: "npx -y deno@2.9.6 task test" },
    { command: "npx -y deno@2.9.6 task demo" },
    { command: "deno run -A mod.ts run --clone spawn examples/mandelbrot.ts 40" },
    { command: "echo a#b" },
  ]);
});

Deno.test("readmeCommands() keeps the reason why CI doesn't run a block", () => {
  const markdown =
    "<!-- not run by CI: needs a second machine -->\n\n```sh\ndeno task peer\n```\n```sh\ndeno task ok\n```\n";
  assert.deepEqual(readmeCommands(markdown), [
    { command: "deno task peer", notRun: "needs a second machine" },
    { command: "deno task ok" },
  ]);
});

Deno.test("readmeCommands() refuses blocks that it would otherwise overlook", () => {
  assert.throws(() => readmeCommands("```bash\nls\n```\n"), /mark the `bash` block as `sh`/);
});
