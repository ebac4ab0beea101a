/**
 * What device and guest say to each other (frame kinds ≥ 16), and what an app's thread asks of its supervisor. A session frame's payload is `u32 BE length of the JSON | JSON | bytes`.
 */
import type { ByteSummary } from "../heap/mod.ts";
import type { FileChanges } from "../host/file_changes.ts";
import type { FileOwner } from "../host/file_tree_types.ts";
import type { MemoryNote } from "./clone_memory.ts";
import type { CodeRequest } from "./code_shipper.ts";
import type { Conditions } from "./conditions.ts";
import type { SessionRequest } from "./session_control.ts";
import type { StageStop } from "./stages.ts";
import type { SourceKind } from "../watch/source_kind.ts";

const { stringify } = JSON;
const { isArray } = Array;
const { create, keys } = Object;

/** Device → guest, first: {@linkcode SessionStart}. */
export const START = 16;
/** Device → guest: {@linkcode MigrateHead} and the packet. */
export const MIGRATE = 17;
/** Guest → device: {@linkcode ReturnHead} and the packet. */
export const RETURN = 18;
/** Guest → device: {@linkcode GuestRequest}; the guest's only thread waits for the {@linkcode REPLY}. */
export const REQUEST = 19;
/** Device → guest. */
export const REPLY = 20;
/** Guest → device: ready for {@linkcode MIGRATE}. */
export const READY = 21;
/** Guest → device: how far a migration is ({@linkcode StageHead}). */
export const STAGE = 22;

/** What a guest must know of the app process that it stands for. */
export interface SessionStart {
  readonly sessionVersion: number;
  readonly mainModule: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly noColor: boolean;
  /** Which of stdin, stdout and stderr are terminals. */
  readonly terminal: readonly [boolean, boolean, boolean];
  readonly timeZone: string;
  readonly locale: string;
  /** Milliseconds since the epoch on the device, when this was sent. */
  readonly nowMs: number;
  /** Where temporary files go. */
  readonly temporary: string;
  /** Whose files new ones are. */
  readonly owner: FileOwner;
  /** The path of the app's Deno. */
  readonly execPath: string;
  /** Logical processors. */
  readonly processors: number;
  readonly build: Readonly<Record<string, unknown>>;
  /** Whether the guest asks to go on at each stage. */
  readonly stepping: boolean;
  /** Whether it tells when it resumes a thread; a device that doesn't say wants to know. */
  readonly observed?: boolean;
}

/** A module's code; travels as JSON, by its hash. */
export interface ModuleCode {
  readonly url: string;
  /** JSON of its ModuleTable. */
  readonly table: string;
  /** Guest form. */
  readonly text: string;
  readonly isModule: boolean;
  /** `[offset in text, offset in source, length]` triples, flat. */
  readonly chunks: readonly number[];
}

/** One module as a message names it. */
export interface NamedModule {
  readonly key: string;
  /** Of its {@linkcode ModuleCode}. */
  readonly hash: string;
  /** Where its imports lead. */
  readonly links: Readonly<
    Record<
      string,
      { readonly kind: "module" | "builtin" | "values"; readonly key: string; readonly url: string }
    >
  >;
  readonly isMain: boolean;
  /** Of a function made of texts: how stack traces say where it was made. */
  readonly origin?: string;
}

/** One module as a guest needs it. */
export type ShippedModule = NamedModule & ModuleCode;

/** Text that makes closures or classes of one site; see the rewriter's forms. */
export interface ShippedMaker {
  readonly text: string;
  /** As for {@linkcode ShippedModule}. */
  readonly chunks: readonly number[];
}

/** Code that comes with a packet: only what the other side lacks. */
export interface ShippedCode {
  readonly modules: readonly NamedModule[];
  /** Hashes of makers by site, in JSON, by module key. */
  readonly makers: Readonly<Record<string, string>>;
  /** Export names of pseudo modules, by key, in index order. */
  readonly values: Readonly<Record<string, { readonly url: string; readonly names: readonly string[] }>>;
  /** Names of global bindings, in index order. */
  readonly globals: readonly string[];
}

