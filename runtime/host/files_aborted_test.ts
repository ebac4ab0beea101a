/** Signals given to calls for files: they end them as on the device, or the method stays at home. */
import { deepStrictEqual, equal, rejects } from "node:assert/strict";
import type * as realFs from "node:fs";
import { Abandoned, Lab } from "./fake_device_test.ts";

interface Place extends Disposable {
  readonly root: string;
  readonly lab: Lab;
}

function place(): Place {
  const root = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "cc-aborted-" }));
  Deno.writeTextFileSync(`${root}/x`, "content");
  const lab = new Lab(root, `${root}/.journals`);
  return { root, lab, [Symbol.dispose]: () => Deno.removeSync(root, { recursive: true }) };
}

const mine = new Error("mine");

type Call = (deno: typeof Deno, signal: AbortSignal) => Promise<unknown>;
const DENO_CALLS = (root: string): Record<string, Call> => ({
  readFile: (deno, signal) => deno.readFile(`${root}/x`, { signal }),
  readTextFile: (deno, signal) => deno.readTextFile(`${root}/x`, { signal }),
  "readTextFile of what isn't there": (deno, signal) => deno.readTextFile(`${root}/none`, { signal }),
  writeFile: (deno, signal) => deno.writeFile(`${root}/x`, Uint8Array.of(1), { signal }),
  writeTextFile: (deno, signal) => deno.writeTextFile(`${root}/x`, "new", { signal }),
});

/** What became of a call, as one can compare it. */
async function told(call: () => Promise<unknown>): Promise<unknown> {
  try {
    return { value: await call() };
  } catch (error) {
    return error === mine ? "mine" : String(error);
  }
}

Deno.test("Deno's calls for files reject with the reason of a signal that is aborted before or during them", async () => {
  using it = place();
  for (const [name, call] of Object.entries(DENO_CALLS(it.root))) {
    for (const reason of [undefined, mine, "text"]) {
      const aborted = AbortSignal.abort(reason);
      const theirs = await told(() => call(Deno, aborted));
      deepStrictEqual(await told(() => call(it.lab.deno, aborted)), theirs, name);
    }
    equal(it.lab.deno.readTextFileSync(`${it.root}/x`), "content", name);
  }
  for (const call of ["readFile", "readTextFile"]) {
    const controller = new AbortController();
    const reading = told(() => DENO_CALLS(it.root)[call]!(it.lab.deno, controller.signal));
    controller.abort(mine);
    equal(await reading, "mine", call);
  }
});

Deno.test("a signal that isn't aborted changes nothing of Deno's calls for files", async () => {
  using it = place();
  const { signal } = new AbortController();
  equal(await it.lab.deno.readTextFile(`${it.root}/x`, { signal }), "content");
  await it.lab.deno.writeTextFile(`${it.root}/x`, "new", { signal });
  equal(await it.lab.deno.readTextFile(`${it.root}/x`, { signal }), "new");
});

Deno.test("Node's calls for files that can be aborted stay at home", async () => {
  using it = place();
  const { signal } = new AbortController();
  const { promises } = it.lab.fs;
  const path = `${it.root}/x`;
  const handle = await promises.open(path, "r+");
  const calls: Record<string, () => Promise<unknown>> = {
    readFile: () => promises.readFile(path, { signal }),
    writeFile: () => promises.writeFile(path, "new", { signal }),
    appendFile: () => promises.appendFile(path, "new", { signal } as realFs.WriteFileOptions),
    "readFile with a callback": () =>
      new Promise((resolve, reject) =>
        it.lab.fs.readFile(
          path,
          { signal },
          (error, bytes) => error === null ? resolve(bytes) : reject(error),
        )
      ),
    "FileHandle.readFile": () => handle.readFile({ signal } as never),
    "FileHandle.writeFile": () => handle.writeFile("new", { signal } as never),
    "FileHandle.appendFile": () => handle.appendFile("new", { signal } as never),
  };
  for (const [name, call] of Object.entries(calls)) {
    await rejects(call, (error) => error instanceof Abandoned && /can be aborted/.test(error.message), name);
  }
  equal(await promises.readFile(path, { signal: undefined, encoding: "utf8" }), "content");
  await handle.close();
});
