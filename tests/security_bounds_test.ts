/** What is bounded in number, size or place of what others send (SECURITY.md), each with what comes without the one bound. */
import { deepStrictEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { createHash, generateKeyPairSync } from "node:crypto";
import { deflateRawSync, zstdCompressSync } from "node:zlib";
import { publicKeyFromRaw } from "@libp2p/crypto/keys";
import { peerIdFromPublicKey } from "@libp2p/peer-id";
import { multiaddr } from "@multiformats/multiaddr";
import { MAX_KNOWN_STRANGERS } from "../net/discovery/constants.ts";
import { Finder } from "../net/discovery/mod.ts";
import { BlobDesk } from "../net/files/blob_desk.ts";
import { applyDelta } from "../net/files/delta.ts";
import { type ContentStore, FILES_PROTOCOL, MAX_FILE_STREAMS, openContentStore } from "../net/files/mod.ts";
import { unpackBlobs } from "../net/files/unpack_blobs.ts";
import { parseInfo } from "../net/peer/info_messages.ts";
import { Liveness } from "../net/peer/liveness.ts";
import type { Defence } from "../net/peer/options.ts";
import { parseAnswer, parseHello } from "../net/peer/session_messages.ts";
import { cleanName } from "../net/trust/mod.ts";
import {
  BLOB_ASK,
  BLOB_CHECK,
  encodeFrame,
  MAX_ASKED,
  MAX_BLOB_BYTES,
  PACKED_DEFLATE,
  PACKED_PLAIN,
  PACKED_ZSTD,
} from "../runtime/mod.ts";
import { bounded } from "./bounded.ts";
import { Scene } from "./net_fixtures.ts";
import { Attack } from "./security_fixtures.ts";

const WAIT_MS = 30_000;

Deno.test("a device has only so many streams of files open at once", async () => {
  const answered = async (without: readonly Defence[]) => {
    await using scene = new Scene();
    const hostile = await scene.host();
    const clone = await scene.peer({ trust: [hostile.peerId.toString()], maxGuests: 0, without });
    const connection = await hostile.dial(multiaddr(clone.addresses()[0]!));
    const ask = encodeFrame(BLOB_ASK, new Uint8Array(32));
    let answers = 0;
    for (let i = 0; i < MAX_FILE_STREAMS + 4; i++) {
      const stream = await connection.newStream(FILES_PROTOCOL);
      const told = new Promise<boolean>((resolve) => {
        stream.addEventListener("message", () => resolve(true));
        stream.addEventListener("close", () => resolve(false));
        // It may have been reset already.
        if (stream.status === "open") stream.send(ask);
        else resolve(false);
      });
      if (await bounded(`an answer or end of stream ${i}`, WAIT_MS, told)) answers++;
    }
    return answers;
  };
  equal(await answered([]), MAX_FILE_STREAMS);
  equal(await answered(["file-streams"]), MAX_FILE_STREAMS + 4);
});

Deno.test("what a device sends packed becomes no larger than it may be", () => {
  const content = new Uint8Array(8 + MAX_BLOB_BYTES + 1);
  const view = new DataView(content.buffer);
  view.setUint32(0, 1);
  view.setUint32(4, content.length - 8);
  const packed = zstdCompressSync(content);
  ok(packed.length < 100_000, `${packed.length} bytes packed`);
  const payload = Uint8Array.from([PACKED_ZSTD, ...packed]);
  throws(() => unpackBlobs(payload), { code: "ERR_BUFFER_TOO_LARGE" });
  equal(unpackBlobs(payload, { bytes: content.length, contents: MAX_ASKED })[0]!.length, MAX_BLOB_BYTES + 1);
});

Deno.test("what a device sends at once has only so many contents in it", () => {
  const many = 1_000_000;
  const anyNumber = { bytes: MAX_BLOB_BYTES, contents: Infinity };
  // A million empty contents are a few KiB on their way.
  const packed = deflateRawSync(new Uint8Array(4 * many));
  ok(packed.length < 20_000, `${packed.length} bytes packed`);
  const tabled = new Uint8Array(1 + 4 + 4 * many);
  new DataView(tabled.buffer).setUint32(1, many);
  tabled[0] = PACKED_PLAIN;
  for (const payload of [Uint8Array.from([PACKED_DEFLATE, ...packed]), tabled]) {
    throws(() => unpackBlobs(payload), /more than 16384 at once/);
    equal(unpackBlobs(payload, anyNumber).length, many);
  }
});

Deno.test("steps make no more of a content than it may be", () => {
  const base = new Uint8Array(1024 * 1024);
  const times = 64;
  const steps = new Uint8Array(9 * times);
  // Copy all of it, again and again.
  for (let i = 0; i < times; i++) {
    steps[i * 9] = 1;
    new DataView(steps.buffer).setUint32(i * 9 + 5, base.length);
  }
  throws(() => applyDelta(base, steps), /too much comes of them/);
  equal(applyDelta(base, steps, Infinity).length, times * base.length);
});

Deno.test("a content is read once for a question, however often that names it", async () => {
  const folder = await Deno.makeTempDir();
  const store = await openContentStore(folder);
  const content = crypto.getRandomValues(new Uint8Array(1000));
  const hash = new Uint8Array(createHash("sha256").update(content).digest());
  await store.put("device", hash, content);
  const readFor = async (readsEach: boolean) => {
    let reads = 0;
    const counted = new Proxy<ContentStore>(store, {
      get(target, name) {
        if (name === "get") reads++;
        const value = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    let found = new Uint8Array();
    const desk = new BlobDesk(counted, "device", {
      toGuest: () => {},
      toDevice: (frame) => void (found = frame.slice(5)),
      readsEach,
    });
    const payload = new Uint8Array(32 * 1000);
    for (let i = 0; i < 1000; i++) payload.set(hash, i * 32);
    await desk.take({ kind: BLOB_CHECK, payload });
    ok(found.length === 1000 && found.every((one) => one === 1));
    return reads;
  };
  equal(await readFor(false), 1);
  equal(await readFor(true), 1000);
  await Deno.remove(folder, { recursive: true });
});

/** A connection that came in, as far as {@linkcode Liveness} looks at it. */
class Raw extends EventTarget {
  readonly timeline = {};
  readonly remoteAddr;
  isOpen = true;

  constructor(address: string) {
    super();
    this.remoteAddr = multiaddr(address);
  }

  abort(): void {
    this.isOpen = false;
    this.dispatchEvent(new Event("close"));
  }
}

Deno.test("strangers hold only so many connections, and those of one machine don't cost others theirs", async () => {
  const left = async (without: readonly string[]) => {
    const liveness = new Liveness((peer) => peer === "paired", new Set(without), 1);
    const gater = liveness.gater();
    const come = async (address: string, peer: string) => {
      const raw = new Raw(address);
      await gater.denyInboundEncryptedConnection!(peer as never, raw as never);
      return raw;
    };
    const others = [
      await come("/ip4/10.0.0.1/tcp/1", "stranger"),
      await come("/ip4/10.0.0.2/tcp/1", "paired"),
    ];
    const flood: Raw[] = [];
    for (let i = 0; i < 100; i++) flood.push(await come(`/ip4/10.0.0.3/tcp/${i + 1}`, `stranger ${i}`));
    const open = flood.filter(({ isOpen }) => isOpen).length;
    const spared = others.every(({ isOpen }) => isOpen);
    // Ends their time as well.
    for (const raw of [...others, ...flood]) raw.abort();
    return { open, spared };
  };
  const limited = await left([]);
  ok(limited.open < 16, `${limited.open} of 100 are left`);
  ok(limited.spared, "one of another machine was cut");
  equal((await left(["stranger-count"])).open, 100);
});

/** A finder whose host only counts what it is asked for. */
function countingFinder(without: readonly string[], hints: readonly string[] = []) {
  const host = Object.assign(new EventTarget(), {
    dials: 0,
    getConnections: () => [],
    peerStore: { get: () => Promise.reject(new Error("unknown")) },
    dial() {
      host.dials++;
      return Promise.reject(new Error("nobody answers"));
    },
  });
  const finder = new Finder({
    host: host as never,
    trust: {} as never,
    mdns: false,
    hints: () => hints,
    silentMs: () => 0,
    without: new Set(without),
  });
  return { host, finder };
}

/** The id of a key that nobody has. */
function newPeerId() {
  const { publicKey } = generateKeyPairSync("ed25519");
  return peerIdFromPublicKey(
    publicKeyFromRaw(publicKey.export({ format: "der", type: "spki" }).subarray(-32)),
  );
}

const PEER = "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA";

Deno.test("what others say of a peer's addresses makes a device dial only a few", async () => {
  const told = Array.from({ length: 1000 }, (_, i) => `/ip4/10.0.${i >> 8}.${i & 255}/tcp/22`);
  const dials = async (without: readonly string[]) => {
    const { host, finder } = countingFinder(without, told);
    await rejects(
      finder.connectPeer({ peer: PEER, name: "laptop", addresses: [] } as never),
      /Cannot reach laptop/,
    );
    return host.dials;
  };
  equal(await dials([]), 16);
  equal(await dials(["told-addresses"]), 1000);
});

Deno.test("who shouts on the local network fills nobody's memory", () => {
  const seen = (without: readonly string[]) => {
    const { host, finder } = countingFinder(without);
    for (let i = 0; i < 5000; i++) {
      host.dispatchEvent(new CustomEvent("peer:discovery", { detail: { id: `peer ${i}`, multiaddrs: [] } }));
    }
    return finder.seen().length;
  };
  equal(seen([]), 256);
  equal(seen(["seen-peers"]), 5000);
});

Deno.test("who comes under ever new names fills nobody's memory", async () => {
  const known = async (without: readonly string[]) => {
    await using scene = new Scene();
    const host = await scene.host();
    const strangers = Array.from({ length: MAX_KNOWN_STRANGERS + 50 }, newPeerId);
    const [friend] = strangers;
    new Finder({
      host,
      trust: { has: (peer: string) => peer === friend!.toString() } as never,
      mdns: false,
      silentMs: () => 0,
      without: new Set(without),
    });
    // As for whoever has connected, or answered on the local network.
    for (const id of strangers) {
      await host.peerStore.merge(id, { multiaddrs: [multiaddr("/ip4/10.0.0.1/tcp/1")] });
    }
    // Deletions are over when what comes after them is.
    for (const id of strangers.slice(0, 60)) await host.peerStore.has(id);
    equal(await host.peerStore.has(friend!), true);
    return (await host.peerStore.all()).length;
  };
  equal(await known([]), MAX_KNOWN_STRANGERS + 1);
  equal(await known(["seen-peers"]), MAX_KNOWN_STRANGERS + 50);
});

Deno.test("an address that anybody may have told has no name in it, and nothing that a terminal obeys", async () => {
  const told = ["/dns4/\u001b]0;owned\u0007/tcp/22", "/dns4/ask.me.example/tcp/22", "/ip4/10.0.0.1/tcp/22"];
  const reach = async (without: readonly string[]) => {
    const { host, finder } = countingFinder(without);
    const detail = { id: PEER, multiaddrs: told.map((address) => multiaddr(address)) };
    host.dispatchEvent(new CustomEvent("peer:discovery", { detail }));
    const reached = finder.connectPeer({ peer: PEER, name: "laptop", addresses: [] } as never);
    const { message } = await reached.then(() => new Error("reached"), (error) => error as Error);
    return { message, dials: host.dials };
  };
  const plain = await reach([]);
  match(plain.message, /^Cannot reach laptop \(\w+\): laptop doesn't answer at \/ip4\/10\.0\.0\.1\/tcp\/22$/);
  equal(plain.dials, 1);
  const attacked = await reach(["plain-addresses"]);
  match(attacked.message, /\u001b\]0;owned\u0007/);
  equal(attacked.dials, 3);
});

Deno.test("what another peer says of itself takes one line, and has nothing in it that a terminal obeys", () => {
  const evil = "a\n\u001b]0;owned\u0007clonecloud: type your password\r\u202e";
  const shown = "a ]0;ownedclonecloud: type your password";
  const self = {
    sessionVersion: 1,
    now: 0,
    unitsPerMs: 1,
    cores: 1,
    load: 0,
    free: 0,
    busy: 0,
    storedBytes: 0,
  };
  const info = parseInfo({
    ...{ ...self, name: evil, deno: evil, power: "mains", closed: evil, capabilities: [evil], grants: {} },
    knows: [{ peer: PEER, name: evil, addresses: [evil] }],
  });
  equal(info.closed, shown);
  equal(info.deno, shown);
  equal(info.capabilities[0], shown);
  equal(info.knows[0]!.addresses[0], shown);
  const hello = parseHello({ sessionVersion: 1, deno: evil, app: evil, locale: evil, timeZone: "../../etc" });
  equal(hello.app, shown);
  deepStrictEqual([hello.locale, hello.timeZone], [undefined, undefined]);
  equal((parseAnswer({ ok: false, code: "full", error: evil }) as { error: string }).error, shown);
  const welcome = parseAnswer({ ok: true, name: evil, deno: evil, unitsPerMs: 1 }) as {
    name: string;
    deno: string;
  };
  equal(welcome.deno, shown);
  for (const name of [info.name, info.knows[0]!.name, welcome.name]) {
    equal(name, cleanName(evil));
    match(name, /^[\x20-\x7e]+$/);
  }
});

Deno.test("what a guest writes to its log is shown without what a terminal obeys", async () => {
  const logged = async (without: readonly Defence[]) => {
    await using scene = new Scene();
    const shown = Promise.withResolvers<string>();
    const attack = await bounded(
      "the guest",
      WAIT_MS,
      Attack.begin(scene, { without, log: (line) => line.includes("owned") && shown.resolve(line) }),
    );
    equal(await bounded("the attack", WAIT_MS, attack.try("rename the terminal")), "succeeded");
    return await bounded("the log", WAIT_MS, shown.promise);
  };
  match(await logged([]), /^guest \d+: \]0;owned$/);
  match(await logged(["log-text"]), /\u001b\]0;owned\u0007/);
});
