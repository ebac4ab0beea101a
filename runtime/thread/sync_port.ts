/**
 * The main thread's end of its channel to the supervisor: asks and waits with the whole isolate stopped, or asks and goes on.
 *
 * Three named pipes: `up` carries all that this end says, `down` the answers that are waited for at once, `late` those
 * of a thread that is away while others of its program go on. A supervisor that is gone closes its ends: every request
 * then has the answer undefined, so that the app goes on without it. The supervisor's end is `app_link.ts`.
 *
 * What the app patches is never called: the engine's serialiser runs no code of it, and nothing is looked up later.
 */
import type { AppFacts } from "./app_facts.ts";
import { ownLength, typedArrayLength, uncurry } from "./intrinsics.ts";
import {
  type AppAnswer,
  engineSerializer,
  HEADER_BYTES,
  messageParts,
  READ_BYTES,
  sizesOf,
} from "./link_frames.ts";
import { Parcel, PARCEL_BYTES } from "./parcel.ts";

const { serialize, deserialize } = engineSerializer();
type Into = (file: Deno.FsFile, bytes: Uint8Array) => number | null;
const readSync = uncurry(Deno.FsFile.prototype.readSync) as Into;
const readLater = uncurry(Deno.FsFile.prototype.read) as unknown as (
  ...given: Parameters<Into>
) => Promise<number | null>;
const writeSync = uncurry(Deno.FsFile.prototype.writeSync) as Into;
const part = uncurry(Uint8Array.prototype.subarray) as (
  bytes: Uint8Array,
  from: number,
  to: number,
) => Uint8Array;
const put = uncurry(Uint8Array.prototype.set) as (into: Uint8Array, bytes: Uint8Array, at: number) => void;
const Bytes = Uint8Array;
const PromiseCtor = Promise;
const { min } = Math;

export class SyncPort {
  /** Where the pipes are. */
  readonly folder: string;
  readonly #files: readonly Deno.FsFile[];
  readonly #up: Deno.FsFile;
  readonly #down: Inlet;
  readonly #late: Inlet;
  readonly #parcel: Parcel;
  readonly #facts: AppFacts;
  #next = 1;
  #failed = false;
  #listening = false;
  /** Ids whose answers come late. */
  readonly #away: number[] = [];
  readonly #pending: { readonly id: number; readonly resolve: (value: unknown) => void }[] = [];
  readonly #early: { readonly id: number; readonly value: unknown }[] = [];

  private constructor(
    folder: string,
    { up, down, late }: Record<"up" | "down" | "late", Deno.FsFile>,
    facts: AppFacts,
  ) {
    this.folder = folder;
    this.#files = [up, down, late];
    this.#up = up;
    this.#down = new Inlet(down);
    this.#late = new Inlet(late);
    this.#parcel = new Parcel(folder, { create: false });
    this.#facts = facts;
  }

  /** Opens this end of the pipes in a folder. @throws if they aren't there, or may not be opened. */
  static open(folder: string, facts: AppFacts): SyncPort {
    const end = (name: string) =>
      Deno.openSync(`${folder}/${name}`, { read: name !== "up", write: name === "up" });
    return new SyncPort(folder, { up: end("up"), down: end("down"), late: end("late") }, facts);
  }

