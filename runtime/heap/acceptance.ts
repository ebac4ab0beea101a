/**
 * Makes a packet live, in an order that keeps the device's heap safe:
 *
 * 1. Texts, shapes and shells are read; new nodes are made. Nothing that exists refers to them, so some are filled as
 *    they are read.
 * 2. All contents, ranges and roots are read and every change of an existing node is checked. Any fault throws
 *    {@linkcode PacketError} with nothing changed.
 * 3. Only then contents are filled in.
 */
import type { BufferContent } from "./kinds/buffer.ts";
import type { SessionState } from "./session_state.ts";
import { readPatch } from "./byte_patch.ts";
import { BLOB_BYTES, CARRIES_PRIVATES } from "./constants.ts";
import type { CidRun } from "./capture.ts";
import type { Inlet } from "./inlet.ts";
import { checkPlaces, fillPlaces, readPlaces } from "./iterator_place.ts";
import { FILLED } from "./kinds/kind.ts";
import { KINDS } from "./kinds/table.ts";
import { KIND } from "./node.ts";
import { Offsets } from "./offsets.ts";
import { newUint8Array, SafeMap, SafeSet, typedArrayLength } from "./intrinsics.ts";
import { PacketError } from "./packet_error.ts";

const NOTHING: readonly number[] = [];

/** What a packet turned out to hold. */
export interface Accepted {
  readonly roots: readonly unknown[];
  /** Indexes of existing nodes that it changes. */
  readonly changed: readonly number[];
  /** Indexes of existing nodes that it names. */
  readonly named: readonly number[];
  readonly cidRuns: readonly CidRun[];
}

/** A new node whose turn comes once all that it needs is live. */
interface Waiting {
  readonly index: number;
  /** MIDs. */
  readonly needs: readonly number[];
  /** How many of them, from the first on, are live already. */
  live: number;
}

export class Acceptance {
  readonly #inlet: Inlet;
  readonly #shells: unknown[] = [];
  /** By new node, MIDs of the classes whose private names it carries; others are their kind's `create`'s. */
  readonly #owners = new SafeMap<number, readonly number[]>();
  /** New nodes whose contents aren't filled in yet, by number, and those contents. */
  readonly #open: number[] = [];
  readonly #contents: unknown[] = [];
  readonly #changedContents: unknown[] = [];
  readonly #changed: number[] = [];
  /** Byte positions where new contents end, and where changed ones start. */
  readonly #ends = new Offsets();
  #firstStart = 0;
  readonly #changeStarts: number[] = [];
  /** Those of the last changed nodes that came as patches, each behind a zero. */
  readonly #patched: Uint8Array[] = [];
  /** By new node, whether it waits for others, once one does. */
  #waiting: Uint8Array | undefined;

  constructor(inlet: Inlet) {
    this.#inlet = inlet;
  }

  /** @throws {PacketError} */
  run(): Accepted {
    try {
      const accepted = this.#read();
      this.#check();
      this.#fill();
      fillPlaces(this.#inlet);
      this.#keep();
      return accepted;
    } catch (cause) {
      const { undo } = this.#inlet;
      for (let i = undo.length - 1; i >= 0; i--) undo[i]!();
      if (cause instanceof PacketError) throw cause;
      throw new PacketError("it doesn't fit", { cause });
    }
  }

  #read(): Accepted {
    const inlet = this.#inlet;
    const { state } = inlet;
    if (inlet.mid() !== state.origin + state.size) throw new PacketError("it starts at another id");
    const cidRuns = this.#readRuns();
    for (let i = 0, count = inlet.count(); i < count; i++) state.texts.add(inlet.string());
    for (let i = 0, count = inlet.count(); i < count; i++) inlet.readShape();
    readPlaces(inlet);
    this.#readShells();
    for (let i = 0; i < this.#shells.length; i++) {
      if (state.kinds[inlet.firstNew + i] === KIND.class) this.#make(inlet.firstNew + i);
    }
    for (let i = 0; i < this.#shells.length; i++) this.#make(inlet.firstNew + i);
    inlet.defineShapes();
    this.#readContents();
    this.#readChanges();
    const named = this.#readRanges();
    const roots: unknown[] = [];
    for (let i = 0, count = inlet.count(); i < count; i++) roots[i] = inlet.value();
    if (inlet.left !== 0 || inlet.blobsLeft !== 0) throw new PacketError("something follows it");
    return { roots, changed: this.#changed, named, cidRuns };
  }

  #readRuns(): CidRun[] {
    const inlet = this.#inlet;
    const runs: CidRun[] = [];
    for (let i = 0, count = inlet.count(); i < count; i++) {
      runs[i] = { first: inlet.varint(), count: inlet.varint(), cid: inlet.varint() };
    }
    return runs;
  }

  #readShells(): void {
    const inlet = this.#inlet;
    const count = inlet.count();
    if (count > inlet.limits.maxObjects) throw new PacketError("it has too many objects");
    inlet.state.reserve(count);
    for (let i = 0; i < count; i++) {
      const byte = inlet.byte();
      const number = byte & ~CARRIES_PRIVATES;
      if (byte !== number) this.#owners.set(i, inlet.mids());
      const kind = KINDS[number];
      if (kind === undefined) throw new PacketError("an object is of no known kind");
      inlet.state.announce(number, undefined);
      this.#shells[i] = kind.readShell(inlet);
    }
  }

