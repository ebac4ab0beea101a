import { equal, match } from "node:assert/strict";
import { appKey, ProfileStore, treeFromTrace } from "../analysis/mod.ts";
import { methodId } from "../runtime/mod.ts";
import { mayMount } from "./own_mount.ts";

const MOD = new URL("../mod.ts", import.meta.url).pathname;

function profiled(path: string, app: string): void {
  const main = methodId("a.ts#<main>"), scan = methodId("a.ts#scan");
  const onDevice = treeFromTrace([
    { t: 0, kind: "enter", method: main },
    { t: 1, kind: "enter", method: scan, bytes: 10 },
    { t: 9000, kind: "exit", method: scan, bytes: 5 },
    { t: 9001, kind: "exit", method: main },
  ]);
  using store = new ProfileStore(path);
  const execution = { input: "", device: "d", source: "trace" as const, atMs: 1, weight: 1, onDevice };
  store.recordExecution({ app: appKey(app, "/"), codeHash: "c" }, execution);
}

Deno.test({
  name: "profile show and partition show what they know on a full disk",
  // A mount of its own needs root, and a kernel that lets it.
  ignore: !mayMount(),
  fn() {
    const base = Deno.makeTempDirSync();
    const [app, profiles, disk] = ["a.ts", "profiles.sqlite", "disk"].map((name) => `${base}/${name}`);
    Deno.mkdirSync(disk!);
    Deno.writeTextFileSync(app!, "");
    profiled(profiles!, app!);
    const fill =
      'mount -t tmpfs -o size=300k none "$1" && cp "$2" "$1" && ! cat /dev/zero 2>&- > "$1/fill" && ';
    const run = (...asked: string[]) => {
      const show = `"$3" run -A "$4" ${asked.join(" ")} --home "$1"`;
      const given = [disk!, profiles!, Deno.execPath(), MOD];
      const args = ["-m", "sh", "-c", `${fill}${show}`, "sh", ...given];
      const { code, stdout, stderr } = new Deno.Command("unshare", { args }).outputSync();
      const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
      equal(code, 0, `${asked.join(" ")}: ${err}`);
      return out!;
    };
    match(run("profile", "show", app!), /a\.ts#scan/);
    match(run("partition", app!, "--explain", "a.ts#scan"), /if a\.ts#scan stays/);
    Deno.removeSync(base, { recursive: true });
  },
});
