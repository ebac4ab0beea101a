/** Odd files, seen by migrated code: each is served as the device has it, or the method stays at home. */
import { deepStrictEqual, equal, ok, throws } from "node:assert/strict";
import * as realFs from "node:fs";
import { checkedChanges } from "./checked_changes.ts";
import { Abandoned, Lab, snapshot } from "./fake_device_test.ts";
import { FileRoots, OutsideRoots } from "./file_roots.ts";
import { land } from "./landing.ts";

interface Place extends Disposable {
  readonly base: string;
  readonly root: string;
  readonly lab: Lab;
}

function place(fill: (root: string, base: string) => void = () => {}): Place {
  const base = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "cc-odd-" }));
  const root = `${base}/app`;
  Deno.mkdirSync(root);
  fill(root, base);
  const lab = new Lab(root, `${base}/journals`);
  return { base, root, lab, [Symbol.dispose]: () => Deno.removeSync(base, { recursive: true }) };
}

Deno.test("access() says of modes and owners what Deno's own says", () => {
  using it = place();
  const said = (fs: { accessSync: typeof realFs.accessSync }, name: string, mode: number) => {
    try {
      fs.accessSync(`${it.root}/${name}`, mode);
      return "ok";
    } catch (error) {
      return (error as Error).message;
    }
  };
  const owners = Deno.uid() === 0 ? [0, 1000] : [Deno.uid()!];
  for (const uid of owners) {
    for (const mode of [0o640, 0o444, 0o755, 0o070, 0o007, 0o100]) {
      const name = `${uid}-${mode}`;
      Deno.writeTextFileSync(`${it.root}/${name}`, "x");
      Deno.chmodSync(`${it.root}/${name}`, mode);
      Deno.chownSync(`${it.root}/${name}`, uid, null);
    }
  }
  it.lab.begin();
  for (const { name } of Deno.readDirSync(it.root)) {
    for (const mode of [0, 1, 2, 4, 6]) {
      equal(said(it.lab.fs, name, mode), said(realFs, name, mode), `${name} ${mode}`);
    }
  }
});

Deno.test("symbolic links out of the roots, and what lies there, stay at home", () => {
  using it = place((root, base) => {
    Deno.writeTextFileSync(`${base}/outside`, "secret");
    Deno.mkdirSync(`${base}/other`);
    Deno.symlinkSync("../outside", `${root}/link`);
    Deno.symlinkSync("../other", `${root}/folder`);
  });
  const { root, lab } = it;
  equal(lab.deno.readLinkSync(`${root}/link`), "../outside");
  for (
    const use of [
      () => lab.deno.readTextFileSync(`${root}/link`),
      () => lab.deno.statSync(`${root}/link`),
      () => lab.deno.writeTextFileSync(`${root}/folder/x`, "x"),
      () => lab.deno.readTextFileSync(`${root}/../outside`),
      () => lab.deno.readTextFileSync("/etc/passwd"),
      () => [...lab.deno.readDirSync("/tmp")],
      () => [...lab.deno.readDirSync(it.base)],
    ]
  ) throws(use, Abandoned);
});

