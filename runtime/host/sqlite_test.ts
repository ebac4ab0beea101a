/** Databases that migrated code writes are, byte for byte, what SQLite would have left on the device. */
import { deepStrictEqual, equal, ok, throws } from "node:assert/strict";
import process from "node:process";
import { Abandoned, Lab } from "./fake_device_test.ts";
import { GuestDatabases, sqliteModule } from "./guest_sqlite.ts";

type Sqlite = typeof import("node:sqlite");
type Database = InstanceType<Sqlite["DatabaseSync"]>;

const real = process.getBuiltinModule("node:sqlite") as Sqlite;

interface Sides extends Disposable {
  readonly root: string;
  readonly reference: string;
  lab(): { lab: Lab; sqlite: Sqlite };
}

function sides(): Sides {
  const base = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "cc-sqlite-" }));
  const [root, reference] = [`${base}/app`, `${base}/reference`];
  for (const folder of [root, reference]) Deno.mkdirSync(folder);
  return {
    root,
    reference,
    lab: () => {
      const lab = new Lab(root, `${base}/journals`);
      return { lab, sqlite: sqliteModule(new GuestDatabases(lab.files), {}) as Sqlite };
    },
    [Symbol.dispose]: () => Deno.removeSync(base, { recursive: true }),
  };
}

/** Statements of one connection, from a seed. */
function statements(seed: number): string[] {
  let state = seed * 7919 + 1;
  const roll = (sides: number) => (state = Math.imul(state, 1664525) + 1013904223 >>> 0) % sides;
  const all = [
    () => `create table if not exists t${roll(3)}(a integer primary key, b text)`,
    () => `insert into t0(b) values (hex(zeroblob(${roll(5_000)})))`,
    () => `insert into t0(b) select b || ${roll(100)} from t0`,
    () => `update t0 set b = ${roll(1000)} where a % ${1 + roll(4)} = 0`,
    () => `delete from t0 where a % ${2 + roll(3)} = 0`,
    () => `create index if not exists i${roll(2)} on t0(b)`,
    () => `drop table if exists t${1 + roll(2)}`,
    () => `begin; insert into t0(b) values (${roll(99)}); ${["commit", "rollback"][roll(2)]}`,
    () => "select * from t0",
  ];
  const made = Array.from({ length: roll(7) }, () => all[roll(all.length)]!());
  return ["create table if not exists t0(a integer primary key, b text)", ...made];
}

function play(sqlite: Sqlite, path: string, lines: readonly string[]): unknown {
  const database: Database = new sqlite.DatabaseSync(path);
  for (const line of lines) database.exec(line);
  const rows = database.prepare("select count(*) n, sum(length(b)) s from t0").get();
  database.close();
  return JSON.stringify(rows);
}

for (
  const [what, first] of [
    ["", []],
    [" with a write-ahead log from the start", ["pragma journal_mode=wal"]],
    [" with a write-ahead log from later on", ["create table t(a)", "PRAGMA journal_mode = 'WAL';"]],
  ] as [string, string[]][]
) {
  Deno.test(`a database${what} comes home as SQLite writes it`, () => {
    for (let seed = 0; seed < 6; seed++) {
      using it = sides();
      for (let connection = 0; connection < 4; connection++) {
        const made = statements(seed * 10 + connection);
        const lines = connection === seed % 2 ? [...first, ...made] : made;
        const { lab, sqlite } = it.lab();
        equal(play(sqlite, `${it.root}/x.db`, lines), play(real, `${it.reference}/x.db`, lines));
        lab.merge()?.keep();
        const [here, there] = [it.root, it.reference].map((folder) => Deno.readFileSync(`${folder}/x.db`));
        const differs = here!.findIndex((byte, i) => byte !== there![i]);
        ok(
          here!.length === there!.length && differs < 0,
          `seed ${seed}, connection ${connection}: byte ${differs}
${lines.join("\n")}`,
        );
        const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
        deepStrictEqual(names(it.root), names(it.reference));
      }
    }
  });
}

Deno.test("a database that is open with a write-ahead log isn't looked at away", () => {
  using it = sides();
  const path = `${it.root}/x.db`;
  play(real, path, ["pragma journal_mode=wal", ...statements(1)]);
  for (
    const look of [
      (lab: Lab) => lab.deno.statSync(path),
      (lab: Lab) => lab.deno.readFileSync(`${path}-wal`),
      (lab: Lab) => [...lab.deno.readDirSync(it.root)],
    ]
  ) {
    const { lab, sqlite } = it.lab();
    using database = new sqlite.DatabaseSync(path);
    database.exec("insert into t0(b) values (1)");
    throws(() => look(lab), Abandoned);
  }
});

Deno.test("a database that somebody has open with a write-ahead log stays on the device", () => {
  using it = sides();
  const path = `${it.root}/x.db`;
  using own = new real.DatabaseSync(path);
  own.exec("pragma journal_mode=wal; create table t(a)");
  const { sqlite } = it.lab();
  throws(() => new sqlite.DatabaseSync(path), Abandoned);
});