/** What whoever called a method may do before the method's promise is settled. */
export interface Caller {
  /** It does nothing before it awaits that, nor does anybody below it. */
  readonly awaits: boolean;
  /** Nobody can change what was captured. */
  readonly changesNothing: boolean;
}

/** How reasons start that go for calls only that aren't awaited at once. */
export const NOT_AWAITED = "its call is not awaited at once";

export interface MigrateHead {
  readonly id: number;
  readonly method: string;
  readonly isAsync: boolean;
  /** Left out where it can be asked for, should the method return a promise: looking at the callers takes its time. */
  readonly caller?: Caller;
  readonly nowMs: number;
  /** Milliseconds since the app's process started, and its id. */
  readonly sinceStartMs: number;
  readonly pid: number;
  /** What the app would exit with so far. */
  readonly exitCode: number;
  /** What the app may do with all files. */
  readonly permits: { readonly read: boolean; readonly write: boolean };
  /** What the app has of Deno's unstable parts, if any. */
  readonly unstable?: readonly string[];
  /** The device's stack below the method, as lines `    at …`, if it isn't to be asked for; how many lines a stack has. */
  readonly stack: { readonly below?: readonly string[]; readonly limit: number };
  readonly code: ShippedCode;
  /** Hashes of what the packet consists of; then none follows. */
  readonly chunks?: readonly string[];
}

/**
 * When a promise was settled, from the return on: after so many rounds of microtasks; when no more of them waited, as a tick; or in a
 * later turn of the event loop.
 */
export type Settled = number | "tick" | "turn";

/** Something migrated code did to the world: held back, done on the device with the merge, in order. */
export type Effect =
  | { readonly type: "print"; readonly fd: 1 | 2; readonly text: string }
  | { readonly type: "write"; readonly fd: 1 | 2; readonly base64: string }
  /** A call of `console`, with what it formats as text: the device's console has its own groups, counters and timers. */
  | { readonly type: "console"; readonly call: string; readonly args: readonly string[] }
  | { readonly type: "exit code"; readonly code: number };

export type ReturnHead =
  | {
    readonly id: number;
    readonly ok: true;
    readonly outcome: "return" | "throw";
    /** The method returned a promise, and this is what became of that. */
    readonly settled?: Settled;
    readonly effects: readonly Effect[];
    /** Folders whose attributes it saw: checked again before the merge. */
    readonly observed: readonly string[];
    /** Files whose bytes it read, in that order. */
    readonly read: readonly string[];
    /** What it did to files; their bytes follow the packet. */
    readonly files?: { readonly changes: FileChanges; readonly bytes: number };
    readonly globals: readonly string[];
    /**
     * `run` is the method's own work: what it waited for the device meanwhile is `waited`. `cpu`: of that what a processor spent on
     * it; the rest is other work of the clone's machine.
     */
    readonly ms: {
      readonly accept: number;
      readonly run: number;
      readonly cpu: number;
      readonly waited: number;
      readonly capture: number;
    };
  }
  | { readonly id: number; readonly ok: false; readonly reason: string; readonly path?: string };

/** What migrated code came to that nothing foresaw, so that it had to be run on the device after all. */
export interface Miss {
  /** The host API that means the device (`Deno.Command`), or the state that couldn't travel. */
  readonly what: string;
  /** Methods from the one that migrated to the one whose code it was. */
  readonly through: readonly string[];
}

/** Device's supervisor → the app's thread: how a migration that was handed over ended. */
export interface MigrationReply {
  readonly ok: boolean;
  readonly head?: ReturnHead;
  readonly packet?: Uint8Array;
  readonly reason?: string;
  readonly miss?: Miss;
  readonly bytesUp?: number;
  readonly bytesDown?: number;
  /** Milliseconds between handing over and having the answer. */
  readonly awayMs?: number;
  readonly framesAsked?: boolean;
  readonly faults?: number;
  readonly fileBytes?: number;
  readonly fileBytesRead?: number;
  readonly fileBytesSent?: number;
  readonly made?: readonly MadeModule[];
}

/** A function that a clone has made of texts: the module that stands for it. */
export interface MadeModule {
  readonly url: string;
  readonly key: string;
  /** Returns the function. */
  readonly script: string;
}

