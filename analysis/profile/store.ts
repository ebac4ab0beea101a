import { pathToFileURL } from "node:url";
import { DatabaseSync, type SQLOutputValue } from "node:sqlite";
import { MODEL_VERSION } from "../cost/constants.ts";
import type { DeciderModel } from "../cost/decide.ts";
import { noOverheads, type OverheadSums } from "../cost/measured_overheads.ts";
import type { MigrationOverheads } from "../cost/migration.ts";
import type { Envelope } from "../database/envelope.ts";
import { MAX_EXECUTIONS, STORE_BUSY_MS, STORE_VERSION } from "./constants.ts";
import type { AppVersion, Execution } from "./execution.ts";
import { ProfileTree, type StoredTree } from "./profile_tree.ts";

// The store owns one SQLite file in a peer's home. It holds what can be measured again, so a damaged file is set aside (never
// deleted) and a new one begun; a file of a newer version of this project is left alone and refused.

const TABLES = `
  CREATE TABLE execution (
    id INTEGER PRIMARY KEY, app TEXT NOT NULL, code_hash TEXT NOT NULL, at_ms REAL NOT NULL, json TEXT NOT NULL
  ) STRICT;
  CREATE INDEX execution_of ON execution (app, code_hash, at_ms);
  CREATE TABLE partition_database (
    app TEXT NOT NULL, code_hash TEXT NOT NULL, objective TEXT NOT NULL, power TEXT NOT NULL, json TEXT NOT NULL,
    PRIMARY KEY (app, code_hash, objective, power)
  ) STRICT;
  CREATE TABLE learned (
    app TEXT NOT NULL, code_hash TEXT NOT NULL, json TEXT NOT NULL, PRIMARY KEY (app, code_hash)
  ) STRICT;
  CREATE TABLE device (name TEXT PRIMARY KEY, json TEXT NOT NULL) STRICT;
`;

/** What a store says of itself while it opens. */
export interface StoreOptions {
  /** Told in one line when a damaged file was set aside. */
  readonly onProblem?: (message: string) => void;
  /** Who only reads can do so on a full disk, or one that is read-only; then it keeps nothing. */
  readonly toRead?: boolean;
}

/** An app that the store knows. */
export interface StoredApp extends AppVersion {
  readonly executions: number;
  /** When it ran last, milliseconds since 1970. */
  readonly lastMs: number;
}

/** Which partition database: they differ by objective and by the device's power use. */
export interface DatabaseKey extends AppVersion {
  readonly objective: "time" | "energy";
  /** The device kind and use that energy was modelled for; empty for time. */
  readonly power: string;
}

/** Profiles, partition databases and learned models of the apps run from one home. */
export class ProfileStore {
  readonly #db: DatabaseSync;
  #writable = true;

  /**
   * Opens the store in `path`, making it if there is none (`:memory:` keeps nothing).
   * @throws {Error} if the file was written by a newer version, or can't be opened or set aside.
   */
  constructor(path: string, { onProblem = () => {}, toRead = false }: StoreOptions = {}) {
    try {
      this.#db = open(path);
    } catch (error) {
      if (toRead && isUnwritable(error) && isSettled(path)) {
        this.#db = openAsItIs(path);
        this.#writable = false;
        return;
      }
      if (error instanceof NewerStoreError || !isDamage(error)) throw error;
      const aside = `${path}.damaged-${Date.now()}`;
      Deno.renameSync(path, aside);
      onProblem(
        `profiles in ${path} could not be read (${
          (error as Error).message
        }); kept as ${aside}, starting anew`,
      );
      this.#db = open(path);
    }
  }

