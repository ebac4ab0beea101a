import { deepEqual, equal } from "node:assert/strict";
import { BlobSender } from "./blob_sender.ts";
import { hashOf, packHashes, unpackHashes } from "./blobs.ts";
import { CloneMemory } from "./clone_memory.ts";
import { CodeShipper } from "./code_shipper.ts";
import { BLOB_ASK, BLOB_PUSH, BLOB_REPLY } from "./frame.ts";
import type { SupervisorRequest } from "./protocol.ts";

const TEXT = "// a module";
const NAME = await hashOf(new TextEncoder().encode(TEXT));
const MISSING = { modules: [{ key: "a", links: {}, isMain: true, uninitialised: [] }], makers: [] };
const CODE = { modules: [], makers: {}, values: {}, globals: [] };

/** A session's code on its way to a store that says what it `has`; `names` are what earlier runs left. */
function shipping({ names, has }: { names: readonly string[] | null; has: boolean }) {
  const asked: string[] = [], sent: { kind: number; payload: Uint8Array }[] = [];
  let kept = names;
  const blobs: BlobSender = new BlobSender((kind, ...parts) => {
    const payload = new Uint8Array(parts.flatMap((part) => [...part]));
    if (kind !== BLOB_ASK) sent.push({ kind, payload });
    else queueMicrotask(() => blobs.answered(Uint8Array.from(unpackHashes(payload), () => has ? 1 : 0)));
  });
  const ask = (request: SupervisorRequest) => {
    asked.push(request.op);
    if (request.op === "guest") return Promise.resolve(TEXT);
    if (request.op === "code names" && request.names !== undefined) kept = request.names;
    return Promise.resolve(request.op === "code names" ? kept : undefined);
  };
  const memory = new CloneMemory((hash) => blobs.has(hash));
  const shipper = new CodeShipper({ ask, blobs, memory });
  return { asked, sent, blobs, memory, shipper, kept: () => kept };
}

Deno.test("CodeShipper.ship() makes no text of what an earlier run brought to the clone", async () => {
  const { asked, sent, blobs, memory, shipper } = shipping({ names: [NAME], has: true });
  blobs.expect([NAME]);
  const { code, bytes } = await shipper.ship(CODE, MISSING);
  deepEqual([code.modules, bytes], [[{ key: "a", links: {}, isMain: true, hash: NAME }], 0]);
  deepEqual([asked, sent, memory.hashes()], [["code names"], [], [NAME]]);
  // The store has lost it meanwhile.
  await blobs.requested(packHashes([NAME]));
  deepEqual([asked.at(-1), sent[0]!.kind], ["guest", BLOB_REPLY]);
  equal(new TextDecoder().decode(sent[0]!.payload.subarray(32)), TEXT);
});

Deno.test("CodeShipper.ship() sends what the clone lacks, and keeps its name for later runs", async () => {
  for (const names of [null, [NAME]]) {
    const { sent, blobs, shipper, kept } = shipping({ names, has: false });
    blobs.expect([NAME]);
    const { code, bytes } = await shipper.ship(CODE, MISSING);
    deepEqual([code.modules[0]!.hash, bytes > 0, sent.map(({ kind }) => kind)], [NAME, true, [BLOB_PUSH]]);
    deepEqual(kept(), [NAME]);
  }
});
