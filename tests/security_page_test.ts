/** What others on this machine can't do to a peer's page (SECURITY.md), and could without the one defence. */
import { equal, ok } from "node:assert/strict";
import { FakePeer } from "../repl/dashboard/fake_peer_test.ts";
import { PAGE_LIMITS } from "../repl/dashboard/constants.ts";
import { startDashboard } from "../repl/dashboard/mod.ts";

const UNLIMITED = { most: Infinity, timeoutMs: 2 ** 31 - 1 };

/** Connections that are open after each has sent `said`, and whether the page answers its owner meanwhile. */
async function crowd(limits: typeof PAGE_LIMITS, { count, said }: { count: number; said: string }) {
  const page = await startDashboard(new FakePeer(), { port: 0, limits });
  const { port, hash, origin } = new URL(page.url);
  const open = new Set<Deno.Conn>();
  for (let i = 0; i < count; i++) {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
    open.add(conn);
    await conn.write(new TextEncoder().encode(said)).catch(() => {});
    conn.readable.pipeTo(new WritableStream()).catch(() => {}).finally(() => open.delete(conn));
  }
  const headers = { authorization: `Bearer ${hash.slice(1)}` };
  const answered = await fetch(`${origin}/api/status`, { headers });
  await answered.body?.cancel();
  return {
    open,
    status: answered.status,
    /** Waits until no more than so many are open, for a time. */
    async fallsTo(most: number, withinMs: number): Promise<boolean> {
      const until = performance.now() + withinMs;
      while (open.size > most && performance.now() < until) await new Promise((r) => setTimeout(r, 10));
      return open.size <= most;
    },
    async [Symbol.asyncDispose]() {
      await page.close();
      while (open.size > 0) await new Promise((r) => setTimeout(r, 10));
    },
  };
}

const WAYS = {
  "say nothing": "",
  "never end a head": "GET / HTTP/1.1\r\nHost: x\r\n",
  "never end a body": "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n",
  "ask once": "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
};

Deno.test("who connects to the page's port and asks for nothing holds only so many connections, and keeps nobody out", async (test) => {
  for (const [way, said] of Object.entries(WAYS)) {
    await test.step(`those that ${way}`, async () => {
      await using bounded = await crowd(PAGE_LIMITS, { count: 200, said });
      equal(bounded.status, 200);
      ok(await bounded.fallsTo(PAGE_LIMITS.most, 30_000), `${bounded.open.size} are open`);
      await using unbounded = await crowd(UNLIMITED, { count: 200, said });
      equal(await unbounded.fallsTo(PAGE_LIMITS.most, 200), false);
    });
  }
});

Deno.test("who connects to the page's port and asks for nothing is cut after a time", async (test) => {
  const limits = { most: Infinity, timeoutMs: 300 };
  for (const [way, said] of Object.entries(WAYS)) {
    await test.step(`those that ${way}`, async () => {
      await using bounded = await crowd(limits, { count: 3, said });
      ok(await bounded.fallsTo(0, 30_000), `${bounded.open.size} are open`);
      await using unbounded = await crowd(UNLIMITED, { count: 3, said });
      equal(await unbounded.fallsTo(0, 1_000), false);
    });
  }
});