  /** Makes a node and first what it needs, without recursion: chains can be a million long. */
  #make(index: number): void {
    // Most need nothing that isn't there.
    if (this.#inlet.state.nodes[index] !== undefined || this.#createIfReady(index)) return;
    const stack = [this.#wait(index)];
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const need = this.#missing(top);
      if (need === undefined) {
        this.#create(top.index);
        stack.length--;
      } else if (!this.#createIfReady(need)) stack[stack.length] = this.#wait(need);
    }
  }

  /** Makes a node that has all that it needs. */
  #createIfReady(index: number): boolean {
    const { state, firstNew } = this.#inlet;
    if (this.#owners.size > 0 && this.#owners.has(index - firstNew)) return false;
    const needs = KINDS[state.kinds[index]!]!.needs?.(this.#shells[index - firstNew]);
    if (needs !== undefined) {
      for (let i = 0; i < needs.length; i++) {
        if (needs[i] !== 0 && state.nodes[needs[i]! - state.origin] === undefined) return false;
      }
    }
    this.#create(index);
    return true;
  }

  #wait(index: number): Waiting {
    const { firstNew } = this.#inlet;
    this.#waiting ??= new newUint8Array(this.#shells.length);
    this.#waiting[index - firstNew] = 1;
    return { index, needs: this.#needsOf(index), live: 0 };
  }

  /** Index of something that must be live before this node and isn't. Goes on where it stopped the last time. */
  #missing(waiting: Waiting): number | undefined {
    const { needs } = waiting;
    for (; waiting.live < needs.length; waiting.live++) {
      const need = this.#unmade(needs[waiting.live]!);
      if (need !== undefined) return need;
    }
    return undefined;
  }

  #needsOf(index: number): readonly number[] {
    const nth = index - this.#inlet.firstNew;
    const owners = this.#owners.get(nth);
    const needs = KINDS[this.#inlet.state.kinds[index]!]!.needs?.(this.#shells[nth]) ?? NOTHING;
    if (owners === undefined) return needs;
    const all: number[] = [];
    for (let i = 0; i < owners.length; i++) all[i] = owners[i]!;
    for (let i = 0; i < needs.length; i++) all[owners.length + i] = needs[i]!;
    return all;
  }

  /** Index of a node that isn't live yet, by its MID; undefined if it is. */
  #unmade(mid: number): number | undefined {
    const { state, firstNew } = this.#inlet;
    const index = mid - state.origin;
    if (mid === 0 || (state.nodes[index] ?? state.builtin(index)) !== undefined) return undefined;
    if (!(index >= firstNew && index < state.size)) throw new PacketError(`no live object has id ${mid}`);
    if (this.#waiting?.[index - firstNew] === 1) throw new PacketError("an object needs itself");
    return index;
  }

  #create(index: number): void {
    const inlet = this.#inlet;
    const kind = inlet.state.kinds[index]!;
    const nth = index - inlet.firstNew;
    const owners = this.#owners.size === 0 ? undefined : this.#owners.get(nth);
    const node = owners === undefined
      ? KINDS[kind]!.create(this.#shells[nth], inlet)
      : this.#createWithPrivates(nth, owners);
    inlet.bind(inlet.state.origin + index, node, kind);
  }

  #createWithPrivates(nth: number, owners: readonly number[]): object {
    const inlet = this.#inlet;
    const kind = KINDS[inlet.state.kinds[inlet.firstNew + nth]!]!;
    return inlet.code.createWithPrivates(this.#classes(owners), () => kind.create(this.#shells[nth], inlet));
  }

  #classes(mids: readonly number[]): Function[] {
    const classes: Function[] = [];
    for (let i = 0; i < mids.length; i++) classes[i] = this.#inlet.liveClass(mids[i]!);
    return classes;
  }

  #readContents(): void {
    const inlet = this.#inlet;
    this.#firstStart = inlet.at;
    for (let i = 0; i < this.#shells.length; i++) {
      const index = inlet.firstNew + i;
      const kind = KINDS[inlet.state.kinds[index]!]!;
      const ownMake = this.#owners.size === 0 || !this.#owners.has(i);
      const content = ownMake && kind.readInto !== undefined
        ? kind.readInto(inlet.state.nodes[index], this.#shells[i], inlet)
        : kind.readContent(inlet);
      this.#ends.push(inlet.at);
      if (content === FILLED) continue;
      this.#open[this.#open.length] = index;
      this.#contents[this.#contents.length] = content;
    }
  }

