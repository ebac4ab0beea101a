/**
 * `node:sqlite` over the device's files. SQLite opens files itself, so a database is fetched whole, kept in memory, and its
 * pages are written back where somebody could see them: when it is closed, and when a path is looked at.
 *
 * What a file's own journal would show, or other connections to it, is left to the device.
 */
import process from "node:process";
import { Buffer } from "node:buffer";
import { FileFailure } from "./file_tree_types.ts";
import type { GuestFiles } from "./guest_files.ts";
import type { OpenFile } from "./open_file.ts";
import { hasLog, withLog, withoutLog } from "./sqlite_log.ts";

type Sqlite = typeof import("node:sqlite");

const MAX_DATABASE_BYTES = 64 * 1024 * 1024;
/** SQLite's smallest page: what is compared and written. */
const PAGE_BYTES = 512;
/** Gives a database a write-ahead log. */
const MAKE_LOG = /^\s*pragma\s+journal_mode\s*=\s*['"]?wal['"]?\s*(;|$)/i;
/** These see or change how a file is kept. Words in a text count too: that only costs the migration. */
const OF_FILES = /\b(attach|detach|vacuum)\b/i;
const PRAGMA = /\bpragma\b\s*(\w+\s*\.\s*)?(\w*)/gi;
const PRAGMAS = new Set([
  ...["foreign_keys", "foreign_key_list", "foreign_key_check", "table_info", "table_xinfo", "table_list"],
  ...["index_list", "index_info", "index_xinfo", "user_version", "application_id", "synchronous"],
  ...["busy_timeout", "cache_size", "temp_store", "integrity_check", "quick_check", "optimize"],
]);

/** The databases that migrated code has open. */
export class GuestDatabases {
  readonly files: GuestFiles;
  readonly #open = new Set<OpenDatabase>();

  constructor(files: GuestFiles) {
    this.files = files;
    files.beforeLook.add((path) => {
      for (const database of this.#open) database.seen(path);
    });
  }

  clear(): void {
    this.#open.clear();
  }

  /** The method ends: a handle means nothing elsewhere. */
  finish(): void {
    if (this.#open.size > 0) this.files.abandon("it leaves a database open");
  }

  /** Opens the file; one connection at a time. */
  open(path: string, isReadOnly: boolean): OpenDatabase {
    const { files } = this;
    try {
      for (const end of ["-journal", "-wal"]) {
        if (files.exists(path + end)) files.abandon(`it opens ${path}, which has a journal`);
      }
      const file = files.open(path, { read: true, write: !isReadOnly, create: !isReadOnly });
      if (file.node.kind !== "file") files.abandon(`it opens ${path}, which is no file`);
      for (const { file: other } of this.#open) {
        if (other.node === file.node) files.abandon(`it opens ${path} twice`);
      }
      const database = new OpenDatabase(files, files.path(path), { file, isReadOnly });
      this.#open.add(database);
      return database;
    } catch (error) {
      throw error instanceof FileFailure ? files.abandon(`it fails to open ${path}: ${error.code}`) : error;
    }
  }

  closed(database: OpenDatabase): void {
    this.#open.delete(database);
  }
}

/** One database's file, and what SQLite has in memory. */
class OpenDatabase {
  readonly file: OpenFile;
  readonly #files: GuestFiles;
  readonly #path: string;
  readonly #isReadOnly: boolean;
  #bytes: Uint8Array;
  #mtime: number | null;
  /** What the file was when this connection began with a write-ahead log; undefined without. */
  #logBase: Uint8Array | undefined;
  /** Its bytes now; undefined in a transaction. */
  current: () => Uint8Array | undefined = () => undefined;

  constructor(
    files: GuestFiles,
    path: string,
    { file, isReadOnly }: { file: OpenFile; isReadOnly: boolean },
  ) {
    this.#files = files;
    this.#path = path;
    this.file = file;
    this.#isReadOnly = isReadOnly;
    if (file.size > MAX_DATABASE_BYTES) files.abandon(`it opens ${path}, which is too large a database`);
    this.#bytes = file.read(file.size, 0).slice();
    if (hasLog(this.#bytes)) {
      if (isReadOnly) files.abandon(`it only reads ${path}, which has a write-ahead log`);
      this.#logBase = this.#bytes;
    }
    this.#mtime = file.node.attributes!.mtime;
  }

  /** As SQLite gets it, in memory: it has no log there. */
  get bytes(): Uint8Array {
    return this.#logBase === undefined ? this.#bytes : withoutLog(this.#bytes);
  }

  /** It has a write-ahead log from now on. `bytes`: after a transaction that changed nothing but the first page. */
  makeLog(bytes: Uint8Array): void {
    if (this.#logBase !== undefined) return;
    if (this.#isReadOnly) this.#files.abandon("it gives a database a log that it only reads");
    this.#logBase = bytes;
  }

  get hasLog(): boolean {
    return this.#logBase !== undefined;
  }

  /** Somebody looks at a path: the file must be what it would be. */
  seen(path: string): void {
    if (this.#logBase !== undefined) return this.#seenWithLog(path);
    const bytes = this.current();
    if (bytes !== undefined) return this.write(bytes);
    if (path.split("/").at(-1) === this.#path.split("/").at(-1)) {
      this.#files.abandon("it looks at a database in a transaction");
    }
  }

  /** Until it is closed, changes are in files of its own, whose bytes are SQLite's. */
  #seenWithLog(path: string): void {
    const [name, seen] = [this.#path, path.replace(/\/+$/, "")].map((item) => item.split("/").at(-1)!);
    const folder = this.#path.split("/").at(-2);
    if (seen === folder || seen === "." || seen === ".." || seen!.startsWith(name!)) {
      this.#files.abandon("it looks at a database that is open with a write-ahead log");
    }
  }

  /** Writes what differs. */
  write(given: Uint8Array): void {
    if (this.#isReadOnly) return;
    const bytes = this.#logBase === undefined ? given : withLog(given, this.#logBase);
    if (this.file.node.attributes!.mtime !== this.#mtime || this.file.size !== this.#bytes.length) {
      this.#files.abandon("it writes a database's file itself");
    }
    const old = this.#bytes;
    for (let at = 0; at < bytes.length; at += PAGE_BYTES) {
      const page = bytes.subarray(at, at + PAGE_BYTES);
      const before = old.subarray(at, at + PAGE_BYTES);
      if (before.length !== page.length || Buffer.compare(before, page) !== 0) this.file.write(page, at);
    }
    if (bytes.length < old.length) this.file.truncate(bytes.length);
    this.#bytes = bytes;
    this.#mtime = this.file.node.attributes!.mtime;
  }
}

/** `node:sqlite`; `pinned` is what of it stays on the device. */
export function sqliteModule(databases: GuestDatabases, pinned: Record<string, unknown>): object {
  const { DatabaseSync: Real, StatementSync } = process.getBuiltinModule("node:sqlite") as Sqlite;
  const { files } = databases;
  const { abandon } = files;
  const checked = (sql: unknown): string => {
    const text = String(sql);
    if (OF_FILES.test(text)) abandon("its SQL means files");
    for (const [, , name] of text.matchAll(PRAGMA)) {
      if (!PRAGMAS.has(name!.toLowerCase())) abandon(`its SQL has pragma ${name}`);
    }
    return text;
  };

  class DatabaseSync extends Real {
    readonly #database: OpenDatabase | undefined;

    constructor(path: any, options: any = {}) {
      const name = path instanceof URL || ArrayBuffer.isView(path) ? files.path(text(path)) : path;
      if (typeof name !== "string" || name === "" || name.startsWith("file:")) {
        abandon("it opens an odd database");
      }
      const { open = true, readOnly = false, allowExtension = false } = options;
      if (!open || allowExtension) abandon("it opens a database with unusual options");
      super(":memory:", { ...options, readOnly: false });
      if (name === ":memory:") return;
      const database = this.#database = databases.open(name, readOnly);
      // SQLite counts changes in a file from its first page on: an empty one begins with that.
      (Real.prototype as any).deserialize.call(
        this,
        database.bytes.length > 0 ? database.bytes : emptyDatabase(),
      );
      if (readOnly) super.exec("pragma query_only=1");
      const empty = database.bytes.length === 0 ? emptyDatabase() : undefined;
      database.current = () => {
        if (this.isTransaction) return undefined;
        const bytes: Uint8Array = (Real.prototype as any).serialize.call(this);
        return empty !== undefined && Buffer.compare(bytes, empty) === 0 ? new Uint8Array() : bytes;
      };
    }

    override exec(sql: string): void {
      const makes = MAKE_LOG.exec(sql);
      if (makes !== null && this.#database !== undefined) {
        this.#makeLog(this.#database);
        return this.exec(sql.slice(makes[0].length));
      }
      super.exec(checked(sql));
    }

    /** As SQLite does it: by a transaction, if there is no log yet. */
    #makeLog(database: OpenDatabase): void {
      if (this.isTransaction) abandon("it gives a database a log in a transaction");
      if (database.hasLog) return;
      const { user_version } = super.prepare("pragma user_version").get() as { user_version: number };
      super.exec(`pragma user_version=${user_version}`);
      database.makeLog((Real.prototype as any).serialize.call(this));
    }

    override prepare(sql: string, ...more: any[]) {
      return (super.prepare as any)(checked(sql), ...more);
    }

    override close(): void {
      if (this.#database !== undefined && this.isOpen) {
        if (this.isTransaction) super.exec("rollback");
        this.#database.write(this.#database.current()!);
        databases.closed(this.#database);
      }
      super.close();
    }

    override [Symbol.dispose](): void {
      if (this.isOpen) this.close();
    }
  }
  for (const name of ["open", "location", "deserialize", "serialize", "loadExtension", "createTagStore"]) {
    const stays = () => abandon(`it calls ${name} of a database`);
    Object.defineProperty(DatabaseSync.prototype, name, { value: stays, configurable: true, writable: true });
  }
  return { ...pinned, DatabaseSync, StatementSync };

  /** A page as SQLite makes it before it counts the first change. */
  function emptyDatabase(): Uint8Array {
    const made = new Real(":memory:");
    made.exec("pragma user_version=1; pragma user_version=0");
    const bytes: Uint8Array = (made as any).serialize();
    made.close();
    return bytes;
  }
}

function text(path: URL | ArrayBufferView): unknown {
  return path instanceof URL ? path : Buffer.from(path as Uint8Array).toString();
}
