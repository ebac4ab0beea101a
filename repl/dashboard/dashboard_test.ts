import { equal } from "node:assert/strict";
import { startDashboard } from "./dashboard.ts";
import { FakePeer } from "./fake_peer_test.ts";

Deno.test("startDashboard() forgets who stops looking, and ends open views when it closes", async () => {
  const peer = new FakePeer();
  const page = await startDashboard(peer, { port: 0 });
  const { origin, hash } = new URL(page.url);
  const headers = { authorization: `Bearer ${hash.slice(1)}` };
  const look = async () => {
    const reader = (await fetch(`${origin}/api/events`, { headers })).body!.getReader();
    await reader.read();
    equal(peer.listeners.size, 1);
    return reader;
  };
  await (await look()).cancel();
  while (peer.listeners.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const view = await look();
  await page.close();
  // Whole or cut: it ends.
  while (!(await view.read().catch(() => ({ done: true }))).done);
  equal(peer.listeners.size, 0);
});
