/** Fills a small disk of its own (a tmpfs of 6 MiB, mounted at the first argument) from either side; see full_disk_test.ts. */
import { deepStrictEqual, equal, ok, rejects } from "node:assert/strict";
import { memoryChannelPair } from "../net/channel/mod.ts";
import { FileClient, serveFiles } from "../net/files/file_protocol.ts";
import { openContentStore } from "../net/files/content_store.ts";
import { hashesOf, pushTree } from "../net/files/tree_push.ts";
import { TreeIndex } from "../net/files/tree_index.ts";
import { Lab, snapshot } from "../runtime/host/fake_device_test.ts";

const [disk, base] = Deno.args as [string, string];
/** Bytes that others have on the disk, until they have no more. */
const [CLONES_BALLAST, DEVICES_BALLAST] = [3_000_000, 5_700_000];

let state = 1;
function roll(sides: number): number {
  state = Math.imul(state, 1664525) + 1013904223 >>> 0;
  return Math.floor(state / 2 ** 32 * sides);
}

function noise(bytes: number): Uint8Array {
  const out = new Uint8Array(bytes);
  for (let i = 0; i < bytes; i++) out[i] = roll(256);
  return out;
}

/** A clone whose disk is full in the middle of a push keeps what it says, says what it lost, and takes it later. */
async function fillClone(): Promise<void> {
  const top = `${base}/top`;
  Deno.mkdirSync(top);
  for (let i = 0; i < 4; i++) Deno.writeFileSync(`${top}/${i}`, noise(1_200_000));
  Deno.writeFileSync(`${disk}/ballast`, new Uint8Array(CLONES_BALLAST));
  const store = await openContentStore(`${disk}/store`);
  const index = new TreeIndex();
  const client = () => {
    const [here, there] = memoryChannelPair();
    serveFiles(there, { store, device: "device" });
    return new FileClient(here);
  };
  await rejects(pushTree(top, client(), { index }), /kept not all of it/);
  equal(index.root, undefined);
  await store.written();
  Deno.removeSync(`${disk}/ballast`);
  await pushTree(top, client(), { index });
  const hashes = hashesOf(index);
  ok(hashes.length > 20, `${hashes.length} contents`);
  deepStrictEqual(await client().ask(hashes, true), hashes.map(() => true));
  await store.wipe("device");
}

/** What doesn't fit on the device lands not at all; what fits later does. */
function fillDevice(): void {
  const [app, reference] = [`${disk}/app`, `${base}/reference`];
  for (const folder of [app, reference]) Deno.mkdirSync(folder);
  Deno.writeFileSync(`${disk}/ballast`, new Uint8Array(DEVICES_BALLAST));
  const counts = { landed: 0, refused: 0 };
  const names = ["a", "b", "d/c", "d/e", "f"];
  for (const folder of [app, reference]) Deno.mkdirSync(`${folder}/d`);
  for (let round = 0; round < 30; round++) {
    const lab = new Lab(app, `${base}/journals`, [app]);
    const made = Array.from({ length: 1 + roll(4) }, (): (api: typeof Deno, root: string) => void => {
      const [name, other] = [names[roll(names.length)]!, names[roll(names.length)]!];
      const bytes = noise(roll(200_000));
      switch (roll(5)) {
        case 0:
          return (api, root) => api.writeFileSync(`${root}/${name}`, bytes, { append: true });
        case 1:
          return (api, root) => existing(api, `${root}/${name}`, (path) => api.removeSync(path));
        case 2:
          return (api, root) =>
            existing(api, `${root}/${name}`, (path) => api.renameSync(path, `${root}/${other}`));
        default:
          return (api, root) => api.writeFileSync(`${root}/${name}`, bytes);
      }
    });
    for (const operation of made) operation(lab.deno, app);
    const before = snapshot(app, true);
    try {
      lab.merge()?.keep();
      counts.landed++;
    } catch (error) {
      ok(/No space left/.test(String(error)), String(error));
      counts.refused++;
      deepStrictEqual(snapshot(app, true), before);
      // Nothing of it may stay where it was prepared.
      deepStrictEqual([...Deno.readDirSync(`${base}/journals`)], []);
      continue;
    }
    for (const operation of made) operation(Deno, reference);
    deepStrictEqual(snapshot(app), snapshot(reference));
  }
  ok(counts.landed > 3 && counts.refused > 3, JSON.stringify(counts));
}

function existing(api: typeof Deno, path: string, perform: (path: string) => void): void {
  try {
    api.statSync(path);
  } catch {
    return;
  }
  perform(path);
}

await fillClone();
fillDevice();
Deno.exit(0);
