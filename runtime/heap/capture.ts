import type { ModuleKey } from "./access.ts";
import { CARRIES_PRIVATES, FLAG_RETURN } from "./constants.ts";
import { type PatchParts, writePatched } from "./byte_patch.ts";
import { ChangedRecords } from "./changed_records.ts";
import { explain, type Explanation } from "./explain.ts";
import { IteratorReach } from "./iterator_reach.ts";
import { KINDS } from "./kinds/table.ts";
import { type CodeRefs, Outlet, type OutletOptions } from "./outlet.ts";
import { writeFront } from "./packet.ts";
import { isWeakKind, KIND, mayCarryPrivates } from "./node.ts";
import { Offsets } from "./offsets.ts";
import { RecordComparer } from "./record_comparer.ts";
import { ROW, type SessionState } from "./session_state.ts";
import {
  bytesSet,
  bytesSubarray,
  newUint8Array,
  SafeMap,
  typedArrayFill,
  typedArrayLength,
} from "./intrinsics.ts";
import { WeakReach } from "./weak_reach.ts";
import { Writer } from "./writer.ts";

/** What a capture found and the packet that says it. */
export interface Capture extends CodeRefs {
  /**
   * The packet, in pieces. They must not be changed or transferred as long as the session lives: what is kept of records and
   * large buffers is in them.
   */
  readonly parts: readonly Uint8Array<ArrayBuffer>[];
  /** Length of the packet. */
  readonly bytes: number;
  /** The packet as one copy, the caller's own; each reading makes another. */
  readonly packet: Uint8Array<ArrayBuffer>;
  /** Nodes whose contents are in the packet. */
  readonly objects: number;
  /** Nodes that the other side has as they are. */
  readonly named: number;
  /** Referenced code: what the other side needs before it accepts. */
  readonly modules: readonly ModuleKey[];
  /** Says where the packet's bytes come from. Holds on to the captured objects. */
  explain(): Explanation;
}

/** What a capture is of. */
export interface CaptureRequest {
  readonly roots: readonly unknown[];
  /** Packet flags. */
  readonly flags: number;
  /** At the clone: stretches of CIDs that the device doesn't know yet. */
  readonly cidRuns: readonly CidRun[];
  /** At the clone: the CID of the first new node. */
  readonly nextCid: number;
}

/** Nodes from index `first` on got CIDs from `cid` on. */
export interface CidRun {
  readonly first: number;
  readonly count: number;
  readonly cid: number;
}

/** A large buffer that travels. */
interface Blob {
  readonly index: number;
  readonly bytes: Uint8Array;
  /** What stands for it if the other side knows the buffer. */
  readonly patch: PatchParts | undefined;
  /** How many bytes it takes in the packet. */
  readonly size: number;
}

/** One walk over what the roots reach; the packet holds what the other side lacks of it. */
export class CaptureWalk {
  readonly out: Outlet;
  readonly #state: SessionState;
  readonly #roots = new Writer();
  readonly #shells = new Writer();
  readonly #records = Writer.large();
  /** By new node; each record and each shell begins where the one before ends. */
  readonly #ends = new Offsets();
  readonly #shellEnds = new Offsets();
  readonly #changes: ChangedRecords;
  /** Pairs of MID and how many of the last entries were added since. */
  readonly #tails = new Writer();
  #tailCount = 0;
  /** For shells of known nodes: only what they reach matters. */
  readonly #scratch = new Writer();
  readonly #newBlobs: Blob[] = [];
  readonly #changedBlobs: Blob[] = [];
  #blobBytes = 0;
  #comparer: RecordComparer | undefined;
  readonly #weak = new WeakReach();
  readonly #places = new Writer();
  readonly #iterators: IteratorReach;
  #head = 0;

  constructor(state: SessionState, options: OutletOptions) {
    this.#state = state;
    this.#changes = new ChangedRecords(state.kept);
    state.epoch++;
    this.out = new Outlet(state, options);
    // No record that is kept may begin at 0.
    this.#records.byte(0);
    this.#iterators = new IteratorReach(this.out, this.#places);
  }

  /** Indexes of nodes that the other side knows otherwise. */
  get changed(): readonly number[] {
    return this.#changes.indexes;
  }

