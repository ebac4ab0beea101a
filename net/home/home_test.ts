import { equal } from "node:assert/strict";
import { userInfo } from "node:os";

Deno.test("defaultHome() is in the folder that the system has noted when HOME isn't set, as for services", async () => {
  const home = JSON.stringify(new URL("home.ts", import.meta.url).href);
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", `import { defaultHome } from ${home}; console.log(defaultHome());`],
    clearEnv: true,
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  equal(text(stdout).trimEnd(), `${userInfo().homedir}/.clonecloud`, text(stderr));
});
