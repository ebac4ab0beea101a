import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import { runFolder, RunFolders } from "./run_folders.ts";
import { ownPlace, type RunPlace } from "./run_place.ts";

const PIPES = ["down", "late", "up"];

/** A place with a temporary folder of its own. */
function place(): RunPlace & Disposable {
  const own = ownPlace();
  const temporary = Deno.makeTempDirSync({ prefix: "folders-" });
  return {
    ...{ ...own, shown: { ...own.shown, temporary } },
    [Symbol.dispose]: () => Deno.removeSync(temporary, { recursive: true }),
  };
}

function namesIn(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
}

Deno.test("RunFolders.take() gives each run a private folder with pipes, the first one called after its parent", () => {
  using at = place();
  const folders = new RunFolders(2);
  const taken = [1, 2, 3].map(() => folders.take(at));
  equal(new Set(taken).size, 3);
  equal(taken[0], `${at.shown.temporary}/clonecloud-${at.pid}`);
  for (const folder of taken) {
    deepEqual(namesIn(folder), PIPES);
    equal(Deno.statSync(folder).mode! & 0o777, 0o700);
    for (const pipe of PIPES) {
      const { isFifo, mode } = Deno.statSync(`${folder}/${pipe}`);
      ok(isFifo);
      equal(mode! & 0o777, 0o600);
    }
  }
  folders.close();
  equal(namesIn(at.shown.temporary).length, 3);
});

Deno.test("RunFolders.take() makes others where the temporary folder is another one", () => {
  using first = place();
  using second = place();
  const folders = new RunFolders();
  folders.take(first);
  const taken = folders.take(second);
  ok(taken.startsWith(second.shown.temporary));
  deepEqual(namesIn(first.shown.temporary), [`clonecloud-${first.pid}`]);
  folders.close();
  deepEqual(namesIn(second.shown.temporary), [`clonecloud-${second.pid}`]);
});

Deno.test("runFolder() leaves nothing but the folder, whoever has its name", () => {
  using at = place();
  const first = runFolder(at);
  const second = runFolder(at);
  notEqual(second, first);
  equal(namesIn(at.shown.temporary).length, 2);
});
