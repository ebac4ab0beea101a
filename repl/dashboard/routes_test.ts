import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { FakePeer, MIGRATION } from "./fake_peer_test.ts";
import { Live, type Snapshot } from "./live.ts";
import { routes } from "./routes.ts";

const HOST = "127.0.0.1:8000";

function server(peer = new FakePeer()) {
  const closing = new AbortController();
  const live = new Live(peer);
  const app = routes({ live, token: "secret", hosts: () => [HOST], signal: closing.signal });
  const ask = (path: string, headers: Record<string, string> = {}, method = "GET") =>
    app.request(`http://${HOST}${path}`, { method, headers: { host: HOST, ...headers } });
  return { peer, live, closing, ask };
}

const WITH_TOKEN = { authorization: "Bearer secret" };

Deno.test("routes() gives data only to who has the token", async () => {
  const { ask } = server();
  for (const authorization of ["", "Bearer", "Bearer secreT", "Bearer secret2", "Basic secret"]) {
    strictEqual((await ask("/api/status", { authorization })).status, 401, authorization);
    strictEqual((await ask("/api/events", { authorization })).status, 401, authorization);
  }
  strictEqual((await ask("/api/status?token=secret")).status, 401);
  const status = await (await ask("/api/status", WITH_TOKEN)).json();
  strictEqual(status.name, "phone");
  ok(!JSON.stringify(status).includes("#secret"), "its own address isn't in what it shows");
});

Deno.test("routes() refuses other names for this address, other sites and anything but reading", async () => {
  const { ask } = server();
  const refused: [Record<string, string>, string, number][] = [
    [{ host: "evil.example:8000" }, "GET", 421],
    [{ host: "127.0.0.1" }, "GET", 421],
    [{ origin: "http://evil.example" }, "GET", 403],
    [{ origin: "null" }, "GET", 403],
    [{ "sec-fetch-site": "cross-site" }, "GET", 403],
    [{ "sec-fetch-site": "same-site" }, "GET", 403],
    [{}, "POST", 405],
    [{}, "DELETE", 405],
  ];
  for (const [headers, method, status] of refused) {
    const response = await ask("/api/status", { ...WITH_TOKEN, ...headers }, method);
    strictEqual(response.status, status, JSON.stringify([headers, method]));
  }
  const allowed = { ...WITH_TOKEN, origin: `http://${HOST}`, "sec-fetch-site": "same-origin" };
  strictEqual((await ask("/api/status", allowed)).status, 200);
});

Deno.test("routes() serves files that load nothing from elsewhere and can't be framed", async () => {
  const { ask } = server();
  for (const path of ["/", "/page.css", "/page.js"]) {
    const response = await ask(path);
    strictEqual(response.status, 200);
    match(response.headers.get("content-security-policy")!, /default-src 'none'.*frame-ancestors 'none'/);
    strictEqual(response.headers.get("cache-control"), "no-store");
    strictEqual(response.headers.get("access-control-allow-origin"), null);
    ok(!/(src|href)="https?:|url\(/.test(await response.text()), path);
  }
});

Deno.test("/api/events tells the present picture, then each change, and ends with the page", async () => {
  const { peer, live, closing, ask } = server();
  const response = await ask("/api/events", WITH_TOKEN);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const next = async () => JSON.parse(/^data: (.*)$/m.exec((await reader.read()).value!)![1]!) as Snapshot;
  deepStrictEqual((await next()).migrations, []);
  await next(); // the peers have been pinged
  peer.set({ migrations: [{ ...MIGRATION, state: "away" }] });
  peer.set({ migrations: [MIGRATION] });
  deepStrictEqual((await next()).migrations, [MIGRATION]);
  closing.abort();
  strictEqual((await reader.read()).done, true);
  strictEqual(live.viewers, 0);
  strictEqual(peer.listeners.size, 0);
});

Deno.test("Live asks nothing of the peer while nobody looks", () => {
  const peer = new FakePeer();
  const live = new Live(peer);
  live.snapshot();
  strictEqual(peer.listeners.size, 0);
  strictEqual(peer.pings, 0);
});