  /** Adds an execution; its app's partition databases are dropped, as they no longer hold all that is known. */
  recordExecution(version: AppVersion, execution: Execution): void {
    const { app, codeHash } = version;
    this.#inTransaction(() => {
      this.#db.prepare("INSERT INTO execution (app, code_hash, at_ms, json) VALUES (?, ?, ?, ?)")
        .run(app, codeHash, execution.atMs, JSON.stringify(execution));
      this.#db.prepare("DELETE FROM partition_database WHERE app = ? AND code_hash = ?").run(app, codeHash);
      this.#addUpOldest(version);
    });
  }

  /** All executions of an app's version, oldest first; the first may be the sum of many. */
  executions({ app, codeHash }: AppVersion): Execution[] {
    const rows = this.#db
      .prepare("SELECT json FROM execution WHERE app = ? AND code_hash = ? ORDER BY at_ms, id")
      .all(app, codeHash);
    return rows.map((row) => readExecution(text(row.json)));
  }

  /** The versions of apps it knows, last run first; of one app, or of all. */
  apps(app?: string): StoredApp[] {
    const rows = this.#db.prepare(
      `SELECT app, code_hash, COUNT(*) AS executions, MAX(at_ms) AS last FROM execution
       WHERE ? IS NULL OR app = ? GROUP BY app, code_hash ORDER BY last DESC`,
    ).all(app ?? null, app ?? null);
    return rows.map((row) => ({
      app: text(row.app),
      codeHash: text(row.code_hash),
      executions: Number(row.executions),
      lastMs: Number(row.last),
    }));
  }

  /** Keeps a partition database. */
  saveDatabase({ app, codeHash, objective, power }: DatabaseKey, database: Envelope): void {
    if (!this.#writable) return; // it is made anew when it is asked for again
    this.#db.prepare("INSERT OR REPLACE INTO partition_database VALUES (?, ?, ?, ?, ?)")
      .run(app, codeHash, objective, power, JSON.stringify(database));
  }

  /** The partition database of an app's version, if one was made since its last execution. */
  database({ app, codeHash, objective, power }: DatabaseKey): Envelope | undefined {
    const row = this.#db.prepare(
      "SELECT json FROM partition_database WHERE app = ? AND code_hash = ? AND objective = ? AND power = ?",
    ).get(app, codeHash, objective, power);
    return row && JSON.parse(text(row.json));
  }

  /** Keeps what a run's decider learned. */
  saveLearned({ app, codeHash }: AppVersion, model: DeciderModel): void {
    this.#inTransaction(() => {
      const json = JSON.stringify(model);
      this.#db.prepare("INSERT OR REPLACE INTO learned VALUES (?, ?, ?)").run(app, codeHash, json);
      // Refusals that were learned change what is legal.
      this.#db.prepare("DELETE FROM partition_database WHERE app = ? AND code_hash = ?").run(app, codeHash);
    });
  }

  /** What the last run's decider had learned. */
  learned({ app, codeHash }: AppVersion): DeciderModel | undefined {
    const row = this.#db.prepare("SELECT json FROM learned WHERE app = ? AND code_hash = ?").get(
      app,
      codeHash,
    );
    const model: DeciderModel | undefined = row && JSON.parse(text(row.json));
    return model?.version === MODEL_VERSION ? model : undefined;
  }

  /** Keeps what migrations cost on this device, as measured, and what that was worked out from. */
  saveOverheads(overheads: MigrationOverheads, sums?: OverheadSums): void {
    const keep = this.#db.prepare("INSERT OR REPLACE INTO device VALUES (?, ?)");
    keep.run("overheads", JSON.stringify(overheads));
    if (sums !== undefined) keep.run("overhead sums", JSON.stringify(sums));
  }

  /** What was measured of this device's migrations so far. */
  overheadSums(): OverheadSums {
    const row = this.#db.prepare("SELECT json FROM device WHERE name = 'overhead sums'").get();
    return row === undefined ? noOverheads() : JSON.parse(text(row.json));
  }

  /** What migrations cost on this device, if that was measured. */
  overheads(): MigrationOverheads | undefined {
    const row = this.#db.prepare("SELECT json FROM device WHERE name = 'overheads'").get();
    return row && JSON.parse(text(row.json));
  }

  /** Closes the file. */
  close(): void {
    this.#db.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Keeps the last executions one by one and adds older ones up in one row. */
  #addUpOldest({ app, codeHash }: AppVersion): void {
    const rows = this.#db
      .prepare("SELECT id, json FROM execution WHERE app = ? AND code_hash = ? ORDER BY at_ms DESC, id DESC")
      .all(app, codeHash);
    if (rows.length <= MAX_EXECUTIONS) return;
    const old = rows.slice(MAX_EXECUTIONS - 1).reverse();
    const sum = addUp(old.map((row) => readExecution(text(row.json))));
    for (const row of old.slice(1)) {
      this.#db.prepare("DELETE FROM execution WHERE id = ?").run(Number(row.id));
    }
    this.#db.prepare("UPDATE execution SET json = ?, at_ms = ? WHERE id = ?")
      .run(JSON.stringify(sum), sum.atMs, Number(old[0]!.id));
  }

  #inTransaction(work: () => void): void {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      work();
      this.#db.exec("COMMIT");
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }
}