Deno.test("symbolic links in circles are followed as far as the system does, and changed as links", () => {
  const fill = (root: string) => {
    Deno.mkdirSync(`${root}/in`);
    Deno.writeTextFileSync(`${root}/in/file`, "found");
    Deno.symlinkSync("self", `${root}/self`);
    Deno.symlinkSync("two", `${root}/one`);
    Deno.symlinkSync("one", `${root}/two`);
    Deno.symlinkSync("..", `${root}/in/up`);
    Deno.symlinkSync("in/up/in/up/in/file", `${root}/around`);
  };
  using it = place(fill);
  using real = place(fill);
  const times = (count: number) => "in/up/".repeat(count);
  const calls: ((deno: typeof Deno, root: string) => unknown)[] = [
    ...["self", "one", "one/below", "in/up/two", "around", `${times(40)}in/file`, `${times(41)}in/file`]
      .flatMap((path) => [
        (deno: typeof Deno, root: string) => deno.readTextFileSync(`${root}/${path}`),
        (deno: typeof Deno, root: string) => deno.statSync(`${root}/${path}`).size,
        (deno: typeof Deno, root: string) => deno.lstatSync(`${root}/${path}`).isSymlink,
        (deno: typeof Deno, root: string) => deno.realPathSync(`${root}/${path}`),
        (deno: typeof Deno, root: string) => deno.writeTextFileSync(`${root}/${path}`, "written"),
        (deno: typeof Deno, root: string) => deno.mkdirSync(`${root}/${path}`),
        (deno: typeof Deno, root: string) => deno.mkdirSync(`${root}/${path}/new`, { recursive: true }),
      ]),
    (deno, root) => deno.readLinkSync(`${root}/one`),
    (deno, root) => [...deno.readDirSync(`${root}/in/up/in`)].map(({ name }) => name).sort(),
    (deno, root) => deno.renameSync(`${root}/two`, `${root}/in/two`),
    (deno, root) => deno.removeSync(`${root}/self`),
    (deno, root) => deno.removeSync(`${root}/in`, { recursive: true }),
  ];
  const said = (deno: typeof Deno, root: string, call: typeof calls[number]) => {
    try {
      return call(deno, root);
    } catch (error) {
      return `${(error as Error).name}: ${(error as Error).message}`.replaceAll(root, "ROOT");
    }
  };
  for (const call of calls) {
    const [ours, own] = [said(it.lab.deno, it.root, call), said(Deno, real.root, call)];
    const text = (value: unknown, root: string) =>
      typeof value === "string" ? value.replaceAll(root, "ROOT") : value;
    deepStrictEqual(text(ours, it.root), text(own, real.root), String(call));
  }
  it.lab.merge()!.keep();
  deepStrictEqual(snapshot(it.root), snapshot(real.root));
});

Deno.test("secrets stay at home, unless a root names them", () => {
  using it = place((root) => {
    Deno.mkdirSync(`${root}/.git`);
    for (const name of [".env", ".env.local", ".git/config", "server.pem"]) {
      Deno.writeTextFileSync(`${root}/${name}`, "secret");
    }
  });
  const { root, lab } = it;
  for (const name of [".env", ".env.local", ".git/config", "server.pem"]) {
    throws(() => lab.deno.readTextFileSync(`${root}/${name}`), Abandoned, name);
    throws(() => lab.deno.writeTextFileSync(`${root}/${name}`, ""), Abandoned, name);
  }
  // Nor are they removed with the folder they are in.
  throws(() => lab.deno.removeSync(root, { recursive: true }), Abandoned);
  const named = new Lab(root, `${it.base}/journals`, [root, `${root}/.env`]);
  equal(named.deno.readTextFileSync(`${root}/.env`), "secret");
});

Deno.test("sparse and large files are read in pieces, and only what was written comes home", () => {
  const size = 3 * 2 ** 30;
  using it = place((root) => {
    using file = Deno.openSync(`${root}/sparse`, { write: true, create: true });
    file.seekSync(size - 4, 0);
    file.writeSync(new TextEncoder().encode("last"));
  });
  const { root, lab } = it;
  {
    using file = lab.deno.openSync(`${root}/sparse`, { read: true, write: true });
    const buffer = new Uint8Array(8);
    file.seekSync(-4, 2);
    equal(file.readSync(buffer), 4);
    equal(new TextDecoder().decode(buffer.subarray(0, 4)), "last");
    file.seekSync(1_000_000_000, 0);
    file.writeSync(new TextEncoder().encode("middle"));
  }
  ok(lab.answered < 2_000_000, `${lab.answered} bytes were fetched`);
  const { bytes } = lab.files.changes()!;
  ok(bytes.reduce((sum, part) => sum + part.length, 0) <= 65_536);
  lab.merge()!.keep();
  using file = Deno.openSync(`${root}/sparse`);
  const found = new Uint8Array(6);
  file.seekSync(1_000_000_000, 0);
  file.readSync(found);
  equal(new TextDecoder().decode(found), "middle");
  const info = file.statSync();
  ok(info.size === size && info.blocks! < 10_000, "it is still sparse");
});