  /** Lets go of the pipes; nobody may be waiting. */
  close(): void {
    this.#failed = true;
    for (const file of this.#files) file.close();
    this.#parcel.close();
  }

  /** Asks and waits; undefined if the supervisor is gone. Nothing else runs in this isolate meanwhile. */
  request(message: Record<string, unknown>): any {
    return this.wait(this.post(message));
  }

  /** Asks about bytes, and waits for an answer with bytes, its `packet`; undefined if the supervisor is gone. */
  exchange(message: Record<string, unknown>, bytes: Uint8Array): any {
    const inParcel = typedArrayLength(bytes) >= PARCEL_BYTES && this.#parcel.put(bytes);
    return this.wait(
      this.post({ ...message, parcel: inParcel ? typedArrayLength(bytes) : 0 }, inParcel ? [] : [bytes]),
    );
  }

  /** Waits for the answer to what was posted; undefined if the supervisor is gone. */
  wait(id: number): any {
    const inlet = this.#isLate(id) ? this.#late : this.#down;
    while (true) {
      const early = indexOf(this.#early, id);
      if (early >= 0) return takeAt(this.#early, early).value;
      if (this.#failed) return undefined;
      this.#keep(inlet.receive());
    }
  }

  /** Goes on until the answer is there; undefined if the supervisor is gone. The process stays alive until then. */
  arrival(id: number): Promise<any> {
    this.#isLate(id);
    return new PromiseCtor((resolve) => {
      if (this.#failed) return resolve(undefined);
      this.#pending[this.#pending.length] = { id, resolve };
      if (!this.#listening) this.#listen();
    });
  }

  /** Tells without waiting for an answer. */
  tell(message: Record<string, unknown>): void {
    this.#send({ ...message, id: 0 });
  }

  /**
   * Asks, for an answer that is to be waited for. `packet` comes in pieces; `late`: the answer is waited for as an arrival,
   * while others of the program go on.
   */
  post(message: Record<string, unknown>, packet: readonly Uint8Array[] = [], late: boolean = false): number {
    const id = this.#next++;
    if (late) this.#away[this.#away.length] = id;
    this.#send({ ...message, id, lane: late ? "late" : "down" }, packet);
    return id;
  }

  /** Whether the answer comes late; asked once. */
  #isLate(id: number): boolean {
    for (let i = 0; i < this.#away.length; i++) {
      if (this.#away[i] === id) return takeAt(this.#away, i) === id;
    }
    return false;
  }

  #send(message: Record<string, unknown>, packet: readonly Uint8Array[] = []): void {
    if (this.#failed) return;
    const parts = messageParts(serialize(message), packet);
    try {
      for (let i = 0; i < parts.length; i++) writeAll(this.#up, parts[i]!);
    } catch {
      this.#fail();
    }
  }

  async #listen(): Promise<void> {
    this.#listening = true;
    while (this.#pending.length > 0) {
      const some = await this.#late.arrived();
      this.#keep(some ? this.#late.receive() : undefined);
    }
    this.#listening = false;
  }

  #keep(received: Received | undefined): void {
    if (received === undefined) return this.#fail();
    const { id, value: said, question, parcel } = deserialize(received.head) as AppAnswer;
    if (question !== undefined) {
      return this.#send({ op: "answered", id: 0, question: id, value: this.#facts.answer(question) });
    }
    const packet = parcel === undefined ? received.packet : this.#parcel.take(parcel);
    const value = packet === undefined ? said : { ...(said as object), packet };
    const place = indexOf(this.#pending, id);
    if (place >= 0) takeAt(this.#pending, place).resolve(value);
    else this.#early[this.#early.length] = { id, value };
  }

  #fail(): void {
    this.#failed = true;
    while (this.#pending.length > 0) takeAt(this.#pending, 0).resolve(undefined);
  }
}

/** One message, taken apart but not read. */
interface Received {
  readonly head: Uint8Array;
  readonly packet: Uint8Array | undefined;
}

/** Takes messages from a pipe. */
class Inlet {
  readonly #file: Deno.FsFile;
  readonly #buffer = ownLength(new Bytes(READ_BYTES));
  #at = 0;
  #end = 0;

  constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  /** Waits, while others go on, until a message begins to arrive; false if none will. */
  async arrived(): Promise<boolean> {
    if (this.#at < this.#end) return true;
    const count = await readLater(this.#file, this.#buffer);
    this.#at = 0;
    this.#end = count ?? 0;
    return this.#end > 0;
  }

  /** The next message; undefined if none will come any more. */
  receive(): Received | undefined {
    const header = this.#exactly(HEADER_BYTES);
    if (header === undefined) return undefined;
    const { headBytes, packetBytes } = sizesOf(header);
    const head = this.#exactly(headBytes);
    const packet = packetBytes === 0 ? undefined : this.#exactly(packetBytes);
    return head === undefined || packetBytes > 0 && packet === undefined ? undefined : { head, packet };
  }

  /** So many bytes, in memory of their own. */
  #exactly(bytes: number): Uint8Array | undefined {
    const out = new Bytes(bytes);
    let filled = 0;
    while (filled < bytes) {
      if (this.#at === this.#end) {
        const rest = part(out, filled, bytes);
        // What is large goes where it belongs at once.
        const direct = typedArrayLength(rest) >= READ_BYTES;
        const count = readSync(this.#file, direct ? ownLength(rest) : this.#buffer);
        if (count === null || count === 0) return undefined;
        if (direct) filled += count;
        else {
          this.#at = 0;
          this.#end = count;
        }
      } else {
        const count = min(this.#end - this.#at, bytes - filled);
        put(out, part(this.#buffer, this.#at, this.#at + count), filled);
        this.#at += count;
        filled += count;
      }
    }
    return out;
  }
}

function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let at = 0; at < typedArrayLength(bytes);) {
    at += writeSync(file, part(bytes, at, typedArrayLength(bytes)))!;
  }
}

function indexOf(items: readonly { readonly id: number }[], id: number): number {
  for (let i = 0; i < items.length; i++) if (items[i]!.id === id) return i;
  return -1;
}

/** Takes an item out of a list. */
function takeAt<T>(items: T[], place: number): T {
  const item = items[place]!;
  for (let i = place + 1; i < items.length; i++) items[i - 1] = items[i]!;
  items.length--;
  return item;
}
