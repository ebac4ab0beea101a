/** What a hostile clone can't do to its device (SECURITY.md), and could if the one defence were missing. */
import { deepStrictEqual, equal, match, ok, throws } from "node:assert/strict";
import { deflateRawSync } from "node:zlib";
import { checkedReturn } from "../runtime/thread/return_head.ts";
import { performEffects } from "../runtime/thread/effects.ts";
import { decodeJson, encodeFrame, encodeJsonFrame, type Frame, land } from "../runtime/mod.ts";
import { type Attack, Attacked, type CloneEnd, type Defences } from "./hostile_clone.ts";
import { packPayload, READY, RETURN } from "../runtime/thread/protocol.ts";
import { Scene } from "./net_fixtures.ts";

const MIB = 2 ** 20;
const SMALL: Defences = { peer: { returnBytes: MIB } };
const LARGE: Defences = { peer: { returnBytes: 64 * MIB } };

/** What became of a thread at a clone that does this. */
async function outcome(attack: Attack, defences: Defences = {}): Promise<string> {
  await using scene = new Scene();
  const attacked = await Attacked.begin(scene, attack, defences);
  return await attacked.outcome();
}

/** The JSON of a guest's reply that wasn't compressed. */
function replyOf({ payload }: Frame): { ok: boolean; value?: unknown; error?: { name: string } } {
  const length = new DataView(payload.buffer, payload.byteOffset + 1).getUint32(0);
  return decodeJson(payload.subarray(5, 5 + length)) as never;
}

/** At once, however busy the machine is. */
function repeated(frame: Uint8Array, times: number): Uint8Array {
  const bytes = new Uint8Array(times * frame.length);
  for (let i = 0; i < times; i++) bytes.set(frame, i * frame.length);
  return bytes;
}

async function until(condition: () => boolean): Promise<boolean> {
  for (let i = 0; i < 400 && !condition(); i++) await new Promise((resolve) => setTimeout(resolve, 25));
  return condition();
}

Deno.test("a clone's answer has no more bytes than its device can hold", async () => {
  const attack: Attack = { migrated: (clone, id) => clone.answer(clone.good(id), new Uint8Array(2 * MIB)) };
  match(await outcome(attack, SMALL), /kind 18 has \d+ bytes, 1048576 are allowed/);
  equal(await outcome(attack, LARGE), "succeeded");
});

Deno.test("a clone's answer doesn't become larger than its device can hold when it is unpacked", async () => {
  const attack: Attack = {
    migrated(clone, id) {
      const [length, json] = packPayload(clone.good(id));
      const bytes = new Uint8Array([...length!, ...json!]);
      const whole = new Uint8Array(bytes.length + 16 * MIB);
      whole.set(bytes);
      clone.send(RETURN, Uint8Array.of(1), new Uint8Array(deflateRawSync(whole)));
    },
  };
  match(await outcome(attack, SMALL), /unreadable: it is too large/);
  equal(await outcome(attack, LARGE), "succeeded");
});

Deno.test("what a clone says with its answer is read only up to a length", async () => {
  const attack: Attack = {
    migrated: (clone, id) => clone.answer(clone.good(id, { observed: ["x".repeat(MIB)] })),
  };
  match(await outcome(attack, { bounds: { headBytes: MIB / 2 } }), /its head has \d+ bytes/);
  equal(await outcome(attack, { bounds: { headBytes: Infinity } }), "succeeded");
});

const MALFORMED: Record<string, object> = {
  "no effects": { effects: null },
  "an effect of no type": { effects: [{}] },
  "text that isn't base64": { effects: [{ type: "write", fd: 1, base64: "***" }] },
  "a call that no console has": { effects: [{ type: "console", call: "nothing", args: ["0"] }] },
  "nothing to print": { effects: [{ type: "console", call: "log", args: null }] },
  "an exit code that is none": { effects: [{ type: "exit code", code: "x" }] },
};

