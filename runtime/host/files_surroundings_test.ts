/** Files as migrated code sees them on odd systems: for another user, on a full disk, where case doesn't count. */
import { deepStrictEqual, equal, match, ok, throws } from "node:assert/strict";
import { foldsCase } from "./case_folding.ts";
import { Abandoned, Lab, snapshot } from "./fake_device_test.ts";
import { unreadableIn } from "./unreadable.ts";

const isRoot = Deno.uid() === 0 && Deno.build.os === "linux";

function folder(): { path: string } & Disposable {
  const path = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "cc-odd-" }));
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

function run(command: string, ...args: string[]): { success: boolean; text: string } {
  const { success, stdout, stderr } = new Deno.Command(command, { args }).outputSync();
  return { success, text: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

Deno.test({
  name: "what another user may not read, list or write is refused as on the device, or stays there",
  ignore: !isRoot || !run("setpriv", "--version").success,
  fn() {
    using it = folder();
    const root = `${it.path}/app`;
    Deno.mkdirSync(`${root}/closed`, { recursive: true });
    Deno.writeTextFileSync(`${root}/closed/x`, "x");
    Deno.writeTextFileSync(`${root}/theirs`, "theirs");
    Deno.writeTextFileSync(`${root}/public`, "public");
    Deno.chmodSync(`${root}/theirs`, 0o600);
    Deno.chmodSync(`${root}/closed`, 0o700);
    Deno.mkdirSync(`${root}/own`);
    Deno.chownSync(`${root}/own`, 65_534, 65_534);
    Deno.chmodSync(it.path, 0o777);
    Deno.mkdirSync(`${it.path}/cache`, { mode: 0o777 });
    Deno.chmodSync(`${it.path}/cache`, 0o777);
    // The other user may not see where this is checked out.
    const copied = run("cp", "-r", new URL("..", import.meta.url).pathname, `${it.path}/runtime`);
    ok(copied.success, copied.text);
    ok(run("chmod", "-R", "a+rX", `${it.path}/runtime`).success);
    Deno.copyFileSync(Deno.execPath(), `${it.path}/deno`);
    Deno.chmodSync(`${it.path}/deno`, 0o755);
    const { success, text } = run(
      "setpriv",
      ...["--reuid=65534", "--regid=65534", "--clear-groups", "env", `DENO_DIR=${it.path}/cache`],
      ...[`HOME=${it.path}`, `${it.path}/deno`, "run", "-A", "--no-prompt", "--no-config"],
      ...[`${it.path}/runtime/host/files_user_child.ts`, root, it.path],
    );
    ok(success, text);
    equal(text, "ok\n");
    equal(Deno.readTextFileSync(`${root}/own/new`), "new");
    equal(Deno.statSync(`${root}/own/new`).uid, 65_534);
    equal(Deno.readTextFileSync(`${root}/theirs`), "theirs");
  },
});

Deno.test("what the app may read is served, although it may not read the folders above", () => {
  using it = folder();
  Deno.mkdirSync(`${it.path}/data/in`, { recursive: true });
  Deno.writeTextFileSync(`${it.path}/data/in/x`, "x");
  Deno.writeTextFileSync(`${it.path}/other`, "other");
  Deno.symlinkSync("data/in", `${it.path}/link`);
  Deno.symlinkSync("../other", `${it.path}/data/out`);
  const child = new URL("files_permitted_child.ts", import.meta.url).pathname;
  const { success, text } = run(
    Deno.execPath(),
    ...[
      "run",
      "--no-check",
      "--no-prompt",
      "--quiet",
      "--allow-sys",
      `--allow-read=${it.path}/data`,
      child,
      it.path,
    ],
  );
  ok(success, text);
  equal(text, "ok\n");
});

Deno.test({
  name: "a disk that is really full leaves everything as it was, and no journal",
  ignore: !isRoot,
  fn() {
    using it = folder();
    const disk = `${it.path}/disk`;
    Deno.mkdirSync(disk);
    const mounted = run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk);
    if (!mounted.success) return console.log(`no file system can be mounted here: ${mounted.text}`);
    try {
      Deno.writeTextFileSync(`${disk}/a`, "a".repeat(1000));
      Deno.writeTextFileSync(`${disk}/b`, "b");
      const before = snapshot(disk);
      const lab = new Lab(disk, `${it.path}/journals`);
      lab.deno.writeTextFileSync(`${disk}/a`, "changed");
      lab.deno.removeSync(`${disk}/b`);
      lab.deno.mkdirSync(`${disk}/folder`);
      lab.deno.writeFileSync(`${disk}/folder/big`, new Uint8Array(1_000_000));
      throws(() => lab.merge(), /No space left/);
      deepStrictEqual(snapshot(disk), before);
      deepStrictEqual([...Deno.readDirSync(`${it.path}/journals`)], []);
      // What fits lands.
      lab.begin();
      lab.deno.writeTextFileSync(`${disk}/a`, "changed");
      lab.merge()!.keep();
      equal(Deno.readTextFileSync(`${disk}/a`), "changed");
    } finally {
      run("umount", disk);
    }
  },
});

Deno.test("where names in another case mean the same, files are read and not written", () => {
  using it = folder();
  equal(foldsCase(it.path), false);
  Deno.writeTextFileSync(`${it.path}/Name`, "x");
  equal(foldsCase(it.path), false);
  // Another name of the same file: as far as one can see, such a file system.
  Deno.linkSync(`${it.path}/Name`, `${it.path}/nAME`);
  equal(foldsCase(it.path), true);
  const lab = new Lab(it.path, `${it.path}/journals`);
  equal(lab.deno.readTextFileSync(`${it.path}/Name`), "x");
  throws(() => lab.deno.writeTextFileSync(`${it.path}/other`, "x"), Abandoned);
  match(String(lab.abandoned), /another case/);
});

Deno.test("names that are no UTF-8 are shown as Deno shows them, and such files stay at home", () => {
  using it = folder();
  const made = run("bash", "-c", `printf x > "$1"/$'bad\\xff' && printf y > "$1"/good`, "-", it.path);
  ok(made.success, made.text);
  const lab = new Lab(it.path, `${it.path}/journals`);
  const names = (api: typeof Deno) => [...api.readDirSync(it.path)].map(({ name }) => name).sort();
  deepStrictEqual(names(lab.deno), names(Deno));
  equal(lab.deno.readTextFileSync(`${it.path}/good`), "y");
  const [bad] = names(Deno);
  throws(() => lab.deno.statSync(`${it.path}/${bad}`));
});

Deno.test("unreadableIn() tells what clones don't see, and why", () => {
  using it = folder();
  const { path } = it;
  Deno.writeTextFileSync(`${path}/fine`, "");
  Deno.writeTextFileSync(`${path}/.env`, "");
  Deno.mkdirSync(`${path}/in`);
  Deno.writeTextFileSync(`${path}/in/addon.node`, "");
  Deno.symlinkSync("../fine", `${path}/in/inside`);
  Deno.symlinkSync("/etc/hostname", `${path}/in/outside`);
  Deno.symlinkSync("nowhere", `${path}/in/broken`);
  Deno.symlinkSync("loop", `${path}/in/loop`);
  run("mkfifo", `${path}/pipe`);
  const found = unreadableIn(path).map((item) => [item.path.slice(path.length + 1), item.why]);
  deepStrictEqual(found.map(([name]) => name).sort(), [
    ".env",
    "in/addon.node",
    "in/outside",
    "pipe",
  ]);
  const why = Object.fromEntries(found);
  match(why[".env"], /secret/);
  match(why["in/outside"], /leads out, to/);
  match(why.pipe, /no file/);
});

Deno.test("unreadableIn() says that there is too much to look at when there is, and not before", () => {
  const path = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "cc-many-" }));
  try {
    Deno.mkdirSync(`${path}/a/b`, { recursive: true });
    Deno.writeTextFileSync(`${path}/a/b/c`, "");
    deepStrictEqual(unreadableIn(path, 3), []);
    deepStrictEqual(unreadableIn(path, 2), [{ path, why: "there are more than 2 entries in it" }]);
  } finally {
    Deno.removeSync(path, { recursive: true });
  }
});
