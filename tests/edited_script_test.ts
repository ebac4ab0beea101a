import assert from "node:assert/strict";

const main = new URL("../mod.ts", import.meta.url).pathname;

/** More than the engine looks at before it takes code that it compiled in an earlier run. */
const LONG = "// ".padEnd(20_000, ".");

Deno.test("a long script that was edited without getting longer runs as it is now", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "edited-" });
  const app = `${folder}/app.cjs`;
  const run = async (word: string) => {
    Deno.writeTextFileSync(app, `console.log("${word}");\n${LONG}\n`);
    const args = ["run", "-A", "--quiet", main, "run", "--quiet", "--home", `${folder}/home`];
    const options = ["--clone", "none", "--instrument", "all", "--deno=-A", app];
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...args, ...options],
      cwd: folder,
      env: { DENO_DIR: `${folder}/cache` },
    }).output();
    return new TextDecoder().decode(stdout).trim() || new TextDecoder().decode(stderr);
  };
  try {
    // The engine keeps what it compiled twice.
    assert.deepEqual([await run("once"), await run("once"), await run("then")], ["once", "once", "then"]);
  } finally {
    await remove(folder);
  }
});

/** What a run leaves to a process behind it may still be written. */
async function remove(folder: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    try {
      return Deno.removeSync(folder, { recursive: true });
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