  #readChanges(): void {
    const inlet = this.#inlet;
    const { state } = inlet;
    for (let i = 0, count = inlet.count(); i < count; i++) this.#changed[i] = this.#changedIndex();
    for (let i = 0; i < this.#changed.length; i++) {
      this.#changeStarts[i] = inlet.at;
      inlet.changing = this.#changed[i]!;
      this.#changedContents[i] = KINDS[state.kinds[this.#changed[i]!]!]!.readContent(inlet);
    }
    this.#changeStarts[this.#changed.length] = inlet.at;
    this.#readPatches();
    inlet.changing = undefined;
    for (let i = 0, count = inlet.count(); i < count; i++) {
      const node = inlet.live(inlet.mid());
      inlet.tails.set(node, inlet.varint());
    }
  }

  #changedIndex(): number {
    const inlet = this.#inlet;
    const mid = inlet.mid();
    inlet.live(mid);
    const index = mid - inlet.state.origin;
    if (index >= inlet.firstNew) throw new PacketError("it changes an object that it makes");
    return index;
  }

  /** Each makes at most its record of before and its own bytes, and no record has two: so all are bounded. */
  #readPatches(): void {
    const inlet = this.#inlet;
    const { kept, kinds } = inlet.state;
    const seen = new SafeSet<number>();
    for (let i = 0, count = inlet.count(); i < count; i++) {
      const index = inlet.changing = this.#changedIndex();
      const to = kept.end(index);
      if (to === 0 || seen.has(index)) throw new PacketError("a record changed that isn't there");
      seen.add(index);
      const record = readPatch(inlet, { bytes: kept.bytesOf(index), from: kept.start(index), to }, 1);
      this.#patched[i] = record;
      const nth = this.#changed.length;
      this.#changed[nth] = index;
      this.#changedContents[nth] = inlet.within(record, 1, () => KINDS[kinds[index]!]!.readContent(inlet));
    }
  }

  #readRanges(): number[] {
    const inlet = this.#inlet;
    const named: number[] = [];
    let at = 0;
    for (let i = 0, count = inlet.count(); i < count; i++) {
      at += inlet.varint();
      const end = at + inlet.varint();
      if (end > inlet.firstNew) throw new PacketError("it names objects that never were");
      for (; at < end; at++) named[named.length] = at;
    }
    for (let i = 0; i < named.length; i++) inlet.live(inlet.state.origin + named[i]!);
    return named;
  }

  #keepBlobs(): void {
    const { state } = this.#inlet;
    for (let i = 0; i < this.#open.length; i++) {
      const index = this.#open[i]!;
      if (state.kinds[index] === KIND.buffer) keepBlob(state, index, this.#contents[i]);
    }
    for (let i = 0; i < this.#changed.length; i++) {
      const index = this.#changed[i]!;
      if (state.kinds[index] === KIND.buffer) keepBlob(state, index, this.#changedContents[i]);
    }
  }

  #check(): void {
    const inlet = this.#inlet;
    checkPlaces(inlet);
    const { kinds, nodes } = inlet.state;
    for (let i = 0; i < this.#changed.length; i++) {
      const index = this.#changed[i]!;
      KINDS[kinds[index]!]!.check(nodes[index], this.#changedContents[i], inlet);
    }
    for (let i = 0; i < this.#open.length; i++) {
      const index = this.#open[i]!;
      KINDS[kinds[index]!]!.check(nodes[index], this.#contents[i], inlet);
    }
  }

  #fill(): void {
    const inlet = this.#inlet;
    const { kinds, nodes } = inlet.state;
    for (let i = 0; i < this.#open.length; i++) {
      const index = this.#open[i]!;
      KINDS[kinds[index]!]!.fill(nodes[index], this.#contents[i], inlet);
    }
    for (let i = 0; i < this.#changed.length; i++) {
      const index = this.#changed[i]!;
      KINDS[kinds[index]!]!.fill(nodes[index], this.#changedContents[i], inlet);
    }
  }

  #keep(): void {
    const inlet = this.#inlet;
    const { kept } = inlet.state;
    const from = this.#firstStart, ends = this.#ends;
    const place = kept.append(inlet.bytes, from, ends.length === 0 ? from : ends.at(ends.length - 1), true);
    kept.placeAll(inlet.firstNew, place, { from, base: 0, ends });
    const changes = this.#changeStarts;
    const changed = kept.append(inlet.bytes, changes[0]!, changes[changes.length - 1]!, false);
    const whole = changes.length - 1;
    for (let i = 0; i < whole; i++) {
      kept.place(this.#changed[i]!, changed, changes[i]!, changes[i + 1]!);
    }
    for (let i = 0; i < this.#patched.length; i++) {
      const record = this.#patched[i]!, end = typedArrayLength(record);
      kept.place(this.#changed[whole + i]!, kept.append(record, 1, end, true), 1, end);
    }
    this.#keepBlobs();
    kept.compact();
  }
}

function keepBlob(state: SessionState, index: number, content: unknown): void {
  const { bytes } = content as BufferContent;
  if (bytes !== undefined && typedArrayLength(bytes) >= BLOB_BYTES) state.kept.blobs.set(index, bytes);
  else state.kept.blobs.delete(index);
}