Deno.test("a malformed answer is dropped whole, before anything of it shows in the app", async () => {
  for (const [what, more] of Object.entries(MALFORMED)) {
    match(await outcome({ migrated: (clone, id) => clone.answer(clone.good(id, more)) }), /unreadable/, what);
    // Without the check it throws in the middle of the app.
    throws(() => performEffects((more as { effects: never }).effects), what);
  }
  const bare = { id: 7, ok: true, outcome: "return", effects: [], observed: [], globals: [] };
  match(await outcome({ migrated: (clone) => clone.answer(bare) }), /its times is malformed/);
});

const WHOLE = {
  effects: [],
  observed: [],
  globals: [],
  ms: { accept: 0, run: 0, cpu: 0, waited: 0, capture: 0 },
};

Deno.test("names of prototypes in a clone's messages give nothing to what inherits", async () => {
  const text = `{"__proto__":{"ok":true,"outcome":"return","reason":"polluted"},"id":7}`;
  const attack: Attack = {
    migrated(clone) {
      const json = new TextEncoder().encode(text);
      const length = new Uint8Array(4);
      new DataView(length.buffer).setUint32(0, json.length);
      clone.send(RETURN, Uint8Array.of(0), length, json);
    },
  };
  match(await outcome(attack), /it has no outcome/);
  equal(({} as { reason?: string }).reason, undefined);
  // Read with its prototype it would say yes.
  const { __proto__: inherited, ...own } = JSON.parse(text);
  equal(checkedReturn(Object.setPrototypeOf({ ...own, ...WHOLE }, inherited)).ok, true);
});

Deno.test("a clone that doesn't answer, or never ends its answer, is left after a time", async () => {
  const half = (clone: CloneEnd) => clone.raw(new Uint8Array([0, 0, 4, 0, RETURN, 0]));
  for (const migrated of [() => {}, half]) {
    match(await outcome({ migrated }, { longestAwayMs: 200 }), /kept the thread for more than/);
    await using scene = new Scene();
    const attacked = await Attacked.begin(scene, { migrated }, { longestAwayMs: Infinity });
    let state = "away";
    const back = attacked.outcome().then((reason) => state = reason);
    ok(await until(() => attacked.asked.length > 0));
    await new Promise((resolve) => setTimeout(resolve, 600));
    equal(state, "away");
    attacked.session.close();
    await back;
  }
});

Deno.test("a clone answers what it was sent, once, and is ready once", async () => {
  const inTurn: Defences = { bounds: { inTurn: false } };
  const attacks: readonly [string, Attack, RegExp][] = [
    ["another id", { migrated: (clone, id) => clone.answer(clone.good(id + 1)) }, /answers something else/],
    ["too early", {
      ready(clone) {
        clone.answer(clone.good(7));
        clone.send(READY);
      },
      migrated: (clone, id) => clone.answer(clone.good(id)),
    }, /out of turn/],
    ["ready twice", {
      ready(clone) {
        clone.send(READY);
        clone.send(READY);
      },
      migrated: (clone, id) => clone.answer(clone.good(id)),
    }, /out of turn/],
  ];
  for (const [what, attack, reason] of attacks) {
    match(await outcome(attack), reason, what);
    equal(await outcome(attack, inTurn), "succeeded", what);
  }
});

Deno.test("a clone asks only for a thread that it has, and waits for each answer", async () => {
  const early = async (defences: Defences) => {
    await using scene = new Scene();
    const ready = (clone: CloneEnd) => clone.ask({ op: "env", name: "PATH" });
    const { clone, session } = await Attacked.begin(scene, { ready }, defences);
    await until(() => clone.replies.length > 0 || session.failedFor() > 0);
    return clone.replies.map((reply) => replyOf(reply).value);
  };
  deepStrictEqual(await early({}), []);
  deepStrictEqual(await early({ bounds: { inTurn: false } }), [Deno.env.get("PATH")]);
  const many = (migrated: Attack["migrated"], defences?: Defences) =>
    outcome({ migrated: migrated! }, defences);
  const flood = (clone: CloneEnd, id: number) => {
    for (let i = 0; i < 1000; i++) clone.ask({ op: "env", name: "PATH" });
    clone.answer(clone.good(id));
  };
  match(await many(flood), /out of turn/);
  equal(await many(flood, { bounds: { inTurn: false } }), "succeeded");
  const contents = (clone: CloneEnd, id: number) => {
    clone.raw(repeated(encodeFrame(1, new Uint8Array(32)), 10_000));
    clone.answer(clone.good(id));
  };
  match(await many(contents), /out of turn/);
  equal(await many(contents, { bounds: { inTurn: false } }), "succeeded");
});

