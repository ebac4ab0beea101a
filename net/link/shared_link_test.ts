import { equal, ok } from "node:assert/strict";
import { inThreeTries, Scene } from "../../tests/net_fixtures.ts";
import { Proxy } from "../../tests/net_proxy.ts";

Deno.test("a migration isn't stuck behind what another session sends over the same slow link", () =>
  inThreeTries(async () => {
    await using scene = new Scene();
    const { device, clone } = await scene.pair();
    const address = clone.addresses()[0]!;
    const bytesPerSecond = 50_000;
    const proxy = new Proxy(Number(/tcp\/(\d+)/.exec(address)![1]), bytesPerSecond);
    scene.onEnd(() => proxy.close());
    const clones = [address.replace(/tcp\/\d+/, `tcp/${proxy.port}`)];
    const open = async () => {
      const app = await scene.app(device, { clones });
      equal((await app.message()).ok, true);
      return app;
    };
    const [bulk, migrating] = [await open(), await open()];
    // A kind that the guest doesn't answer; twenty seconds of the link.
    bulk.send(99, new Uint8Array(20 * bytesPerSecond)).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const start = performance.now();
    for (let i = 0; i < 3; i++) {
      migrating.send(16, new Uint8Array(1_000));
      equal((await migrating.sessionFrame())!.payload.length, 1_000);
    }
    const ms = (performance.now() - start) / 3;
    // Were it behind what a stream may have under way (256 KiB at first), the first alone would wait for many seconds.
    ok(ms < 1_200, `a small migration took ${ms} ms`);
  }));
