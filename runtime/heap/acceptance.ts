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
import { BLOB_BYTES, CARRIES_PRIVATES } from "./constants.ts";
import type { CidRun } from "./capture.ts";
import type { Inlet } from "./inlet.ts";
import { checkPlaces, fillPlaces, readPlaces } from "./iterator_place.ts";
import { FILLED } from "./kinds/kind.ts";
import { KINDS } from "./kinds/table.ts";
import { KIND } from "./node.ts";
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

export class Acceptance {
  readonly #inlet: Inlet;
  readonly #shells: unknown[] = [];
  /** By new node, MIDs of the classes whose private names it carries. */
  readonly #owners: (readonly number[])[] = [];
  /** By new node, whether its kind's `create` made it, not a class. */
  readonly #ownMake: boolean[] = [];
  readonly #contents: unknown[] = [];
  readonly #changedContents: unknown[] = [];
  readonly #changed: number[] = [];
  /** Byte positions of new, then of changed contents. */
  readonly #starts: number[] = [];
  readonly #changeStarts: number[] = [];
  /** By new node, MIDs that it needs, once somebody asked: then it is made or being made. */
  readonly #needs: (readonly number[] | undefined)[] = [];
  /** By new node, how many of its needs are live already. */
  readonly #progress: number[] = [];

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
    for (let i = 0; i < count; i++) {
      const byte = inlet.byte();
      const number = byte & ~CARRIES_PRIVATES;
      if (byte !== number) this.#owners[i] = inlet.mids();
      const kind = KINDS[number];
      if (kind === undefined) throw new PacketError("an object is of no known kind");
      inlet.state.announce(number, undefined);
      this.#shells[i] = kind.readShell(inlet);
      this.#needs[i] = undefined;
      this.#progress[i] = 0;
    }
  }

  /** Makes a node and first what it needs, without recursion: chains can be a million long. */
  #make(index: number): void {
    const { state } = this.#inlet;
    if (state.nodes[index] !== undefined) return;
    // Most need nothing that isn't there.
    if (this.#missing(index) === undefined) return this.#create(index);
    const stack = [index];
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      if (state.nodes[top] !== undefined) {
        stack.length--;
        continue;
      }
      const need = this.#missing(top);
      if (need === undefined) this.#create(top);
      else stack[stack.length] = need;
    }
  }

  /** Index of something that must be live before this node and isn't. Goes on where it stopped the last time. */
  #missing(index: number): number | undefined {
    const nth = index - this.#inlet.firstNew;
    const needs = this.#needs[nth] ??= this.#needsOf(index);
    let progress = this.#progress[nth]!;
    for (; progress < needs.length; progress++) {
      const need = this.#unmade(needs[progress]!);
      if (need === undefined) continue;
      this.#progress[nth] = progress;
      return need;
    }
    return undefined;
  }

  #needsOf(index: number): readonly number[] {
    const nth = index - this.#inlet.firstNew;
    const owners = this.#owners[nth];
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
    if (mid === 0 || state.nodes[index] !== undefined) return undefined;
    if (!(index >= firstNew && index < state.size)) throw new PacketError(`no live object has id ${mid}`);
    if (this.#needs[index - firstNew] !== undefined) throw new PacketError("an object needs itself");
    return index;
  }

  #create(index: number): void {
    const inlet = this.#inlet;
    const kind = inlet.state.kinds[index]!;
    const nth = index - inlet.firstNew;
    const owners = this.#owners[nth];
    this.#ownMake[nth] = owners === undefined;
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
    for (let i = 0; i < this.#shells.length; i++) {
      this.#starts[i] = inlet.at;
      const index = inlet.firstNew + i;
      const kind = KINDS[inlet.state.kinds[index]!]!;
      this.#contents[i] = this.#ownMake[i] && kind.readInto !== undefined
        ? kind.readInto(inlet.state.nodes[index], this.#shells[i], inlet)
        : kind.readContent(inlet);
    }
    this.#starts[this.#shells.length] = inlet.at;
  }

  #readChanges(): void {
    const inlet = this.#inlet;
    const { state } = inlet;
    for (let i = 0, count = inlet.count(); i < count; i++) {
      const mid = inlet.mid();
      inlet.live(mid);
      const index = mid - state.origin;
      if (index >= inlet.firstNew) throw new PacketError("it changes an object that it makes");
      this.#changed[i] = index;
    }
    for (let i = 0; i < this.#changed.length; i++) {
      this.#changeStarts[i] = inlet.at;
      this.#changedContents[i] = KINDS[state.kinds[this.#changed[i]!]!]!.readContent(inlet);
    }
    this.#changeStarts[this.#changed.length] = inlet.at;
    for (let i = 0, count = inlet.count(); i < count; i++) {
      const node = inlet.live(inlet.mid());
      inlet.tails.set(node, inlet.varint());
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
    const { state, firstNew } = this.#inlet;
    for (let i = 0; i < this.#contents.length; i++) {
      if (state.kinds[firstNew + i] === KIND.buffer) keepBlob(state, firstNew + i, this.#contents[i]);
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
    for (let i = 0; i < this.#contents.length; i++) {
      const index = inlet.firstNew + i;
      if (this.#contents[i] === FILLED) continue;
      KINDS[kinds[index]!]!.check(nodes[index], this.#contents[i], inlet);
    }
  }

  #fill(): void {
    const inlet = this.#inlet;
    const { kinds, nodes } = inlet.state;
    for (let i = 0; i < this.#contents.length; i++) {
      const index = inlet.firstNew + i;
      if (this.#contents[i] === FILLED) continue;
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
    const starts = this.#starts;
    const offset = kept.append(inlet.bytes, starts[0]!, starts[starts.length - 1]!) - starts[0]!;
    for (let i = 0; i < starts.length - 1; i++) {
      kept.place(inlet.firstNew + i, offset + starts[i]!, offset + starts[i + 1]!);
    }
    const changes = this.#changeStarts;
    const shift = kept.append(inlet.bytes, changes[0]!, changes[changes.length - 1]!) - changes[0]!;
    for (let i = 0; i < changes.length - 1; i++) {
      kept.place(this.#changed[i]!, shift + changes[i]!, shift + changes[i + 1]!);
    }
    this.#keepBlobs();
    kept.compact();
  }
}

function keepBlob(state: SessionState, index: number, content: unknown): void {
  const { bytes } = content as BufferContent;
  if (bytes !== undefined && bytes.length >= BLOB_BYTES) state.kept.blobs.set(index, bytes);
  else state.kept.blobs.delete(index);
}