/** What a guest needs to make it. */
export interface MadeForGuest extends Omit<MadeModule, "script"> {
  /** A {@linkcode ModuleCode}, in JSON. */
  readonly code: string;
  /** {@linkcode ShippedMaker}s by site, in JSON. */
  readonly makers: string;
}

/** What a guest asks its device while its thread waits. */
export type GuestRequest =
  | { readonly op: "abandon"; readonly reason: string; readonly path?: string; readonly miss?: Miss }
  | { readonly op: "position"; readonly key: string; readonly offset: number }
  | { readonly op: "source"; readonly key: string }
  | {
    readonly op: "file";
    readonly call: string;
    readonly path: string;
    readonly options?: unknown;
    /** It goes on meanwhile; the answer has this number. */
    readonly aside?: number;
  }
  /** A function is made of texts: the answer is a {@linkcode MadeForGuest}, or null. */
  | { readonly op: "make"; readonly script: string }
  /** The device's stack below the method, as lines `    at …`. */
  | { readonly op: "frames" }
  /** The method has returned a promise: the answer is its {@linkcode Caller}. */
  | { readonly op: "caller" }
  /** A variable of the app's environment, or all of them. */
  | { readonly op: "env"; readonly name?: string }
  /** One of `MACHINE_FACTS`. */
  | { readonly op: "machine"; readonly name: string }
  /** A {@linkcode StageStop}'s part that the guest knows; answered when the person goes on. */
  | ({ readonly op: "stage" } & Omit<StageStop, "thread" | "method">);

export interface GuestReply {
  readonly ok: boolean;
  readonly error?: { readonly name: string; readonly message: string; readonly code?: string };
  readonly value?: unknown;
  /** Hashes of what the bytes are, one after the other; then none follow. */
  readonly chunks?: readonly string[];
  /**
   * Files that are likely to be read next, and what their bytes are called: the clone's store has them, or will. Else they follow
   * those that were asked for, in this order. `value` tells what lies on the way to them.
   */
  readonly ahead?: readonly {
    readonly path: string;
    readonly bytes: number;
    readonly chunks?: readonly string[];
  }[];
  /** There is more to be had ahead, this file first. */
  readonly next?: string;
  /** Answers what was asked aside, by its number. */
  readonly aside?: number;
}

/** What the supervisor tells an app process when it starts. */
export interface AppConfig {
  /** Methods with a migration point. */
  readonly methods: readonly string[];
  /** Methods that migrate whatever the decision says. */
  readonly forced: readonly string[];
  readonly instrument: "partition" | "all" | "none";
  /** Somebody reads the events. */
  readonly trace: boolean;
  /** Permissions that only the runtime needs: given back before the app runs. */
  readonly revoke: readonly Deno.PermissionDescriptor[];
  readonly session: SessionRequest | undefined;
  readonly roots: readonly string[];
  /** Sample the main thread's time by method. */
  readonly profile: boolean;
  /** What a guest must know of this process. */
  readonly start: Omit<SessionStart, "nowMs" | "stepping" | "observed">;
  /** Whether threads stop at each stage of a migration until the supervisor lets them go on. */
  readonly stepping: boolean;
  /** Serialised decision model; see the run command. */
  readonly model: unknown;
}

/** One line of `--trace`. Times in milliseconds. */
export interface TraceEvent {
  readonly event:
    | "decide"
    | "capture"
    | "ship"
    | "resume"
    | "fault"
    | "return"
    | "merge"
    | "abandon"
    | "local";
  readonly thread: string;
  readonly method: string;
  readonly reason?: string;
  readonly bytes?: number;
  readonly objects?: number;
  readonly ms?: number;
  /** Of `capture`: what most of its bytes are. */
  readonly from?: ByteSummary;
  /** Of `local`: what can't travel, where it is, and what to change. */
  readonly refused?: { readonly path: string; readonly what: string; readonly fix: string };
  readonly [more: string]: unknown;
}

