import { deepStrictEqual, equal, ok, throws } from "node:assert/strict";
import { Abandoned, Lab, snapshot } from "./fake_device_test.ts";
import { land, recoverLandings } from "./landing.ts";

/** A folder with something of everything. */
function fill(root: string): void {
  Deno.mkdirSync(`${root}/moves/inner/deep`, { recursive: true });
  Deno.mkdirSync(`${root}/gone/sub`, { recursive: true });
  Deno.writeTextFileSync(`${root}/moves/inner/text`, "inner text");
  Deno.writeTextFileSync(`${root}/moves/inner/deep/leaves`, "leaves");
  Deno.writeTextFileSync(`${root}/gone/sub/x`, "x");
  Deno.writeFileSync(`${root}/big`, new Uint8Array(200_000).fill(1));
  for (const name of ["a", "b", "cut", "mode", "replaced", "named"]) {
    Deno.writeTextFileSync(`${root}/${name}`, name);
  }
  Deno.linkSync(`${root}/named`, `${root}/second`);
  for (
    const path of [".", "moves", "moves/inner", "moves/inner/deep", "gone", "gone/sub", "big", "a", "cut"]
  ) {
    Deno.utimeSync(`${root}/${path}`, 1_500_000_000, 1_500_000_000);
  }
}

/** Everything that can be done to files, done by migrated code. */
function change(api: typeof Deno, root: string): void {
  api.renameSync(`${root}/moves`, `${root}/moved`);
  api.writeTextFileSync(`${root}/moved/inner/text`, " and more", { append: true });
  api.renameSync(`${root}/moved/inner/deep/leaves`, `${root}/left`);
  api.writeTextFileSync(`${root}/moved/inner/new`, "new");
  api.removeSync(`${root}/gone`, { recursive: true });
  api.writeTextFileSync(`${root}/gone`, "a file now");
  api.renameSync(`${root}/a`, `${root}/t`);
  api.renameSync(`${root}/b`, `${root}/a`);
  api.renameSync(`${root}/t`, `${root}/b`);
  using file = api.openSync(`${root}/big`, { write: true });
  file.seekSync(100_000, 0);
  file.writeSync(new Uint8Array(10).fill(2));
  api.truncateSync(`${root}/cut`, 1);
  api.chmodSync(`${root}/mode`, 0o600);
  api.mkdirSync(`${root}/made/within`, { recursive: true });
  api.copyFileSync(`${root}/big`, `${root}/made/copy`);
  api.writeTextFileSync(`${root}/made/tmp`, "replacement");
  api.renameSync(`${root}/made/tmp`, `${root}/replaced`);
  api.linkSync(`${root}/replaced`, `${root}/made/also`);
  api.symlinkSync("copy", `${root}/made/link`);
  api.writeTextFileSync(`${root}/second`, "written by its other name");
  api.utimeSync(`${root}/made/within`, 1_000_000_000, 1_000_000_000);
}

interface Prepared extends Disposable {
  readonly base: string;
  readonly root: string;
  readonly journals: string;
  readonly before: Record<string, string>;
  readonly after: Record<string, string>;
  /** The changes, as a file. */
  readonly input: string;
  /** Makes the folder as it was. */
  reset(): void;
}

function prepare(): Prepared {
  const base = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "cc-landing-" }));
  const [root, journals, input] = [`${base}/app`, `${base}/journals`, `${base}/changes.json`];
  const reset = () => {
    Deno.removeSync(root, { recursive: true });
    Deno.mkdirSync(root);
    fill(root);
  };
  Deno.mkdirSync(root);
  reset();
  const before = snapshot(root);
  const lab = new Lab(root, journals);
  change(lab.deno, root);
  const { changes, bytes } = lab.files.changes()!;
  const data = new Uint8Array(bytes.flatMap((part) => [...part]));
  Deno.writeTextFileSync(input, JSON.stringify({ changes, data: data.toBase64() }));
  lab.merge()!.keep();
  const after = snapshot(root);
  reset();
  return {
    base,
    root,
    journals,
    before,
    after,
    input,
    reset,
    [Symbol.dispose]: () => Deno.removeSync(base, { recursive: true }),
  };
}

/** Runs a child that is killed before a step; whether it was. */
function killedAt(mode: string, { journals, input }: Prepared, step: number): boolean {
  const script = new URL("./landing_child.ts", import.meta.url).pathname;
  const args = ["run", "--no-check", "-A", script, mode, journals, input, String(step)];
  const { signal, success, stderr } = new Deno.Command(Deno.execPath(), { args }).outputSync();
  if (!success && signal !== "SIGKILL") throw new Error(new TextDecoder().decode(stderr));
  return signal === "SIGKILL";
}

Deno.test("land() does what real calls do", () => {
  using prepared = prepare();
  const real = `${prepared.base}/real`;
  Deno.mkdirSync(real);
  fill(real);
  change(Deno, real);
  deepStrictEqual(prepared.after, snapshot(real));
});

