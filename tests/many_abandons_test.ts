/** However many sessions end in an abandoned invocation, an app finds its clone again. */
import { deepStrictEqual, equal } from "node:assert/strict";

const MAIN = new URL("../mod.ts", import.meta.url).pathname;
/** More than an app process could hold connections ready for. */
const METHODS = 18;

/** Methods that each come to what no analysis sees and no clone does, and one that can go. */
const APP = `
  const world: any = globalThis;
  const parts = ["no", "De", "mand", "Com"];
  function start() {
    try {
      return new world[parts[1] + parts[0]][parts[3] + parts[2]]("true").outputSync().code;
    } catch (error) {
      return (error as Error).name;
    }
  }
  ${
  Array.from({ length: METHODS }, (_, i) =>
    `function m${i}() { return ${i} + start(); }\nconsole.log(m${i}());`)
    .join("\n  ")
}
  function good(rounds: number) {
    let sum = 0;
    for (let i = 0; i < rounds; i++) sum = (sum * 31 + i) | 0;
    return sum;
  }
  console.log(good(1000));
`;

Deno.test("run migrates again after any number of abandoned invocations, without a permission of the app", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/app.ts`, APP);
    const methods = [...Array.from({ length: METHODS }, (_, i) => `m${i}`), "good"];
    const { stdout, stderr, code } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", MAIN, "run", "--home", `${folder}/home`, "--trace", `${folder}/trace`],
        ...["--clone", "spawn", ...methods.flatMap((name) => ["--migrate", `app.ts#${name}`])],
        `${folder}/app.ts`,
      ],
      cwd: folder,
      env: { NO_COLOR: "1" },
      stdin: "null",
    }).output();
    equal(code, 0, new TextDecoder().decode(stderr));
    const lines = new TextDecoder().decode(stdout).trim().split("\n");
    deepStrictEqual(lines.slice(0, -1), methods.slice(0, -1).map((_, i) => `${i}NotCapable`));
    const events = (await Deno.readTextFile(`${folder}/trace`)).trim().split("\n")
      .map((line) => JSON.parse(line) as { event: string; method: string });
    const outcomes = events.filter(({ event }) => event === "merge" || event === "abandon")
      .map(({ event, method }) => `${event} ${method}`);
    deepStrictEqual(
      outcomes,
      methods.map((name) => `${name === "good" ? "merge" : "abandon"} app.ts#${name}`),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