Deno.test("hard links stay one file", () => {
  using it = place((root) => {
    Deno.writeTextFileSync(`${root}/one`, "1");
    Deno.linkSync(`${root}/one`, `${root}/two`);
  });
  const { root, lab } = it;
  lab.deno.writeTextFileSync(`${root}/one`, "+", { append: true });
  equal(lab.deno.readTextFileSync(`${root}/two`), "1+");
  equal(lab.deno.statSync(`${root}/two`).nlink, 2);
  // The app has one of them open: its handle still is that file.
  using open = Deno.openSync(`${root}/two`);
  lab.merge()!.keep();
  const buffer = new Uint8Array(2);
  equal(open.readSync(buffer), 2);
  equal(Deno.statSync(`${root}/one`).ino, Deno.statSync(`${root}/two`).ino);
});

Deno.test("a file that was changed and lost its only known name stays at home if it has another", () => {
  using it = place((root) => {
    Deno.writeTextFileSync(`${root}/one`, "1");
    Deno.linkSync(`${root}/one`, `${root}/two`);
    Deno.writeTextFileSync(`${root}/single`, "1");
  });
  const { root, lab } = it;
  lab.deno.writeTextFileSync(`${root}/single`, "+", { append: true });
  lab.deno.removeSync(`${root}/single`);
  lab.merge()!.keep();
  lab.begin();
  lab.deno.writeTextFileSync(`${root}/one`, "+", { append: true });
  lab.deno.removeSync(`${root}/one`);
  throws(() => lab.merge(), Abandoned);
  deepStrictEqual([...Deno.readDirSync(root)].map(({ name }) => name).sort(), ["one", "two"]);
});

Deno.test("a copied tree replaces only what was there before its folders were made", () => {
  using it = place((root) => {
    Deno.writeTextFileSync(`${root}/from`, "new");
    Deno.writeTextFileSync(`${root}/to`, "old");
    Deno.linkSync(`${root}/to`, `${root}/to too`);
  });
  const { root, lab } = it;
  // `none` isn't there yet, so nor is `none/../to`: its bytes are written over, for both of its names.
  lab.fs.cpSync(`${root}/from`, `${root}/none/../to`);
  lab.merge()!.keep();
  equal(Deno.readTextFileSync(`${root}/to too`), "new");
});

Deno.test("a folder of 100,000 entries is listed, and added to", () => {
  using it = place((root) => {
    Deno.mkdirSync(`${root}/many`);
    for (let i = 0; i < 100_000; i++) {
      Deno.linkSync(i === 0 ? made(root) : `${root}/x${i >> 15}`, `${root}/many/${i}`);
    }
  });
  const { root, lab } = it;
  lab.deno.writeTextFileSync(`${root}/many/new`, "new");
  equal([...lab.deno.readDirSync(`${root}/many`)].length, 100_001);
  equal(lab.deno.readTextFileSync(`${root}/many/77777`), "x");
  equal(lab.requests < 6, true);
  lab.merge()!.keep();
  equal(Deno.readTextFileSync(`${root}/many/new`), "new");
});

/** Files that the others are names of: a file has at most 65,000. */
function made(root: string): string {
  for (let i = 0; i < 4; i++) Deno.writeTextFileSync(`${root}/x${i}`, "x");
  return `${root}/x0`;
}