Deno.test("land() changes nothing, or everything, when it is killed before any of its steps", () => {
  using prepared = prepare();
  let undone = 0;
  let done = 0;
  for (let step = 0; killedAt("land", prepared, step); step += 3) {
    // Every other time the first recovery is killed too.
    if (step % 6 === 0) killedAt("recover", prepared, 1 + step % 7);
    deepStrictEqual(recoverLandings(prepared.journals), []);
    const found = snapshot(prepared.root);
    if (found["/left"] === undefined) {
      undone++;
      deepStrictEqual(found, prepared.before, `killed before step ${step}`);
    } else {
      done++;
      deepStrictEqual(found, prepared.after, `killed before step ${step}`);
    }
    deepStrictEqual([...Deno.readDirSync(prepared.journals)], []);
    prepared.reset();
  }
  ok(undone > 3 && done > 3, `${undone} were undone, ${done} carried out`);
});

Deno.test("land() leaves everything as it was when any of its steps fails", () => {
  using prepared = prepare();
  const { changes, data } = JSON.parse(Deno.readTextFileSync(prepared.input));
  const before = snapshot(prepared.root, true);
  for (let failing = 0;; failing++) {
    let step = 0;
    let failed = false;
    const onStep = () => {
      if (step++ !== failing || failed) return;
      failed = true;
      throw new Deno.errors.PermissionDenied("no space left");
    };
    let landed;
    try {
      landed = land(prepared.journals, changes, Uint8Array.fromBase64(data), onStep);
    } catch (error) {
      ok(failed, String(error));
      deepStrictEqual(snapshot(prepared.root, true), before, `step ${failing} failed`);
      continue;
    }
    if (failed) throw new Error(`nobody heard that step ${failing} failed`);
    // Undoing goes through.
    failed = true;
    landed.undo();
    deepStrictEqual(snapshot(prepared.root, true), before, "undone");
    return;
  }
});

Deno.test("land() refuses a name that was taken meanwhile, and leaves what is there", () => {
  using prepared = prepare();
  const { changes, data } = JSON.parse(Deno.readTextFileSync(prepared.input));
  Deno.writeTextFileSync(`${prepared.root}/left`, "somebody else's");
  const before = snapshot(prepared.root);
  throws(() => land(prepared.journals, changes, Uint8Array.fromBase64(data)), /made meanwhile/);
  deepStrictEqual(snapshot(prepared.root), before);
});

Deno.test("recoverLandings() leaves a landing alone that goes on in another process", () => {
  using prepared = prepare();
  const { changes, data } = JSON.parse(Deno.readTextFileSync(prepared.input));
  const landed = land(prepared.journals, changes, Uint8Array.fromBase64(data), (step) => {
    if (!step.startsWith("patch")) return;
    const script = new URL("./landing_child.ts", import.meta.url).pathname;
    new Deno.Command(Deno.execPath(), { args: ["run", "-A", script, "recover", prepared.journals, "", "-1"] })
      .outputSync();
  });
  landed.keep();
  deepStrictEqual(snapshot(prepared.root), prepared.after);
});

for (
  const [what, disturb] of Object.entries<(root: string) => void>({
    "a file that was read": (root) => Deno.writeTextFileSync(`${root}/a`, "A"),
    "a file that is written": (root) => Deno.writeTextFileSync(`${root}/big`, "!", { append: true }),
    "a name that was free": (root) => Deno.writeTextFileSync(`${root}/new`, "taken"),
    "a folder that was listed": (root) => Deno.writeTextFileSync(`${root}/moves/other`, ""),
    "a file of the same size a moment ago": (root) => Deno.writeTextFileSync(`${root}/cut`, "CUT"),
    "a link on the way": (root) => {
      Deno.removeSync(`${root}/gone`, { recursive: true });
      Deno.symlinkSync("moves", `${root}/gone`);
    },
  })
) {
  Deno.test(`a packet is dropped when somebody changed ${what}`, () => {
    using prepared = prepare();
    const { root } = prepared;
    const lab = new Lab(root, prepared.journals);
    lab.deno.readTextFileSync(`${root}/a`);
    lab.deno.readTextFileSync(`${root}/cut`);
    [...lab.deno.readDirSync(`${root}/moves`)];
    lab.deno.statSync(`${root}/gone/sub`);
    lab.deno.writeTextFileSync(`${root}/big`, "mine", { append: true });
    lab.deno.writeTextFileSync(`${root}/new`, "mine");
    const { atime, mtime } = Deno.statSync(`${root}/cut`);
    disturb(root);
    Deno.utimeSync(`${root}/cut`, atime!, mtime!);
    const found = snapshot(root);
    throws(() => lab.merge(), Abandoned);
    deepStrictEqual(snapshot(root), found);
  });
}

Deno.test("two writers of one file: the second's packet is dropped, nothing of it lands", () => {
  using prepared = prepare();
  const { root, journals } = prepared;
  const [one, two] = [new Lab(root, journals), new Lab(root, journals)];
  for (const [lab, text] of [[one, "first"], [two, "second"]] as const) {
    lab.deno.writeTextFileSync(`${root}/a`, text, { append: true });
    lab.deno.writeTextFileSync(`${root}/of-${text}`, text);
  }
  one.merge()!.keep();
  throws(() => two.merge(), Abandoned);
  equal(Deno.readTextFileSync(`${root}/a`), "afirst");
  throws(() => Deno.statSync(`${root}/of-second`), Deno.errors.NotFound);
});
