import { equal, ok } from "node:assert/strict";
import { inThreeTries, Scene } from "../../tests/net_fixtures.ts";
import type { Peer } from "../mod.ts";

const ECHO = 16;

Deno.test("an emulated link shapes the session, and its measures are what it is set to", () =>
  inThreeTries(async () => {
    await using scene = new Scene();
    const { device, clone } = await scene.pair();
    const link = "rtt=40ms,up=8mbit,down=16mbit";
    const app = await scene.app(device, { clones: clone.addresses(), link });
    equal((await app.message()).ok, true);
    const isClose = (value: number, wanted: number) => Math.abs(value - wanted) < 0.2 * wanted;
    const measured = () => device.status().apps[0]!.conditions;
    const isKnown = () =>
      isClose(measured().rttMs, 40) && isClose(measured().upBytesPerSecond, 1e6) &&
      isClose(measured().downBytesPerSecond, 2e6);
    for (let i = 0; i < 200 && !isKnown(); i++) await new Promise((resolve) => setTimeout(resolve, 50));
    ok(isKnown(), JSON.stringify(measured()));
    const start = performance.now();
    const sent = app.send(ECHO, new Uint8Array(200_000));
    equal((await app.sessionFrame())!.payload.length, 200_000);
    await sent;
    const [took, wanted] = [performance.now() - start, 40 + 200 + 100];
    // A busy machine makes it longer.
    ok(took > 0.88 * wanted && took < 2 * wanted, `${took} ms, not ${wanted}`);
  }));

Deno.test("a session over a link that is remembered doesn't wait for new measures", () =>
  inThreeTries(async () => {
    await using scene = new Scene();
    const home = await scene.home();
    const first = await scene.peer({ home, serve: false });
    const clone = await scene.peer({ trust: [first.id] });
    const open = async (device: Peer) => {
      const start = performance.now();
      const link = "rtt=400ms,up=8mbit,down=16mbit";
      const app = await scene.app(device, { clones: clone.addresses(), link });
      const { conditions } = await app.message();
      const ms = performance.now() - start;
      const { linkAgeMs } = device.status().apps[0]!;
      app.close();
      while (device.status().apps.length > 0) await new Promise((resolve) => setTimeout(resolve, 10));
      return { ms, conditions, linkAgeMs };
    };
    const [measured, recalled] = [await open(first), await open(first)];
    equal(measured.linkAgeMs, undefined);
    ok(recalled.linkAgeMs! >= 0);
    // A ping and a probe each way are three round trips; what a session takes otherwise is one.
    ok(recalled.ms < measured.ms - 600, `${recalled.ms} ms, not much less than ${measured.ms}`);
    equal(recalled.conditions.rttMs, measured.conditions.rttMs);
    // Another process has the same home.
    await first.stop();
    ok((await open(await scene.peer({ home, serve: false }))).linkAgeMs! > 0);
  }));
