import { equal, ok } from "node:assert/strict";
import { inThreeTries, Scene } from "../../tests/net_fixtures.ts";
import { Proxy } from "../../tests/net_proxy.ts";

Deno.test("peers() tells a link as it is now: as an open session measures it, else measured when somebody looks", () =>
  inThreeTries(async () => {
    await using scene = new Scene();
    const device = await scene.peer({ serve: false });
    const clone = await scene.peer({ name: "laptop" });
    const address = clone.addresses()[0]!;
    const proxy = new Proxy(Number(/tcp\/(\d+)/.exec(address)![1]), 500_000);
    scene.onEnd(() => proxy.close());
    await device.joinPairing(
      clone.offerPairing().code,
      address.replace(/tcp\/\d+/, `tcp/${proxy.port}`),
    );
    const row = async () => (await device.peers())[0]!;
    const known = await row();
    ok(Math.abs(known.upBytesPerSecond! / 500_000 - 1) < 0.3, JSON.stringify(known));
    ok(known.linkAgeMs! < 2_000);

    proxy.pace(100_000);
    const end = performance.now() + 8_000;
    const isNear = (measured: number) => Math.abs(measured / 100_000 - 1) < 0.3;
    let now = await row();
    for (; !isNear(now.upBytesPerSecond!) || !isNear(now.downBytesPerSecond!); now = await row()) {
      ok(performance.now() < end, JSON.stringify(now));
      await new Promise((resolve) => setTimeout(resolve, 500));
    }

    const app = await scene.app(device, { clones: ["auto"] });
    equal((await app.message()).ok, true);
    proxy.pace(800_000);
    for (const end = performance.now() + 8_000; !((await row()).upBytesPerSecond! > 600_000);) {
      ok(performance.now() < end, JSON.stringify(await row()));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }));
