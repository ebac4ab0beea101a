import { equal, match, ok, rejects } from "node:assert/strict";
import { ControlChannel, memoryChannelPair } from "../channel/mod.ts";
import { openHome } from "../home/mod.ts";
import { MAX_ATTEMPTS_PER_MINUTE, MAX_WRONG_TRIES } from "./constants.ts";
import { PairingDesk } from "./pairing_desk.ts";
import { openTrustStore, type TrustStore } from "./trust_store.ts";

interface Side {
  readonly peer: string;
  readonly trust: TrustStore;
  readonly desk: PairingDesk;
}

async function withSides(
  body: (device: Side, clone: Side) => Promise<void>,
  clock?: () => number,
): Promise<void> {
  const folders: string[] = [];
  const side = async (peer: string): Promise<Side> => {
    folders.push(await Deno.makeTempDir());
    const trust = await openTrustStore(await openHome(folders.at(-1)));
    const options = { trust, ownPeer: peer, ownName: `${peer}'s machine` };
    return { peer, trust, desk: new PairingDesk(clock ? { ...options, clock } : options) };
  };
  const sides = [await side("device"), await side("clone")] as const;
  try {
    await body(...sides);
  } finally {
    for (const { desk } of sides) desk.close();
    for (const folder of folders) await Deno.remove(folder, { recursive: true });
  }
}

/** One attempt of `from` at `to`; each believes to talk to the peer that `as` names. */
function attempt(from: Side, to: Side, code: string, as = { from: from.peer, to: to.peer }) {
  const [a, b] = memoryChannelPair();
  const served = to.desk.respond(new ControlChannel(b), as.from);
  const joined = from.desk.join(new ControlChannel(a), { peer: as.to, code, address: "/memory/1" });
  joined.catch(() => {});
  return served.then(() => joined);
}

const wrong = (code: string) =>
  code.replace(/^./, (digit) => digit === "9" ? "0" : String(Number(digit) + 1));

Deno.test("PairingDesk makes both sides trust each other when the code is right", () =>
  withSides(async (device, clone) => {
    const offer = clone.desk.offer();
    match(offer.code, /^\d{3}-\d{3}$/);
    equal((await attempt(device, clone, offer.code)).name, "clone's machine");
    equal((await offer.done).peer, "device");
    ok(device.trust.has("clone") && clone.trust.has("device"));
    equal(device.trust.get("clone")!.addresses[0], "/memory/1");
    await rejects(attempt(device, clone, offer.code), { code: "no-code" });
  }));

Deno.test("PairingDesk refuses a wrong code, and the code dies after three", () =>
  withSides(async (device, clone) => {
    const offer = clone.desk.offer();
    for (let i = 0; i < 3; i++) {
      await rejects(attempt(device, clone, wrong(offer.code)), { code: "wrong-code" });
    }
    await rejects(attempt(device, clone, offer.code), { code: "no-code" });
    await rejects(offer.done, { code: "wrong-code" });
    ok(!device.trust.has("clone") && !clone.trust.has("device"));
  }));

Deno.test("PairingDesk fails when someone sits in the middle with the right code's messages", () =>
  withSides(async (device, clone) => {
    const offer = clone.desk.offer();
    // The middle relays every message unchanged, but libp2p shows each side the middle's own peer id.
    await rejects(attempt(device, clone, offer.code, { from: "middle", to: "middle" }), {
      code: "wrong-code",
    });
    equal(device.trust.list().length + clone.trust.list().length, 0);
  }));

Deno.test("PairingDesk answers few attempts a minute, and a code lives two minutes", async () => {
  let now = 0;
  await withSides(async (device, clone) => {
    const first = clone.desk.offer();
    now += 120_001;
    await rejects(attempt(device, clone, first.code), { code: "no-code" });
    // While none is shown nothing is guessed, so that nobody is kept from pairing later.
    for (let i = 0; i < 20; i++) await rejects(attempt(device, clone, "000-000"), { code: "no-code" });
    await wearDown(device, clone);
    now += 60_000;
    await attempt(device, clone, clone.desk.offer().code);
  }, () => now);
});

Deno.test("PairingDesk lets a clock that is set back lock nobody out", async () => {
  let now = 3_600_000;
  await withSides(async (device, clone) => {
    await wearDown(device, clone);
    now -= 3_000_000;
    await attempt(device, clone, clone.desk.offer().code);
  }, () => now);
});

/** Tries wrong codes until no attempt is answered any more. */
async function wearDown(device: Side, clone: Side): Promise<void> {
  let offer = clone.desk.offer();
  for (let i = 0; i < MAX_ATTEMPTS_PER_MINUTE; i++) {
    await rejects(attempt(device, clone, wrong(offer.code)), { code: "wrong-code" });
    if (i % MAX_WRONG_TRIES === MAX_WRONG_TRIES - 1) offer = clone.desk.offer();
  }
  await rejects(attempt(device, clone, clone.desk.offer().code), { code: "limit" });
}

Deno.test("PairingDesk survives malformed messages", () =>
  withSides(async (_device, clone) => {
    clone.desk.offer();
    for (
      const bytes of [[0, 0, 0, 0, 0], [255, 255, 255, 255, 0], [0, 0, 0, 3, 0, 91, 93], [
        0,
        0,
        0,
        3,
        0,
        123,
        125,
      ]]
    ) {
      const [a, b] = memoryChannelPair();
      const served = clone.desk.respond(new ControlChannel(b), "device");
      a.start({ data: () => {}, end: () => {} });
      a.write(new Uint8Array(bytes));
      a.close();
      await served;
    }
  }));