class NewerStoreError extends Error {
  override readonly name = "NewerStoreError";
}

function open(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: STORE_BUSY_MS });
  try {
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    const damage = text(db.prepare("PRAGMA quick_check(1)").get()?.quick_check ?? "ok");
    if (damage !== "ok") throw new Error(`database disk image is malformed: ${damage}`);
    db.exec("BEGIN IMMEDIATE");
    const version = Number(db.prepare("PRAGMA user_version").get()?.user_version);
    if (version > STORE_VERSION) {
      throw new NewerStoreError(
        `Cannot open profiles in ${path}: version ${version} is newer than ${STORE_VERSION}; update clonecloud`,
      );
    }
    if (version === 0) db.exec(`${TABLES} PRAGMA user_version = ${STORE_VERSION};`);
    db.exec("COMMIT");
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** For a disk on which nothing can be written, not even the files that readers share. @throws as {@linkcode open} */
function openAsItIs(path: string): DatabaseSync {
  const url = pathToFileURL(path);
  url.searchParams.set("immutable", "1");
  const db = new DatabaseSync(url, { readOnly: true });
  const version = Number(db.prepare("PRAGMA user_version").get()?.user_version);
  if (version === STORE_VERSION) return db;
  db.close();
  throw new Error(`Cannot read profiles in ${path} on a full disk: they are of another version`);
}

function isUnwritable(error: unknown): boolean {
  return /disk I\/O error|is full|readonly database/.test((error as Error).message);
}

/** Whether all that was written is in the file itself. */
function isSettled(path: string): boolean {
  try {
    return Deno.statSync(`${path}-wal`).size === 0;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}

/** Damage, as against a folder that is missing or not ours. */
function isDamage(error: unknown): boolean {
  return /malformed|not a database|corrupt|already exists/i.test((error as Error).message);
}

function text(value: SQLOutputValue): string {
  if (typeof value !== "string") throw new TypeError("Cannot read profiles: a column is not text");
  return value;
}

function readExecution(json: string): Execution {
  type Stored = Omit<Execution, "onDevice" | "onClone"> & {
    onDevice: StoredTree;
    onClone?: Omit<NonNullable<Execution["onClone"]>, "tree"> & { tree: StoredTree };
  };
  const { onDevice, onClone, ...rest } = JSON.parse(json) as Stored;
  const { weight } = rest;
  return {
    ...rest,
    // Versions before kept whatever an inputs file said; one such weight would make every mean NaN.
    weight: typeof weight === "number" && weight > 0 && weight < Infinity ? weight : 1,
    onDevice: ProfileTree.fromJSON(onDevice),
    ...(onClone === undefined ? {} : { onClone: { ...onClone, tree: ProfileTree.fromJSON(onClone.tree) } }),
  };
}

/** One execution that stands for several: mean trees, weights added; T' from the ones that have it. */
function addUp(executions: readonly Execution[]): Execution {
  const weight = executions.reduce((sum, one) => sum + one.weight, 0);
  const onDevice = meanTree(executions.map((one) => ({ tree: one.onDevice, weight: one.weight / weight })));
  const cloned = executions.filter(({ onClone }) => onClone !== undefined);
  const first = executions[0]!;
  const last = cloned.at(-1)?.onClone;
  const clonedWeight = cloned.reduce((sum, one) => sum + one.weight, 0);
  const trees = cloned.map((one) => ({
    tree: one.onClone!.tree,
    weight: one.weight / clonedWeight * one.onClone!.cloneSpeed / last!.cloneSpeed,
  }));
  return {
    input: first.input.startsWith("earlier runs") ? first.input : "earlier runs, added up",
    device: first.device,
    source: executions.every(({ source }) => source === "trace") ? "trace" : first.source,
    atMs: Math.max(...executions.map(({ atMs }) => atMs)),
    weight,
    onDevice,
    ...(last === undefined ? {} : { onClone: { ...last, tree: meanTree(trees) } }),
  };
}

function meanTree(parts: readonly { readonly tree: ProfileTree; readonly weight: number }[]): ProfileTree {
  const mean = new ProfileTree(parts[0]!.tree.nodes[0]!.method);
  mean.nodes[0]!.invocations = 0;
  for (const { tree, weight } of parts) mean.merge(tree, weight);
  return mean;
}