  /** @throws {Refusal} */
  run(request: CaptureRequest): Capture {
    const { roots } = request;
    const { out } = this;
    this.#prepareComparing();
    out.w = this.#roots;
    for (let i = 0; i < roots.length; i++) {
      out.at = -1 - i;
      out.value(roots[i]);
    }
    out.at = -1 - roots.length;
    this.#reachChangedBuiltins();
    this.#drainAll();
    const reached = this.#head;
    if ((request.flags & FLAG_RETURN) !== 0) this.#visitUnreached();
    return this.#finish(request, reached);
  }

  /** Those that are as they were again too, if the other side has them otherwise. */
  #reachChangedBuiltins(): void {
    const { out } = this;
    const state = this.#state;
    const changed = out.changedBuiltins = out.values.changedBuiltins?.();
    if (changed === undefined) return;
    for (let i = 0; i < changed.length; i++) out.reach(changed[i]!);
    for (let i = 0; i < state.changedBuiltins.length; i++) out.reach(state.changedBuiltins[i]!);
    state.changedBuiltins = changed;
  }

  /** Everything reachable, entries of weak collections included whose keys turn out to be. */
  #drainAll(): void {
    do this.#drain(); while (this.#weak.reach(this.out));
  }

  #drain(): void {
    const { out } = this;
    while (this.#head < out.queue.length) {
      const index = out.queue.at(this.#head++);
      out.at = index;
      const kind = this.#state.kinds[index]!;
      if (isWeakKind(kind)) this.#weak.note(index);
      else if (kind === KIND.iterator) this.#iterators.note(index);
      if (index >= out.firstNew) this.#writeNew(index);
      else this.#writeKnown(index);
    }
  }

  #writeNew(index: number): void {
    const { out } = this;
    const node = this.#state.nodes[index];
    const kind = this.#state.kinds[index]!;
    out.w = this.#records;
    KINDS[kind]!.writeContent(node, out);
    if (out.blob !== undefined) this.#takeBlob(this.#newBlobs, index);
    this.#ends.push(this.#records.at);
    out.fresh = true;
    out.w = this.#shells;
    const owners = mayCarryPrivates(kind) ? out.privateOwners(node as object) : [];
    out.w.byte(owners.length === 0 ? kind : kind | CARRIES_PRIVATES);
    if (owners.length > 0) {
      out.w.varint(owners.length);
      for (let i = 0; i < owners.length; i++) out.node(owners[i]!);
    }
    KINDS[kind]!.writeShell(node, out);
    this.#shellEnds.push(this.#shells.at);
    out.fresh = false;
  }

  /** Clone: nodes on which nobody defined a property are compared with their records. Device: those of known layout. */
  #prepareComparing(): void {
    const { options, values } = this.out;
    if (options.side === "device") {
      if (this.#state.previous.length > 0 && values.sameLayout !== undefined) {
        this.#comparer = new RecordComparer(this.out);
      }
      return;
    }
    const redefined = values.takeRedefined?.();
    if (redefined === undefined) return;
    const state = this.#state;
    for (let i = 0; i < redefined.length; i++) {
      const index = state.find(redefined[i]!);
      if (index !== undefined) state.redefined[index] = true;
    }
    this.#comparer = new RecordComparer(this.out);
  }

  #writeKnown(index: number): void {
    const { out } = this;
    const tail = this.#writeTail(index);
    if (tail === 0 && this.#comparer !== undefined && this.#state.redefined[index] === undefined) {
      if (this.#comparer.isUnchanged(index)) return;
    }
    const node = this.#state.nodes[index];
    const kind = KINDS[this.#state.kinds[index]!]!;
    out.w = this.#scratch;
    out.w.at = 0;
    kind.writeShell(node, out);
    out.w = this.#changes.w;
    const start = out.w.at;
    kind.writeContent(node, out);
    const sameBlob = out.blob === undefined || !out.blobChanged;
    if (sameBlob && tail === 0 && this.#state.kept.matches(index, out.w.bytes, start, out.w.at)) {
      out.w.at = start;
      out.blob = undefined;
    } else {
      // Large buffers come in the order of their whole records.
      this.#changes.take(index, start, out.blob === undefined);
      if (out.blob !== undefined) this.#takeBlob(this.#changedBlobs, index);
      else this.#state.kept.blobs.delete(index);
    }
  }

  #writeTail(index: number): number {
    const { tails, kinds, origin } = this.#state;
    const tail = tails.count(index, kinds[index]!);
    if (tail === 0) return 0;
    this.#tailCount++;
    this.#tails.varint(origin + index);
    this.#tails.varint(tail);
    return tail;
  }

  #takeBlob(list: Blob[], index: number): void {
    const bytes = this.out.blob!;
    const isNew = list === this.#newBlobs;
    const patch = isNew ? undefined : writePatched(this.#state.kept.blobs.get(index), bytes);
    const size = (patch === undefined ? 0 : typedArrayLength(patch.head)) +
      (patch?.whole === false ? 0 : typedArrayLength(bytes));
    list[list.length] = { index, bytes, patch, size };
    this.#blobBytes += size;
    this.out.blob = undefined;
  }

  /** Copies of large buffers; what is kept of them is the packet's own bytes. */
  #copyBlobs(list: readonly Blob[], parts: Uint8Array<ArrayBuffer>[]): void {
    for (let i = 0; i < list.length; i++) {
      const { index, bytes, patch } = list[i]!;
      const copy = new newUint8Array(bytes);
      this.#state.kept.blobs.set(index, copy);
      if (patch !== undefined) parts[parts.length] = patch.head;
      if (patch?.whole !== false) parts[parts.length] = copy;
    }
  }

  /** What migrated may still be held by the device, reachable from here or not: its changes go home too. */
  #visitUnreached(): void {
    const { current, nodes, epochs, epoch, parents } = this.#state;
    for (let i = 0; i < current.length; i++) {
      const index = current.at(i);
      if (epochs[index] === epoch) continue;
      const parent = parents[index]!;
      this.out.at = parent;
      this.out.reach(nodes[index]!);
      this.#drainAll();
    }
  }

  #finish(request: CaptureRequest, reached: number): Capture {
    const { out } = this;
    const state = this.#state;
    const created = state.size - out.firstNew;
    const head = new Writer(this.#shells.at + 1024);
    writeFront(head, { flags: request.flags, blobBytes: this.#blobBytes, code: out.refs });
    const front = head.at;
    head.varint(state.origin + out.firstNew);
    writeRuns(head, request.cidRuns, { first: out.firstNew, count: created, cid: request.nextCid });
    writeSection(head, out.newTexts, out.texts);
    writeSection(head, out.newShapes, out.shapes);
    writeSection(head, this.#iterators.write(), this.#places);
    writeSection(head, created, this.#shells);
    const tail = new Writer();
    this.#changes.write(tail, state.origin);
    writeSection(tail, this.#tailCount, this.#tails);
    const unchanged = this.#unchanged(reached);
    writeRanges(tail, unchanged);
    writeSection(tail, request.roots.length, this.#roots);
    const bytes = head.at + this.#records.at - FIRST_RECORD + tail.at + this.#blobBytes;
    const { parts, records } = this.#joined(head, tail);
    this.#copyBlobs(this.#newBlobs, parts);
    this.#copyBlobs(this.#changedBlobs, parts);
    this.#keep(request, reached, records);
    const sizes = this.#sizes(front);
    return {
      parts,
      bytes,
      get packet() {
        return joinedParts(parts);
      },
      objects: created + this.changed.length,
      named: unchanged.length,
      modules: out.refs.modules,
      sites: out.refs.sites,
      scopes: out.refs.scopes,
      explain: () => explain({ ...sizes, source: out, packetBytes: bytes }),
    };
  }

  /** The packet but for large buffers, and where its records are then: many stay where they were written. */
  #joined(head: Writer, tail: Writer): { parts: Uint8Array<ArrayBuffer>[]; records: Stretch } {
    const handed = this.#records.handOver();
    const records = handed ?? written(this.#records);
    const body = bytesSubarray(records, FIRST_RECORD, typedArrayLength(records));
    if (handed !== undefined) {
      return { parts: [written(head), body, written(tail)], records: { bytes: handed, from: FIRST_RECORD } };
    }
    const whole = joinedParts([written(head), body, written(tail)]);
    this.#records.giveBack();
    return { parts: [whole], records: { bytes: whole, from: head.at } };
  }

  /** Known nodes that the roots reach and that are as the other side has them, by rising index. */
  #unchanged(reached: number): number[] {
    const { queue, firstNew } = this.out;
    const marks = new newUint8Array(firstNew);
    for (let i = 0; i < reached; i++) if (queue.at(i) < firstNew) marks[queue.at(i)] = 1;
    for (let i = 0; i < this.changed.length; i++) marks[this.changed[i]!] = 0;
    const unchanged: number[] = [];
    for (let i = 0; i < firstNew; i++) if (marks[i] === 1) unchanged[unchanged.length] = i;
    return unchanged;
  }

  /** From here on the other side is taken to know what the packet says. */
  #keep({ flags }: CaptureRequest, reached: number, records: Stretch): void {
    const { kept, states } = this.#state;
    const { queue, firstNew } = this.out;
    const returns = (flags & FLAG_RETURN) !== 0;
    const ends = this.#ends;
    const last = ends.length === 0 ? FIRST_RECORD : ends.at(ends.length - 1);
    const place = kept.append(records.bytes, records.from, records.from + last - FIRST_RECORD, true);
    const asNew = returns ? ROW.new : ROW.migrated;
    kept.placeAll(firstNew, place, { from: records.from, base: records.from - FIRST_RECORD, ends });
    typedArrayFill(states, asNew, firstNew, firstNew + ends.length);
    this.#changes.keep();
    for (let i = 0; i < queue.length; i++) {
      if (queue.at(i) >= firstNew) continue;
      states[queue.at(i)] = i >= reached ? ROW.dead : returns ? ROW.unchanged : ROW.named;
    }
    for (let i = 0; i < this.changed.length; i++) states[this.changed[i]!] = ROW.changed;
    const { moved } = this.#iterators;
    for (let i = 0; i < moved.length; i++) states[moved[i]!] = ROW.changed;
    kept.compact();
    if (!returns) return;
    const { tails, kinds, nodes } = this.#state;
    for (let i = 0; i < queue.length; i++) {
      const index = queue.at(i);
      tails.begin(index, kinds[index]!, nodes[index]!);
    }
  }

  #sizes(front: number): { readonly front: number; readonly bytesOf: (index: number) => number } {
    const { firstNew } = this.out;
    const ends = this.#ends, shellEnds = this.#shellEnds;
    const changeBytes: number[] = [];
    for (let i = 0; i < this.changed.length; i++) changeBytes[this.changed[i]!] = this.#changes.bytes(i);
    const blobBytes = new SafeMap<number, number>();
    for (let i = 0; i < this.#newBlobs.length; i++) addBlob(blobBytes, this.#newBlobs[i]!);
    for (let i = 0; i < this.#changedBlobs.length; i++) addBlob(blobBytes, this.#changedBlobs[i]!);
    const bytesOf = (index: number): number => {
      const blob = blobBytes.get(index) ?? 0;
      if (index < firstNew) return blob + (changeBytes[index] ?? 0);
      const nth = index - firstNew;
      return blob + ends.at(nth) - (nth === 0 ? FIRST_RECORD : ends.at(nth - 1)) + shellEnds.at(nth) -
        shellEnds.at(nth - 1);
    };
    return { front, bytesOf };
  }
}

function addBlob(bytes: SafeMap<number, number>, { index, size }: Blob): void {
  bytes.set(index, size);
}

/** Where the first record is written. */
const FIRST_RECORD = 1;

/** Records, from some place of some bytes on. */
interface Stretch {
  readonly bytes: Uint8Array;
  readonly from: number;
}

function written(w: Writer): Uint8Array<ArrayBuffer> {
  return bytesSubarray(w.bytes, 0, w.at);
}

function joinedParts(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let bytes = 0;
  for (let i = 0; i < parts.length; i++) bytes += typedArrayLength(parts[i]!);
  const whole = new newUint8Array(bytes);
  for (let i = 0, at = 0; i < parts.length; i++) {
    bytesSet(whole, parts[i]!, at);
    at += typedArrayLength(parts[i]!);
  }
  return whole;
}

function writeSection(w: Writer, count: number, section: Writer): void {
  w.varint(count);
  w.raw(written(section));
}

function writeRuns(w: Writer, runs: readonly CidRun[], last: CidRun): void {
  w.varint(runs.length + 1);
  for (let i = 0; i <= runs.length; i++) {
    const { first, count, cid } = runs[i] ?? last;
    w.varint(first);
    w.varint(count);
    w.varint(cid);
  }
}

/** Rising indexes as (gap, length) pairs. */
function writeRanges(w: Writer, indexes: readonly number[]): void {
  const pairs: number[] = [];
  let end = 0;
  for (let i = 0; i < indexes.length;) {
    const from = indexes[i]!;
    let to = from;
    while (i < indexes.length && indexes[i] === to) {
      to++;
      i++;
    }
    pairs[pairs.length] = from - end;
    pairs[pairs.length] = to - from;
    end = to;
  }
  w.varint(pairs.length / 2);
  for (let i = 0; i < pairs.length; i++) w.varint(pairs[i]!);
}
