import { deepEqual } from "node:assert/strict";

const HOOK = new URL("./note_hook.ts", import.meta.url).href;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;
const PROGRAM = new URL("../../tests/programs/required/main.cjs", import.meta.url).pathname;

async function output(...args: string[]): Promise<{ stdout: string; code: number }> {
  const command = new Deno.Command(Deno.execPath(), { args: ["run", "-A", ...args], stderr: "null" });
  const { stdout, code } = await command.output();
  return { stdout: new TextDecoder().decode(stdout), code };
}

Deno.test("installNoteHook() leaves scripts that require ES modules what they do", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [preload, notes] = [`${folder}/preload.ts`, `${folder}/notes`];
    const tell = `({ url, kind }) => Deno.writeTextFileSync(${
      JSON.stringify(notes)
    }, url.split("/").at(-1) + " " + kind + "\\n", { append: true })`;
    await Deno.writeTextFile(preload, `import { installNoteHook } from "${HOOK}"; installNoteHook(${tell});`);
    const plain = await output(PROGRAM);
    deepEqual(await output("--config", CONFIG, "--preload", preload, PROGRAM), plain);
    deepEqual(plain.code, 0);
    deepEqual((await Deno.readTextFile(notes)).split("\n").slice(0, 2), [
      "main.cjs script",
      "script.cjs script",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
