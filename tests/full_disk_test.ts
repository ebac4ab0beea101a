import { ok } from "node:assert/strict";
import { mayMount } from "./own_mount.ts";

Deno.test({
  name: "a full disk at the clone or at the device costs what was on its way, and nothing else",
  ignore: !mayMount(),
  fn() {
    const base = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "cc-full-" }));
    try {
      const disk = `${base}/disk`;
      Deno.mkdirSync(disk);
      const child = new URL("./full_disk_child.ts", import.meta.url).pathname;
      const run = `mount -t tmpfs -o size=6m none "$1" && exec "$2" run -A --no-check "$3" "$1" "$4"`;
      const args = ["-m", "sh", "-c", run, "sh", disk, Deno.execPath(), child, base];
      const { success, stdout, stderr } = new Deno.Command("unshare", { args }).outputSync();
      ok(success, [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n"));
    } finally {
      Deno.removeSync(base, { recursive: true });
    }
  },
});