Deno.test("names that are odd elsewhere are as on the device", () => {
  const names = [
    "con",
    "a\\b",
    "tab\there",
    "ü",
    "u\u0308",
    "new\nline",
    "A",
    "a",
    " ",
    "...",
    "😀",
    "x".repeat(255),
  ];
  using it = place((root) => names.forEach((name) => Deno.writeTextFileSync(`${root}/${name}`, name)));
  const { root, lab } = it;
  deepStrictEqual([...lab.deno.readDirSync(root)].map(({ name }) => name).sort(), names.toSorted());
  for (const name of names) equal(lab.deno.readTextFileSync(`${root}/${name}`), name);
  lab.deno.renameSync(`${root}/a`, `${root}/ü ü`);
  lab.merge()!.keep();
  equal(Deno.readTextFileSync(`${root}/ü ü`), "a");
});

Deno.test("a file that gets shorter while it is sent drops the packet", () => {
  using it = place((root) => Deno.writeFileSync(`${root}/big`, new Uint8Array(20_000_000)));
  const { root, lab } = it;
  using file = lab.deno.openSync(`${root}/big`);
  file.readSync(new Uint8Array(10));
  Deno.truncateSync(`${root}/big`, 5_000_000);
  file.seekSync(15_000_000, 0);
  throws(() => file.readSync(new Uint8Array(10)), Abandoned);
});

Deno.test("temporary files are made, used and removed; other people's are not seen", () => {
  using it = place();
  const { lab } = it;
  const folder = lab.deno.makeTempDirSync({ prefix: "mine-" });
  lab.deno.writeTextFileSync(`${folder}/x`, "x");
  const kept = lab.deno.makeTempFileSync();
  lab.deno.writeTextFileSync(kept, "kept");
  lab.deno.removeSync(folder, { recursive: true });
  lab.merge()!.keep();
  equal(Deno.readTextFileSync(kept), "kept");
  throws(() => Deno.statSync(folder), Deno.errors.NotFound);
  Deno.removeSync(kept);
  const theirs = Deno.makeTempFileSync({ dir: "/tmp" });
  throws(() => lab.deno.readTextFileSync(theirs), Abandoned);
  Deno.removeSync(theirs);
});

Deno.test("a full disk leaves everything as it was", () => {
  using it = place((root) => Deno.writeTextFileSync(`${root}/a`, "a"));
  const { root, lab, base } = it;
  lab.deno.writeTextFileSync(`${root}/a`, "changed");
  lab.deno.writeTextFileSync(`${root}/b`, "b".repeat(5_000_000));
  const before = snapshot(root);
  const { changes, bytes } = lab.files.changes()!;
  const data = new Uint8Array(bytes.flatMap((part) => [...part]));
  // As if it ended in the middle of what was promised.
  throws(() => land(`${base}/journals`, changes, data.subarray(0, data.length - 1)), RangeError);
  deepStrictEqual(snapshot(root), before);
});

