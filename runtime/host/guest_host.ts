/**
 * The host as migrated code sees it: files and output through the device, the device's clock, arguments and environment;
 * plain computation as it is; everything else abandons the migration.
 */
import process from "node:process";
import type { Effect, MigrateHead, SessionStart } from "../thread/protocol.ts";
import { denoFiles } from "./guest_deno.ts";
import type { FileChanges } from "./file_changes.ts";
import { untouchable } from "./absent.ts";
import type { Aside } from "./files_ahead.ts";
import { type Abandon, type Ask, GuestFiles } from "./guest_files.ts";
import { GuestDatabases, sqliteModule } from "./guest_sqlite.ts";
import { GuestEnvironment } from "./guest_environment.ts";
import { GuestFacts } from "./guest_facts.ts";
import { GuestModules } from "./guest_modules.ts";
import { nodeFs } from "./guest_node_fs.ts";
import { fileFetch } from "./guest_fetch.ts";
import type { NodeDescriptors } from "./node_descriptors.ts";
import { standForUnstable } from "./unstable.ts";
import { DENO_AS_IS, DENO_FACTS, GLOBALS_PINNED, HANDLERS_PINNED, NODE_AS_IS } from "./host_api.ts";
import {
  apply,
  defineProperty,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  mustDefine,
  objectEntries,
  ownKeys,
  SafeMap,
  SafeSet,
  typedArrayLength,
} from "../heap/intrinsics.ts";
import { forEach, itemsOf, map, push } from "../heap/lists.ts";
import { splitText, testRegExp } from "../heap/texts.ts";

/** What an invocation starts with. */
type Begun = Pick<MigrateHead, "nowMs" | "sinceStartMs" | "pid" | "exitCode" | "permits" | "unstable">;

type Functions = Record<string, (...args: any[]) => unknown>;

export class GuestHost {
  /** What stands for built-in modules. */
  readonly modules: GuestModules;
  /** What stands for built-in functions: shows itself as the one it stands for. */
  readonly disguised = new SafeMap<Function, Function>();
  readonly #abandon: Abandon;
  readonly #files: GuestFiles;
  readonly #facts: GuestFacts;
  readonly #environment: GuestEnvironment;
  readonly #databases: GuestDatabases;
  #effects: Effect[] = [];
  #session: SessionStart | undefined;
  #clockSkewMs = 0;
  /** How much longer the app's process runs than this one. */
  #startSkewMs = 0;
  #pid = 0;
  #exitCode = 0;
  #openTimers = new SafeSet<string>();
  #descriptors: NodeDescriptors | undefined;
  readonly #nextTick: Functions[string];

