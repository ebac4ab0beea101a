import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { AppFacts } from "./app_facts.ts";
import type { AppLink, AppMessage } from "./app_link.ts";
import { SyncPort } from "./sync_port.ts";

type Serve = (message: AppMessage, link: AppLink, packet: Uint8Array | undefined) => void;

/** A supervisor's end in another thread, as this one stands still while it waits. */
async function withPort(serve: string, test: (port: SyncPort, facts: AppFacts) => Promise<void> | void) {
  const folder = await Deno.makeTempDir();
  const source = `
    import { AppLink } from ${JSON.stringify(new URL("./app_link.ts", import.meta.url).href)};
    const link = new AppLink(${JSON.stringify(folder)}, ${serve});
    postMessage("open");
    onmessage = () => link.close();
  `;
  const worker = new Worker(`data:application/javascript,${encodeURIComponent(source)}`, { type: "module" });
  await new Promise((resolve) => worker.onmessage = resolve);
  const facts = new AppFacts();
  const port = SyncPort.open(folder, facts);
  try {
    await test(port, facts);
  } finally {
    worker.terminate();
    port.close();
    await Deno.remove(folder, { recursive: true });
  }
}

const echo: Serve = (message, link, packet) =>
  link.answer(message, { got: message.say, parcel: message.parcel }, packet);

Deno.test("SyncPort.request() gets what the supervisor answers, packets of any size included", () =>
  withPort(String(echo), (port) => {
    deepStrictEqual(port.request({ op: "say", say: [1, { a: "ü" }] }).got, [1, { a: "ü" }]);
    for (const bytes of [1, 16_384, 16_385, 70_000, 5_000_000]) {
      const packet = new Uint8Array(bytes);
      for (let at = 0; at < bytes; at += 65_536) crypto.getRandomValues(packet.subarray(at, at + 65_536));
      const answer = port.wait(
        port.post({ op: "say", say: bytes }, [packet.subarray(0, 10), packet.subarray(10)]),
      );
      strictEqual(answer.got, bytes);
      strictEqual(Buffer.compare(answer.packet, packet), 0);
    }
  }));

Deno.test("SyncPort.exchange() gives and gets bytes of any size, through a file what is long", () =>
  withPort(String(echo), (port) => {
    for (const bytes of [0, 1, 65_535, 65_536, 3_000_000, 70_000]) {
      const packet = new Uint8Array(bytes);
      for (let at = 0; at < bytes; at += 65_536) crypto.getRandomValues(packet.subarray(at, at + 65_536));
      const answer = port.exchange({ op: "say", say: bytes }, packet);
      deepStrictEqual([answer.got, answer.parcel], [bytes, bytes < 65_536 ? 0 : bytes]);
      strictEqual(Buffer.compare(answer.packet ?? new Uint8Array(), packet), 0);
      strictEqual(Deno.statSync(`${port.folder}/parcel`).size, 0, "what was taken is gone");
    }
  }));

Deno.test("SyncPort.arrival() comes late, and requests go on meanwhile", () =>
  withPort(
    String(
      ((message, link) => {
        if (message.op === "late") setTimeout(() => link.answer(message, "late"), 200);
        else link.answer(message, message.op);
      }) as Serve,
    ),
    async (port) => {
      const order: string[] = [];
      const arrival = port.arrival(port.post({ op: "late" }, [], true)).then((value) =>
        void order.push(value)
      );
      order.push(port.request({ op: "now" }));
      await arrival;
      deepStrictEqual(order, ["now", "late"]);
    },
  ));

Deno.test("SyncPort answers the supervisor's questions while it waits", () =>
  withPort(
    String(
      (async (message, link) => {
        const asked = await link.ask(message.lane ?? "down", { about: "frames" });
        link.answer(message, asked);
      }) as Serve,
    ),
    async (port, facts) => {
      facts.framesBelow = () => ["    at main"];
      deepStrictEqual(port.request({ op: "x" }), ["    at main"]);
      deepStrictEqual(await port.arrival(port.post({ op: "x" }, [], true)), ["    at main"]);
    },
  ));

Deno.test("SyncPort.request() is undefined, at once and from then on, when the supervisor is gone", () =>
  withPort(
    String(((_message, link) => link.close()) as Serve),
    async (port) => {
      strictEqual(port.request({ op: "x" }), undefined);
      strictEqual(port.request({ op: "x" }), undefined);
      strictEqual(await port.arrival(port.post({ op: "x" }, [], true)), undefined);
    },
  ));

Deno.test("SyncPort runs nothing that the app put on the language's prototypes", () =>
  withPort(String(echo), (port) => {
    const calls: string[] = [];
    const typedArrays = Object.getPrototypeOf(Uint8Array.prototype);
    const own = Reflect.getOwnPropertyDescriptor(typedArrays, "set")!;
    Object.defineProperty(Object.prototype, "toJSON", {
      value: () => calls.push("toJSON"),
      configurable: true,
    });
    Object.defineProperty(typedArrays, "set", { ...own, value: () => calls.push("set") });
    try {
      strictEqual(port.request({ op: "say", say: 7 }).got, 7);
    } finally {
      Object.defineProperty(typedArrays, "set", own);
      Reflect.deleteProperty(Object.prototype, "toJSON");
    }
    deepStrictEqual(calls, []);
  }));