/** What the supervisor does for an app's thread, and for its sessions. */
export type SupervisorRequest =
  | { readonly op: "config" }
  /** Makes pipes for one more thread, a Worker: the answer is their folder, or null if there are too many. */
  | { readonly op: "worker" }
  /** A module as it was loaded; its source, in UTF-8, is the packet of the message, and the rewritten text that of the answer. */
  | { readonly op: "rewrite"; readonly url: string; readonly kind: SourceKind | "made" }
  /** A script that returns a function, for a guest: the answer is a {@linkcode MadeForGuest}, or null. */
  | { readonly op: "make"; readonly script: string }
  /** Modules that were imported and loaded, but not through the hook; or were started in a Worker, which has none. */
  | { readonly op: "bypassed"; readonly urls: readonly string[]; readonly reason?: string }
  /** A module that runs as it is. */
  | { readonly op: "note"; readonly url: string; readonly source: string; readonly kind: SourceKind }
  /** The first module's table, and those of the next ones: null where one would have to be made, and only so many. In JSON. */
  | { readonly op: "tables"; readonly keys: readonly string[] }
  | { readonly op: "guest"; readonly key: string; readonly uninitialised: readonly string[] }
  | {
    readonly op: "makers";
    readonly key: string;
    readonly sites: readonly number[];
    readonly place: "guest" | "device";
    readonly uninitialised: readonly string[];
  }
  /** Hashes of what these requests are answered with, if an earlier run left them, else null; `names` are kept for later runs. */
  | {
    readonly op: "code names";
    readonly requests: readonly CodeRequest[];
    readonly names?: readonly string[];
  }
  /** Hashes of what is in those of these files that were sent to a clone ahead, by path. */
  | { readonly op: "sent"; readonly clone: string; readonly paths: readonly string[] }
  /** What the clones of an app's last runs were sent; `note` is kept for the next one. */
  | { readonly op: "memory"; readonly app: string; readonly note?: MemoryNote }
  | { readonly op: "position"; readonly key: string; readonly offset: number }
  /** The text that ranges of sites refer to. */
  | { readonly op: "source"; readonly key: string }
  /** A static import can't be had, and nothing of the app has run. Answered with true if it is run again without the runtime. */
  | { readonly op: "lost" }
  /** The app's static modules are loaded, none has run: an answer other than null stops the app. */
  | { readonly op: "loaded" }
  | { readonly op: "events"; readonly events: readonly TraceEvent[] }
  /** A thread stands at a stage; it goes on with the answer. */
  | { readonly op: "stage"; readonly stop: StageStop }
  | { readonly op: "conditions"; readonly conditions: Conditions; readonly peer: string }
  /** No session was opened, for this reason. */
  | { readonly op: "refused"; readonly reason: string }
  | { readonly op: "report"; readonly report: unknown }
  /** Changes files, to the bytes given; the answer says why it couldn't, or is null. They can be undone until they are kept. */
  | { readonly op: "land"; readonly changes: FileChanges; readonly bytes: Uint8Array }
  | { readonly op: "landed"; readonly keep: boolean };

/** Joins a JSON head and bytes into one payload. */
export function packPayload(head: unknown, bytes: Uint8Array = new Uint8Array()): Uint8Array[] {
  const json = new TextEncoder().encode(stringify(withoutMethods(head)));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, json.length);
  return [length, json, bytes];
}

/** A copy that inherits nothing: a program's `toJSON` on the language's prototypes has no say in our messages. */
function withoutMethods(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const copy: any = isArray(value) ? [] : create(null);
  if (isArray(value)) copy.toJSON = undefined;
  const names = keys(value);
  for (let i = 0; i < names.length; i++) copy[names[i]!] = withoutMethods((value as any)[names[i]!]);
  return copy;
}

/** Takes a payload apart. @throws {RangeError} or {SyntaxError} if it isn't one, or if its head is longer than allowed. */
export function unpackPayload(
  payload: Uint8Array,
  maxHeadBytes = Infinity,
): { head: unknown; bytes: Uint8Array } {
  if (payload.length < 4) throw new RangeError("Cannot read message: it is shorter than its header");
  const length = new DataView(payload.buffer, payload.byteOffset).getUint32(0);
  if (length > payload.length - 4) throw new RangeError("Cannot read message: its head is longer than it");
  if (length > maxHeadBytes) throw new RangeError(`Cannot read message: its head has ${length} bytes`);
  const head = JSON.parse(new TextDecoder().decode(payload.subarray(4, 4 + length)));
  return { head, bytes: payload.subarray(4 + length) };
}