Deno.test("a clone floods its device with no messages", async () => {
  const migrated = (clone: CloneEnd, id: number) => {
    clone.raw(repeated(encodeJsonFrame(0, { type: "taken", bytes: 0 }), 5_000));
    clone.answer(clone.good(id));
  };
  match(await outcome({ migrated }), /the clone floods this device/);
  equal(await outcome({ migrated }, { peer: { without: ["frame-rate"] } }), "succeeded");
});

Deno.test("a clone reads no file outside of the session's roots", async () => {
  const read = async (defences: Defences) => {
    await using scene = new Scene();
    const folder = await scene.home();
    await Deno.writeTextFile(`${folder}/secret`, "of somebody else");
    const migrated = (clone: CloneEnd) => {
      clone.ask({ op: "file", call: "read", path: `${folder}/secret`, options: { at: 0, bytes: 16 } });
    };
    const attacked = await Attacked.begin(scene, { migrated }, defences);
    const away = attacked.migrate();
    ok(await until(() => attacked.clone.replies.length > 0));
    attacked.session.close();
    await away;
    return replyOf(attacked.clone.replies[0]!);
  };
  equal((await read({})).error?.name, "OutsideRoots");
  equal((await read({ roots: ["/"] })).ok, true);
});

Deno.test("a clone changes no file outside of the session's roots", async () => {
  const change = async (defences: Defences) => {
    await using scene = new Scene();
    const folder = await scene.home();
    const bytes = new TextEncoder().encode("from a clone");
    const pieces = [{ at: 0, bytes: bytes.length }];
    const changes = {
      taken: [],
      made: [{ kind: "file", kept: 0, size: bytes.length, pieces, mode: 0o644 }],
      attached: [{ path: `${folder}/planted`, made: 0 }],
      patched: [],
    };
    const migrated = (clone: CloneEnd, id: number) =>
      clone.answer(clone.good(id, { files: { changes, bytes: bytes.length } }), bytes);
    const attacked = await Attacked.begin(scene, { migrated }, defences);
    equal(await attacked.outcome(), "succeeded");
    const refused = await attacked.session.land();
    const asked = attacked.asked.find(({ op }) => op === "land") as { changes?: never } | undefined;
    // What a supervisor does then.
    if (asked !== undefined) land(await scene.home(), asked.changes!, bytes).keep();
    const planted = await Deno.readTextFile(`${folder}/planted`).catch(() => undefined);
    return planted ?? refused;
  };
  match(String(await change({})), /not in the files that clones may see/);
  equal(await change({ roots: ["/"] }), "from a clone");
});

Deno.test("what a clone says is shown without what a terminal obeys", async () => {
  const bell = "\u001b]0;owned\u0007";
  const migrated = (clone: CloneEnd) => clone.ask({ op: "abandon", reason: `${bell}sorry` });
  equal(await outcome({ migrated }), "]0;ownedsorry");
  const last = { migrated: (clone: CloneEnd) => clone.control({ type: "lost", reason: bell }) };
  equal(await outcome(last), "]0;owned");
  // Both hops: a device's peer may be older than its app.
  const shown = (text: string) => text;
  equal(await outcome({ migrated }, { bounds: { shown } }), `${bell}sorry`);
  equal(await outcome(last, { bounds: { shown }, peer: { without: ["shown-text"] } }), bell);
  const refused = checkedReturn({ id: 1, ok: false, reason: bell, path: bell }, 1);
  deepStrictEqual(refused, { id: 1, ok: false, reason: "]0;owned", path: "]0;owned" });
});
