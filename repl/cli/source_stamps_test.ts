import { equal, throws } from "node:assert/strict";
import { SourceStamps } from "./source_stamps.ts";

/** A runtime's folder with a module in a folder of it; the stamps, and whether they still hold after a change. */
function holdsAfter(change: (folder: string) => void): boolean {
  const folder = Deno.makeTempDirSync();
  try {
    for (const name of ["analysis", "net/peer", "repl", "runtime"]) {
      Deno.mkdirSync(`${folder}/${name}`, { recursive: true });
    }
    for (const path of ["deno.json", "mod.ts", "net/peer/peer.ts", "net/peer/peer_test.ts"]) {
      Deno.writeTextFileSync(`${folder}/${path}`, "export {};\n");
    }
    const stamps = SourceStamps.take(`file://${folder}/`);
    change(folder);
    return stamps.areCurrent();
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("SourceStamps hold while the runtime's files stay as they are, its tests aside", () => {
  equal(holdsAfter(() => {}), true);
  equal(
    holdsAfter((folder) => Deno.writeTextFileSync(`${folder}/net/peer/peer_test.ts`, "changed();\n")),
    true,
  );
  const changes: ((folder: string) => void)[] = [
    (folder) => Deno.writeTextFileSync(`${folder}/net/peer/peer.ts`, "export const changed = 1;\n"),
    (folder) => Deno.utimeSync(`${folder}/mod.ts`, 1, 1),
    (folder) => Deno.removeSync(`${folder}/deno.json`),
    (folder) => Deno.removeSync(`${folder}/net`, { recursive: true }),
    (folder) => {
      Deno.utimeSync(`${folder}/repl`, 1, 1);
      Deno.writeTextFileSync(`${folder}/repl/new.ts`, "");
    },
  ];
  for (const change of changes) equal(holdsAfter(change), false, String(change));
});

Deno.test("SourceStamps.take() throws where the runtime is no folder", () => {
  throws(() => SourceStamps.take("file:///nowhere/"), Deno.errors.NotFound);
});
