/** Looking for files by patterns, and locking them, as migrated code does it. */
import { deepStrictEqual, equal, ok, throws } from "node:assert/strict";
import * as realFs from "node:fs";
import { Abandoned, Lab } from "./fake_device_test.ts";

interface Folder extends Disposable {
  readonly root: string;
  lab(): Lab;
}

function folder(): Folder {
  const base = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "cc-glob-" }));
  const root = `${base}/app`;
  for (const name of ["src/deep/er", "src/other", "tests", "empty"]) {
    Deno.mkdirSync(`${root}/${name}`, { recursive: true });
  }
  const files = ["a.ts", "b.ts", "c.json", ".hidden", "src/x.ts", "src/x_test.ts", "src/deep/y.ts"];
  for (const name of [...files, "src/deep/er/z.ts", "src/other/ü.ts", "tests/x.ts", "tests/[odd].ts"]) {
    Deno.writeTextFileSync(`${root}/${name}`, name);
  }
  return {
    root,
    lab: () => new Lab(root, `${base}/journals`),
    [Symbol.dispose]: () => Deno.removeSync(base, { recursive: true }),
  };
}

const PATTERNS = [
  ...[
    "*.ts",
    "**/*.ts",
    "**",
    "*",
    "src/*",
    "src/**/z.ts",
    "{src,tests}/*.ts",
    "./src/*.ts",
    "src/deep/y.ts",
  ],
  ...["none/*", "none", "src//x.ts", "src/*/", "**/d*/**/*.ts", "[ab].ts", "?.json", "src/!(x).ts", ".*", ""],
];

Deno.test("fs.glob() finds the same names in the same order away, in its three styles", async () => {
  using it = folder();
  for (const pattern of [...PATTERNS, `${it.root}/s*/*.ts`, [...PATTERNS.slice(0, 3)]]) {
    for (const exclude of [undefined, ["**/*_test.ts", "src/deep/**"]]) {
      const { fs } = it.lab();
      const options = { cwd: it.root, ...(exclude !== undefined && { exclude }) };
      const expected = realFs.globSync(pattern, options);
      deepStrictEqual(fs.globSync(pattern, options), expected, String(pattern));
      deepStrictEqual(fs.globSync(pattern, { ...options, cwd: new URL(`file://${it.root}`) }), expected);
      deepStrictEqual(await Array.fromAsync(fs.promises.glob(pattern, options)), expected);
      const told = Promise.withResolvers<string[]>();
      fs.glob(
        pattern,
        options,
        (error, found) => error ? told.reject(error) : told.resolve(found as string[]),
      );
      deepStrictEqual(await told.promise, expected);
    }
  }
  deepStrictEqual(it.lab().fs.globSync("*.ts").toSorted(), ["a.ts", "b.ts"]);
});

for (
  const [what, pattern, change] of [
    [
      "a file comes that matches",
      "src/**/*.ts",
      (root) => Deno.writeTextFileSync(`${root}/src/deep/new.ts`, ""),
    ],
    ["a file goes that matched", "*.ts", (root) => Deno.removeSync(`${root}/a.ts`)],
    ["a folder comes into being", "later/*.ts", (root) => Deno.mkdirSync(`${root}/later`)],
  ] as [string, string, (root: string) => void][]
) {
  Deno.test(`a packet that looked for files is dropped when ${what}`, () => {
    using it = folder();
    const lab = it.lab();
    lab.fs.globSync(pattern);
    equal(lab.device.changed(lab.files.observed()), undefined);
    change(it.root);
    throws(() => lab.merge(), Abandoned);
  });
}

Deno.test("fs.glob() leaves to the device what can't be told, and what a clone may not see", () => {
  using it = folder();
  Deno.writeTextFileSync(`${it.root}/.env`, "secret");
  Deno.mkdirSync(`${it.root}/links`);
  Deno.symlinkSync("../src", `${it.root}/links/src`);
  const abandons = (perform: (lab: Lab) => unknown) => throws(() => perform(it.lab()), Abandoned);
  abandons(({ fs }) => fs.globSync(".e*"));
  abandons(({ fs }) => fs.globSync("../*"));
  abandons(({ fs }) => fs.globSync("links/*/*.ts"));
  abandons(({ fs }) => fs.globSync("/etc/*"));
  for (const costly of ["+(a|aa)", "{1..9}", "*a*a*a*a*", "**/**/**", "{a,{b,{c,{d,e}}}}", "a".repeat(301)]) {
    abandons(({ fs }) => fs.globSync(costly));
    abandons(({ fs }) => fs.globSync("*", { exclude: [costly] }));
  }
  abandons(({ fs }) => fs.globSync("*", { exclude: () => false }));
  abandons(({ fs }) => fs.globSync("*", { withFileTypes: true }));
  abandons((lab) => {
    lab.deno.writeTextFileSync(`${it.root}/new.ts`, "");
    lab.fs.globSync("*.ts");
  });
  ok(it.lab().fs.globSync("src/*.ts").length > 0);
});

Deno.test("a lock that migrated code takes keeps others out until the method is over", () => {
  using it = folder();
  const path = `${it.root}/a.ts`;
  using other = Deno.openSync(path);
  const lab = it.lab();
  {
    using file = lab.deno.openSync(path, { read: true, write: true });
    file.lockSync(true);
    equal(other.tryLockSync(), false);
    file.unlockSync();
    using second = lab.deno.openSync(path);
    equal(second.tryLockSync(false), true);
    equal(file.tryLockSync(true), false);
    equal(file.tryLockSync(false), true);
    second.unlockSync();
    equal(file.tryLockSync(true), true);
    file.writeSync(new TextEncoder().encode("locked"));
  }
  // It was let go, and what was written under it isn't there yet.
  equal(other.tryLockSync(), false);
  lab.merge()!.keep();
  lab.device.unlock();
  equal(other.tryLockSync(true), true);
  equal(Deno.readTextFileSync(path).slice(0, 6), "locked");
});

Deno.test("a lock that another process has is seen away, and not waited for", () => {
  using it = folder();
  const path = `${it.root}/a.ts`;
  using other = Deno.openSync(path);
  other.lockSync(true);
  const lab = it.lab();
  equal(lab.deno.openSync(path).tryLockSync(), false);
  throws(() => lab.deno.openSync(path).lockSync(), Abandoned);
  // A file of its own is nobody else's.
  const own = lab.deno.openSync(`${it.root}/own.lock`, { create: true, write: true });
  own.lockSync(true);
  equal(lab.deno.openSync(`${it.root}/own.lock`).tryLockSync(true), false);
});

Deno.test("begin() frees what an earlier invocation locked", () => {
  using it = folder();
  const lab = it.lab();
  lab.deno.openSync(`${it.root}/a.ts`).lockSync(true);
  lab.begin();
  using other = Deno.openSync(`${it.root}/a.ts`);
  equal(other.tryLockSync(true), true);
});