  /** `aside`: what waits beside the thread; `nextTick`: what the program's ticks are made by. */
  constructor(
    ask: Ask,
    abandon: Abandon,
    { aside, nextTick = process.nextTick }: { readonly aside: Aside; readonly nextTick?: Functions[string] },
  ) {
    this.#nextTick = nextTick;
    this.#facts = new GuestFacts(ask, abandon);
    this.#environment = new GuestEnvironment(ask, abandon, sinceStart);
    this.#abandon = abandon;
    this.#files = new GuestFiles({
      ask,
      aside,
      abandon,
      effect: (effect) => push(this.#effects, effect),
      now: () => dateNow() + this.#clockSkewMs,
    });
    this.#databases = new GuestDatabases(this.#files);
    // A small Buffer would travel home with all of the pool, which no later packet could name again.
    Buffer.poolSize = 0;
    this.#patchDeno();
    this.#patchGlobals();
    this.#patchConsole();
    this.#patchClock();
    this.#patchPerformance();
    this.#patchSlotReaders();
    this.modules = this.#wrapModules();
  }

  /** Takes on the app process of a session. */
  install(session: SessionStart): void {
    this.#session = session;
    this.#files.install(session);
    // `parseArgs` without arguments and the like look at the real one.
    realProcess.argv.splice(0, Infinity, ...this.#argv());
    if (navigator.language !== session.locale) {
      this.#abandon(`the clone can't take on the device's language (${session.locale})`);
    }
    if (Temporal.Now.timeZoneId() !== session.timeZone) {
      this.#abandon(`the clone can't take on the device's time zone (${session.timeZone})`);
    }
  }

  /** A new invocation, at this moment of the device's clocks; so far the app would exit with `exitCode`. */
  begin({ nowMs, sinceStartMs, pid, exitCode, permits, unstable = [] }: Begun): void {
    this.#effects = [];
    this.#exitCode = Deno.exitCode = exitCode;
    this.#files.begin(permits);
    this.#environment.forget();
    this.#descriptors?.clear();
    this.#databases.clear();
    this.#clockSkewMs = nowMs - dateNow();
    this.#startSkewMs = sinceStartMs - sinceStart();
    this.#pid = pid;
    standForUnstable(unstable, (name) => this.#abandon(`it uses ${name}`, { what: name }));
  }

  /** What the invocation did to files, and which folders it saw the attributes of. */
  fileChanges(): { changes?: FileChanges; bytes: Uint8Array[]; observed: string[]; read: string[] } {
    if (this.#descriptors!.count > 0) this.#abandon("it leaves a file open by its number");
    this.#databases.finish();
    return {
      bytes: [],
      ...this.#files.changes(),
      observed: this.#files.observed(),
      read: this.#files.filesRead(),
    };
  }

  /** How many times the invocation has changed files so far. */
  get filesChanged(): number {
    return this.#files.changeCount;
  }

  /** How many effects wait to be taken. */
  get effectCount(): number {
    return this.#effects.length;
  }

  /** What the invocation did to the world, in order. */
  takeEffects(): Effect[] {
    // The engine lets nobody put anything in its place.
    const effects = this.#effects;
    forEach(itemsOf(this.#openTimers), (label) => {
      effects[effects.length] = { type: "console", call: "time", args: [label] };
    });
    this.#openTimers.clear();
    if (Deno.exitCode !== this.#exitCode) {
      effects[effects.length] = { type: "exit code", code: Deno.exitCode };
    }
    this.#effects = [];
    return effects;
  }

  // Deno

  #patchDeno(): void {
    const own: Record<string, unknown> = {
      ...denoFiles(this.#files),
      cwd: () => this.#need().cwd,
      ...this.#facts.all("Deno."),
      memoryUsage: Deno.memoryUsage,
      exitCode: 0,
    };
    const keys = ownKeys(Deno);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      if (typeof key !== "string" || DENO_AS_IS.has(key)) continue;
      const descriptor = getOwnPropertyDescriptor(Deno, key)!;
      const isFact = DENO_FACTS.has(key);
      const isFunction = typeof descriptor.value === "function" || (descriptor.get !== undefined && !isFact);
      const value = own[key] ?? (isFunction ? this.#pinned(`Deno.${key}`) : undefined);
      if (value !== undefined) define(Deno, key, value);
      else if (isFact && descriptor.configurable) {
        getter(Deno, key, () => this.#abandon(`it uses Deno.${key}`, { what: `Deno.${key}` }));
      }
    }
    getter(Deno, "args", () => this.#need().args);
    getter(Deno, "mainModule", () => this.#need().mainModule);
    getter(Deno, "noColor", () => this.#need().noColor);
    getter(Deno, "pid", () => this.#pid);
    getter(Deno, "build", () => this.#need().build);
    define(Deno, "env", this.#environment.deno());
    define(Deno, "stdout", this.#stream(1));
    define(Deno, "stderr", this.#stream(2));
    const permissions = { get: () => this.#abandon("it asks for permissions", { what: "Deno.permissions" }) };
    define(Deno, "permissions", new Proxy({}, permissions));
    define(
      Deno,
      "stdin",
      new Proxy({}, { get: () => this.#abandon("it reads stdin", { what: "Deno.stdin" }) }),
    );
  }

  #argv(): string[] {
    const { execPath, mainModule, args } = this.#need();
    return [execPath, decodeURIComponent(new URL(mainModule).pathname), ...args];
  }

  #stream(fd: 1 | 2) {
    const writeSync = (bytes: Uint8Array): number => {
      this.#effects[this.#effects.length] = { type: "write", fd, base64: bytes.toBase64() };
      return typedArrayLength(bytes);
    };
    const pinned = (name: string) => this.#pinned(`Deno.${fd === 1 ? "stdout" : "stderr"}.${name}`);
    return {
      writeSync,
      write: (bytes: Uint8Array) => Promise.resolve(writeSync(bytes)),
      isTerminal: () => this.#need().terminal[fd],
      close: pinned("close"),
      get writable() {
        return pinned("writable")();
      },
    };
  }

  // Globals

  #patchGlobals(): void {
    for (let i = 0; i < GLOBALS_PINNED.length; i++) {
      const name = GLOBALS_PINNED[i]!;
      if (!(name in globalThis)) continue;
      const value =
        testRegExp(/^[A-Z]/, name) || typeof inheritedDescriptor(globalThis, name)?.value === "function"
          ? this.#pinned(name)
          : new Proxy({}, { get: () => this.#abandon(`it uses ${name}`, { what: name }) });
      define(globalThis, name, value);
    }
    forEach(HANDLERS_PINNED, (name) => {
      const set = () => this.#abandon(`it sets ${name}`, { what: name });
      mustDefine(globalThis, name, { get: () => null, set, configurable: true, enumerable: true });
    });
    const { fetch, compile, instantiate } = fileFetch(
      this.#files,
      this.#pinned("fetch") as typeof globalThis.fetch,
    );
    define(globalThis, "fetch", fetch);
    define(WebAssembly, "compileStreaming", compile);
    define(WebAssembly, "instantiateStreaming", instantiate);
    getter(navigator, "hardwareConcurrency", () => this.#need().processors);
    getter(navigator, "locks", () => this.#abandon("it uses navigator.locks", { what: "navigator.locks" }));
  }

  /** Texts are made here; groups, counters and timers are the device's, so that they go on where its code left them. */
  #patchConsole(): void {
    const internal = (Deno as any)[(Deno as any).internal];
    const emit = (call: string, ...args: string[]) =>
      void push(this.#effects, { type: "console", call, args });
    const print = (text: string, level: number) => emit(level > 1 ? "error" : "log", text.replace(/\n$/, ""));
    const console_ = new internal.Console(print);
    forEach(ownKeys(console_), (key) => {
      const value = console_[key];
      if (typeof value === "function" && typeof key === "string") define(console, key, value);
    });
    const format = (fd: 1 | 2, args: unknown[]): string => {
      const session = this.#need();
      return internal.inspectArgs(args, { colors: !session.noColor && session.terminal[fd], indentLevel: 0 });
    };
    const own: Functions = {};
    forEach(["log", "info", "debug", "warn", "error"], (name) => {
      const fd = name === "warn" || name === "error" ? 2 : 1;
      own[name] = (...args) => emit(fd === 2 ? "error" : "log", format(fd, args));
    });
    own.group = own.groupCollapsed = (...args) =>
      emit("group", ...(args.length > 0 ? [format(1, args)] : []));
    own.groupEnd = () => emit("groupEnd");
    forEach(["count", "countReset"], (name) => {
      own[name] = (label = "default") => emit(name, String(label));
    });
    this.#timers(own, console_, emit);
    forEach(objectEntries(own), ({ 0: name, 1: call }) => {
      define(console, name, call);
      this.disguised.set(call, console_[name]);
    });
  }

  /** A timer that was started here is told here: the device would tell when the thread came home. */
  #timers(own: Functions, console_: any, emit: (call: string, ...args: string[]) => void): void {
    const open = new SafeSet<string>();
    own.time = (label = "default") => {
      open.add(String(label));
      console_.time(label);
    };
    own.timeLog = (label = "default", ...more) => {
      if (open.has(String(label))) console_.timeLog(label, ...more);
      else emit("timeLog", String(label), ...map(more, (item) => String(item)));
    };
    own.timeEnd = (label = "default") => {
      if (open.delete(String(label))) console_.timeEnd(label);
      else emit("timeEnd", String(label));
    };
    this.#openTimers = open;
  }

  /** A plain function in place of `Date`, no Proxy: what migrates may refer to it by its name. */
  #patchClock(): void {
    const RealDate = Date;
    const { now: skewed } = { now: (): number => dateNow() + this.#clockSkewMs };
    define(Date, "now", skewed);
    const DeviceDate = function Date(...args: unknown[]): unknown {
      if (new.target === undefined) return new RealDate(skewed()).toString();
      return Reflect.construct(RealDate, args.length === 0 ? [skewed()] : args, new.target);
    };
    forEach(ownKeys(RealDate), (key) => {
      mustDefine(DeviceDate, key, getOwnPropertyDescriptor(RealDate, key)!);
    });
    this.disguised.set(DeviceDate, RealDate);
    this.disguised.set(RealDate.now, dateNow);
    define(RealDate.prototype, "constructor", DeviceDate);
    define(globalThis, "Date", DeviceDate);
  }

  /** What was marked on the device isn't here, and what is marked here would not be there. */
  #patchPerformance(): void {
    const prototype = Performance.prototype;
    const { now, timeOrigin } = Object.getOwnPropertyDescriptors(prototype) as Record<string, any>;
    const originOf = timeOrigin.get as Function;
    const skewed = {
      now: (): number => sinceStart() + this.#startSkewMs,
      timeOrigin: (): number => originOf.call(performance) + this.#clockSkewMs - this.#startSkewMs,
    };
    this.disguised.set(skewed.now, now.value);
    this.disguised.set(skewed.timeOrigin, originOf);
    define(prototype, "now", skewed.now);
    mustDefine(prototype, "timeOrigin", { ...timeOrigin, get: skewed.timeOrigin });
    define(prototype, "toJSON", () => ({ timeOrigin: skewed.timeOrigin() }));
    forEach(["mark", "measure", "clearMarks", "clearMeasures"], (name) => {
      define(prototype, name, this.#pinned(`performance.${name}`));
    });
    forEach(["getEntries", "getEntriesByName", "getEntriesByType"], (name) => {
      define(prototype, name, this.#pinned(`performance.${name}`));
    });
  }

  /**
   * Natives that look at slots only would take what is absent here for a wrong argument, without touching it: whatever
   * they throw ends the migration.
   */
  #patchSlotReaders(): void {
    const { Module } = WebAssembly;
    const readers: [object, string][] = [[globalThis, "structuredClone"], [WebAssembly, "Instance"]];
    forEach(["exports", "imports", "customSections"], (name) => {
      readers[readers.length] = [Module, name];
    });
    for (let i = 0; i < readers.length; i++) {
      const { 0: holder, 1: name } = readers[i]!;
      const native = getOwnPropertyDescriptor(holder, name)?.value as Function | undefined;
      if (native === undefined) continue;
      const abandon = this.#abandon;
      const stand = function (this: unknown, ...args: unknown[]): unknown {
        try {
          return new.target ? Reflect.construct(native, args, new.target) : apply(native, this, args);
        } catch {
          return abandon(`${name} fails here`);
        }
      };
      forEach(ownKeys(native), (key) => {
        const descriptor = getOwnPropertyDescriptor(native, key)!;
        if (getOwnPropertyDescriptor(stand, key)?.configurable !== false) {
          defineProperty(stand, key, descriptor);
        } else stand.prototype = descriptor.value;
      });
      this.disguised.set(stand, native);
      define(holder, name, stand);
    }
  }

  // Built-in modules

  #wrapModules(): GuestModules {
    const { module: fs, descriptors } = nodeFs(this.#files);
    this.#descriptors = descriptors;
    const { process, parts } = this.#process();
    define(globalThis, "process", process);
    const made: Record<string, () => object> = {
      "node:fs": () => fs,
      "node:fs/promises": () => fs.promises as object,
      "node:process": () => process,
      "node:os": () => this.#os(),
      "node:perf_hooks": () => ({ ...modules.pinnedModule("node:perf_hooks"), performance }),
      "node:sqlite": () => sqliteModule(this.#databases, modules.pinnedModule("node:sqlite")),
    };
    const modules = new GuestModules(made, (name) => ({
      call: this.#pinned(name),
      object: untouchable(() => this.#abandon(`it uses ${name}`, { what: name })),
    }), { "node:process": () => parts });
    forEach(["node:fs", "node:fs/promises", "node:process"], (name) => {
      modules.module(name);
    });
    return modules;
  }

  /** What the device said of itself; what it would have to be asked for stays with it. */
  #os(): object {
    const { build, processors, temporary } = this.#need();
    const os = build.os === "darwin" ? "Darwin" : build.os === "windows" ? "Windows_NT" : "Linux";
    return {
      ...this.modules.pinnedModule("node:os"),
      ...this.#facts.all("node:os."),
      availableParallelism: () => processors,
      tmpdir: () => temporary,
      type: () => os,
      platform: () => this.#platform(),
      arch: () => this.#arch(),
      endianness: () => "LE",
    };
  }

  #platform(): unknown {
    const { os } = this.#need().build;
    return os === "windows" ? "win32" : os;
  }

  #arch(): string {
    return this.#need().build.arch === "x86_64" ? "x64" : "arm64";
  }

  /** Whether a built-in module is plain computation: used as it is. */
  isPlain(name: string): boolean {
    return NODE_AS_IS.has(name.replace(/^node:/, ""));
  }

  /** Node's `process`, and what of it is here. */
  #process(): { process: object; parts: object } {
    const session = () => this.#need();
    const size = this.#facts.one("Deno.consoleSize", "consoleSize") as typeof Deno.consoleSize;
    const write = (fd: 1 | 2) => {
      const name = `process.${fd === 1 ? "stdout" : "stderr"}`;
      const stream = {
        write: (chunk: unknown, ...more: unknown[]): boolean => {
          const known = more.length === 0 || (more.length === 1 && testRegExp(/^utf-?8$/i, String(more[0])));
          if (known && typeof chunk === "string") {
            this.#effects[this.#effects.length] = { type: "print", fd, text: chunk };
          } else if (known && chunk instanceof Uint8Array) {
            this.#effects[this.#effects.length] = { type: "write", fd, base64: chunk.toBase64() };
          } else this.#abandon(`it writes to ${name} in an unusual way`, { what: `${name}.write` });
          return true;
        },
        get isTTY() {
          return session().terminal[fd];
        },
        get columns() {
          return session().terminal[fd] ? size().columns : undefined;
        },
        get rows() {
          return session().terminal[fd] ? size().rows : undefined;
        },
        writable: true,
        fd,
      };
      // Its events and what else it can do are those of the device's stream.
      return new Proxy(stream, {
        get: (target, part) =>
          typeof part === "symbol" || part in target ? Reflect.get(target, part) : pinned("uses", part, name),
      });
    };
    const processEnv = this.#environment.node();
    const known: Record<string, unknown> = {
      cwd: () => session().cwd,
      hrtime: Object.assign(hrtime, { bigint: () => nanoseconds() }),
      uptime: () => performance.now() / 1000,
      getuid: this.#facts.one("Deno.uid", "getuid"),
      getgid: this.#facts.one("Deno.gid", "getgid"),
      nextTick: this.#nextTick,
      stdin: new Proxy({
        get isTTY() {
          return session().terminal[0];
        },
      }, {
        get: (target, part) =>
          typeof part === "symbol" || part in target
            ? Reflect.get(target, part)
            : pinned("uses", part, "process.stdin"),
      }),
      stdout: write(1),
      stderr: write(2),
      memoryUsage: Deno.memoryUsage,
      version: process.version,
      versions: process.versions,
      release: process.release,
    };
    const lazy: Record<string, () => unknown> = {
      argv: () => this.#argv(),
      env: () => processEnv,
      platform: () => this.#platform(),
      arch: () => this.#arch(),
      pid: () => this.#pid,
      execPath: () => session().execPath,
    };
    const object: Record<string, unknown> = { ...known };
    forEach(objectEntries(lazy), ({ 0: name, 1: get }) => {
      getter(object, name, get);
    });
    mustDefine(object, "exitCode", {
      get: () => realProcess.exitCode,
      set: (code) => {
        realProcess.exitCode = code;
        Deno.exitCode = Number(code ?? 0);
      },
      configurable: true,
      enumerable: true,
    });
    const pinned = (does: string, name?: PropertyKey, of = "process"): never => {
      const what = name === undefined ? of : `${of}.${String(name)}`;
      return this.#abandon(`it ${does} ${what}`, { what });
    };
    const stand = new Proxy(object, {
      set: (target, name, value) =>
        name === "exitCode" ? Reflect.set(target, name, value) : pinned("sets", name),
      defineProperty: (_, name) => pinned("sets", name),
      deleteProperty: (_, name) => pinned("deletes", name),
      get: (target, name) =>
        typeof name === "symbol" || name in target ? Reflect.get(target, name) : pinned("uses", name),
      has: (target, name) => name in target || name in realProcess,
      ownKeys: () => pinned("lists the parts of"),
    });
    return { process: stand, parts: object };
  }

  #pinned(name: string): (...args: unknown[]) => never {
    const abandon = () => this.#abandon(`it calls ${name}, which means the device's own`, { what: name });
    // Some are classes: it must be possible to construct it.
    const fn = function (): never {
      return abandon();
    };
    defineProperty(fn, "name", { value: splitText(name, ".").at(-1) });
    return fn;
  }

  #need(): SessionStart {
    return this.#session ?? this.#abandon("no session has started");
  }
}

const dateNow = Date.now;
const sinceStart = performance.now.bind(performance);

function nanoseconds(): bigint {
  return BigInt(Math.round(performance.now() * 1e6));
}

/** Seconds and nanoseconds, since `before` if that is told. */
function hrtime(before?: readonly [number, number]): [number, number] {
  const since = before === undefined ? 0n : BigInt(before[0]) * 1_000_000_000n + BigInt(before[1]);
  const passed = nanoseconds() - since;
  return [Number(passed / 1_000_000_000n), Number(passed % 1_000_000_000n)];
}

const realProcess = process;

function define(target: object, name: string, value: unknown): void {
  const descriptor = getOwnPropertyDescriptor(target, name);
  if (descriptor?.configurable === false && descriptor.writable !== true) return;
  mustDefine(target, name, {
    value,
    writable: true,
    configurable: true,
    enumerable: descriptor?.enumerable ?? true,
  });
}

function inheritedDescriptor(target: object, name: string): PropertyDescriptor | undefined {
  for (let at: object | null = target; at !== null; at = getPrototypeOf(at)) {
    const own = getOwnPropertyDescriptor(at, name);
    if (own !== undefined) return own;
  }
  return undefined;
}

function getter(target: object, name: string, get: () => unknown): void {
  mustDefine(target, name, { get, configurable: true, enumerable: true });
}
