import assert from "node:assert/strict";

const DEMO_PEER = new URL("./demo_peer.ts", import.meta.url).href;
const MOD = new URL("../mod.ts", import.meta.url).href;

Deno.test("DemoPeer ends with the process that started it, however that ends", async () => {
  const home = await Deno.makeTempDir();
  const code = `
    import { DemoPeer } from "${DEMO_PEER}";
    const peer = await DemoPeer.start("${MOD}", { home: ${JSON.stringify(home)} });
    console.log(peer.address);
    await new Promise((resolve) => setTimeout(resolve, 3_600_000));`;
  const child = new Deno.Command(Deno.execPath(), { args: ["eval", code], stdout: "piped" }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  const port = Number(/tcp\/(\d+)/.exec(new TextDecoder().decode(value))![1]);
  const answers = () =>
    Deno.connect({ hostname: "127.0.0.1", port }).then((conn) => (conn.close(), true), () => false);
  assert.equal(await answers(), true);
  child.kill("SIGTERM");
  await child.status;
  await reader.cancel();
  let left = true;
  for (let i = 0; i < 200 && left; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    left = await answers();
  }
  assert.equal(left, false, "the peer still listens");
  // Its guests may still be going.
  await Deno.remove(home, { recursive: true }).catch(() => {});
});
