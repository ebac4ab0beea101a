import { deepStrictEqual as assertEquals, rejects } from "node:assert/strict";
import { UsageError } from "../cli/mod.ts";
import { AppMethods } from "./app_methods.ts";

const SOURCE = `
  function sense() { return Math.random(); }
  function name() { return Deno.hostname(); }
  function ask() { return prompt("?"); }
  console.log(sense(), name(), ask());
`;

Deno.test("AppMethods.find() heeds what the user says in clonecloud.json, and can be asked again after a mistake", async () => {
  const root = Deno.realPathSync(Deno.makeTempDirSync());
  try {
    const path = `${root}/app.ts`;
    Deno.writeTextFileSync(path, SOURCE);
    const stays = async (methods = new AppMethods({ main: `file://${path}`, path, root })) =>
      Object.fromEntries((await methods.find()).map(({ id, stays }) => [id.slice("app.ts#".length), stays]));
    assertEquals(await stays(), {
      "<main>": "the main flow",
      sense: undefined,
      name: undefined,
      ask: "prompt: asks the device's user",
    });

    const file = `${root}/clonecloud.json`;
    Deno.writeTextFileSync(
      file,
      JSON.stringify({
        pin: { "app.ts#sense": "reads the sensor", "Deno.hostname": "names the device" },
        unpin: { prompt: "answered by a script" },
      }),
    );
    assertEquals(await stays(), {
      "<main>": "the main flow",
      sense: "reads the sensor (clonecloud.json)",
      name: "Deno.hostname: names the device (clonecloud.json)",
      ask: undefined,
    });

    Deno.writeTextFileSync(file, "{");
    const methods = new AppMethods({ main: `file://${path}`, path, root });
    await rejects(
      methods.find(),
      (error) => error instanceof UsageError && /^clonecloud\.json: no JSON/.test(error.message),
    );
    Deno.removeSync(file);
    assertEquals((await stays(methods)).ask, "prompt: asks the device's user");
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
});