Deno.test("every field of what a guest sends is checked: no path leads out", () => {
  using it = place((root, base) => {
    Deno.mkdirSync(`${root}/sub`);
    Deno.writeTextFileSync(`${root}/file`, "x");
    Deno.symlinkSync("../outside", `${root}/out`);
    Deno.symlinkSync("/etc", `${root}/sub/etc`);
    Deno.mkdirSync(`${base}/outside`);
  });
  const { root, base } = it;
  const roots = new FileRoots([root], "/tmp");
  const folder = { kind: "directory" };
  const empty = { kind: "file", size: 0, kept: 0, pieces: [] };
  const link = (target: string) => ({ kind: "symlink", target });
  const none = { taken: [], made: [], attached: [], patched: [] };
  const bad: Record<string, object> = {
    "taken outside": { taken: ["/etc/passwd"] },
    "taken by ..": { taken: [`${root}/../outside`] },
    "taken through a link": { taken: [`${root}/out/x`] },
    "taken secret": { taken: [`${root}/.env`] },
    "taken root's parent": { taken: [base] },
    "taken somebody's temporary file": { taken: ["/tmp/somebody"] },
    "taken with a zero": { taken: [`${root}/a\0b`] },
    "attached outside": { made: [empty], attached: [{ path: "/etc/x", made: 0 }] },
    "attached through a link": { made: [empty], attached: [{ path: `${root}/out/x`, made: 0 }] },
    "attached below a file": {
      made: [empty, empty],
      attached: [{ path: `${root}/f`, made: 0 }, { path: `${root}/f/x`, made: 1 }],
    },
    "attached below a link that is made": {
      made: [link("sub"), empty],
      attached: [{ path: `${root}/l`, made: 0 }, { path: `${root}/l/x`, made: 1 }],
    },
    "attached through a link in a folder that moves": {
      taken: [`${root}/sub`],
      made: [empty],
      attached: [{ path: `${root}/moved`, taken: 0 }, { path: `${root}/moved/etc/x`, made: 0 }],
    },
    "a link out": { made: [link("../outside")], attached: [{ path: `${root}/l`, made: 0 }] },
    "a link to nowhere allowed": { made: [link("/etc/passwd")], attached: [{ path: `${root}/l`, made: 0 }] },
    "a name for a file outside": { attached: [{ path: `${root}/l`, link: "/etc/passwd" }] },
    "two origins": {
      taken: [`${root}/file`],
      made: [empty],
      attached: [{ path: `${root}/l`, made: 0, taken: 0 }],
    },
    "one origin twice": {
      made: [empty],
      attached: [{ path: `${root}/l`, made: 0 }, { path: `${root}/m`, made: 0 }],
    },
    "an origin that isn't there": { attached: [{ path: `${root}/l`, made: 3 }] },
    "a copy of a file outside": {
      made: [{ ...empty, base: "/etc/passwd", kept: 1, size: 1 }],
      attached: [{ path: `${root}/l`, made: 0 }],
    },
    "a patch outside": { patched: [{ path: "/etc/passwd", mode: 0o777 }] },
    "a patch through a link": { patched: [{ path: `${root}/out/x`, mode: 0o777 }] },
    "a patch of a link": { patched: [{ path: `${root}/out`, mode: 0o777 }] },
    "a program that runs as its owner": { patched: [{ path: `${root}/file`, mode: 0o4755 }] },
    "pieces that overlap": {
      patched: [{
        path: `${root}/file`,
        content: { size: 9, kept: 0, pieces: [{ at: 0, bytes: 5 }, { at: 3, bytes: 2 }] },
      }],
    },
    "bytes that didn't come": {
      patched: [{ path: `${root}/file`, content: { size: 9, kept: 0, pieces: [{ at: 0, bytes: 9 }] } }],
    },
    "no numbers": { patched: [{ path: `${root}/file`, mtime: "now" }] },
    "no list": { taken: "x" },
    "no text": { taken: [7] },
    "an unknown kind": { made: [{ kind: "device" }], attached: [{ path: `${root}/l`, made: 0 }] },
    folder,
  };
  for (const [what, changes] of Object.entries(bad)) {
    if (what === "folder") continue;
    throws(
      () => checkedChanges({ ...none, ...changes }, roots, 0),
      (error) =>
        error instanceof OutsideRoots || error instanceof TypeError || error instanceof Deno.errors.NotFound,
      what,
    );
  }
  checkedChanges(
    {
      ...none,
      made: [folder, empty],
      attached: [{ path: `${root}/d`, made: 0 }, { path: `${root}/d/x`, made: 1 }],
    },
    roots,
    0,
  );
});

Deno.test("requests of a guest lead nowhere else either", () => {
  using it = place((root) => Deno.writeTextFileSync(`${root}/file`, "x"));
  for (const call of ["look", "list", "read", "removable", "nothing"]) {
    for (
      const path of ["/etc", "relative", "", "/", `${it.root}/../x`, `${it.root}/./file`, `${it.root}/a\0`]
    ) {
      const { reply } = it.lab.device.serve({ op: "file", call, path, options: { at: 0, bytes: 1 } });
      ok(!reply.ok || call === "look" && path === "/", `${call} ${path}`);
    }
  }
  const { reply } = it.lab.device.serve({
    op: "file",
    call: "read",
    path: `${it.root}/file`,
    options: { at: 0, bytes: 2 ** 40 },
  });
  equal(reply.ok, false);
});
