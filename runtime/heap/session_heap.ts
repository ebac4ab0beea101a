/**
 * One side's view of a session's heap.
 *
 * 1. Device: `capture` sends a migration out (again while it is out: a supplement), `accept` merges what comes home.
 *    Clone: `accept` makes it live, `capture` sends home. Any failure leaves the session for {@linkcode reset}.
 * 2. The device's heap changes only inside `accept`, after the whole packet was found sound.
 * 3. MIDs rise for as long as the device lives; after a reset the next packet starts over, and says so.
 */
import { takeFreshErrors } from "./kinds/error.ts";
import { Acceptance, type Accepted } from "./acceptance.ts";
import type { CodeAccess, Unsent, ValueAccess } from "./access.ts";
import { type Capture, CaptureWalk, type CidRun } from "./capture.ts";
import {
  DEFAULT_LIMITS,
  FLAG_FIRST,
  FLAG_MORE,
  FLAG_RETURN,
  type HeapLimits,
  MAX_OBSERVED_ROWS,
} from "./constants.ts";
import { Inlet } from "./inlet.ts";
import { KINDS } from "./kinds/table.ts";
import { type MappingRow, mappingRows, rowCount } from "./mapping_table.ts";
import { joined, Offsets } from "./offsets.ts";
import { Outlet, type OutletOptions } from "./outlet.ts";
import { readFront } from "./packet.ts";
import { PacketError } from "./packet_error.ts";
import { collectionOf } from "./iterator_place.ts";
import { hasMoved, Stale } from "./iterator_reach.ts";
import { isWeakKind, KIND, type Node } from "./node.ts";
import { pathOf } from "./path.ts";
import { Reader } from "./reader.ts";
import { ROW, ROW_NAMES, type RowState, SessionState } from "./session_state.ts";
import { hasTail } from "./tails.ts";
import { hasEntry } from "./weak_reach.ts";
import { typedArrayFill, typedArrayLength } from "./intrinsics.ts";

/** A session whose ids are this many times what it last reached, and more than the minimum, starts over. */
const RESTART_FACTOR = 4;
const RESTART_MIN = 1 << 20;
/** Ids beyond twice what was last reached that may hold objects. */
const TOLERATED_IDS = 10_000;

/** What a {@linkcode SessionHeap} is made of. */
export interface SessionHeapOptions {
  readonly side: "device" | "clone";
  readonly values: ValueAccess;
  readonly code: CodeAccess;
  readonly limits?: Partial<HeapLimits>;
  /** Whether what can't travel may stay behind as absent, where it isn't needed at once. Default true. */
  readonly absent?: boolean;
  /** The first id that this side gives. Default 1. */
  readonly firstId?: number;
  /** Device: keeps the mapping table readable between migrations, for people who look. Default false. */
  readonly observed?: boolean;
  /** Device: what an answer may name that was never sent; anything if left out. */
  readonly unsent?: Unsent;
}

export class SessionHeap {
  readonly #options: SessionHeapOptions;
  readonly #limits: HeapLimits;
  #state: SessionState;
  /** Whether the other side knows this generation of the session. */
  #begun = false;
  /** Device: a migration is out. Clone: a migration is here. */
  #out = false;
  #rootNames: readonly string[] = [];
  #nextCid: number;
  #cidRuns: CidRun[] = [];
  /** Clone: indexes from here on have no MID that this side could be sure of. */
  #acknowledged = 0;
  #lastTable: readonly MappingRow[] = [];
  #lastCount = 0;
  /** How many nodes the last migration reached. */
  #lastReached = 0;

  constructor(options: SessionHeapOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#state = new SessionState(options.side === "device" ? options.firstId ?? 1 : 1);
    this.#nextCid = options.firstId ?? 1;
  }

  /**
   * Captures everything reachable from the roots. Device: the packet holds what the clone lacks; called while a
   * migration is out, it supplements that. Clone: the packet holds what changed of all that came, and what is new.
   *
   * @throws {Refusal} if something can't travel that must; the session starts over
   * @throws {TypeError} if a supplement would undo what the clone may have changed; the session starts over
   */
  capture(roots: readonly unknown[], options: { readonly rootNames?: readonly string[] } = {}): Capture {
    const names: string[] = [];
    for (let i = 0; i < roots.length; i++) names[i] = options.rootNames?.[i] ?? `roots[${i}]`;
    names[roots.length] = "built-ins";
    this.#rootNames = names;
    try {
      return this.#options.side === "device" ? this.#captureOut(roots) : this.#captureReturn(roots);
    } catch (cause) {
      this.reset();
      throw cause;
    }
  }

  #captureOut(roots: readonly unknown[]): Capture {
    if (!this.#out) this.#shed();
    const state = this.#state;
    const flags = this.#out ? FLAG_MORE : this.#begun ? 0 : FLAG_FIRST;
    const walk = new CaptureWalk(state, this.#outletOptions(false));
    const capture = this.#orAnew(() => walk.run({ roots, flags, cidRuns: [], nextCid: 0 }));
    if (capture === undefined) return this.#captureOut(roots);
    if (flags === FLAG_MORE && walk.changed.length > 0) {
      throw new TypeError("Cannot supplement a migration: something that it took was changed here since");
    }
    const { queue } = walk.out;
    state.current = this.#out ? joined(state.current, queue) : queue;
    this.#out = true;
    this.#begun = true;
    this.#lastReached = queue.length;
    return capture;
  }

  /** Undefined if the session had to start over, which a migration that isn't out yet can. */
  #orAnew(run: () => Capture): Capture | undefined {
    try {
      return run();
    } catch (cause) {
      if (!(cause instanceof Stale) || this.#out) throw cause;
      this.reset();
      return undefined;
    }
  }

  /** Device, before a migration: gives up what only dead objects need. */
  #shed(): void {
    const state = this.#state;
    if (state.size > RESTART_FACTOR * this.#lastReached + RESTART_MIN) this.reset();
    else if (state.held > 2 * this.#lastReached + TOLERATED_IDS) state.relax();
  }

  /**
   * Device, between migrations: lets go of the app's objects, so that they can die; those that live keep their ids. Takes
   * some time, so do it when idle.
   */
  relax(): void {
    if (!this.#out && this.#options.side === "device") this.#state.relax();
  }

  #captureReturn(roots: readonly unknown[]): Capture {
    const state = this.#state;
    if (!this.#out) throw new TypeError("Cannot capture the return: no migration is here");
    const walk = new CaptureWalk(state, this.#outletOptions(false));
    const first = state.size;
    const capture = walk.run({ roots, flags: FLAG_RETURN, cidRuns: this.#cidRuns, nextCid: this.#nextCid });
    this.#nameClones(first, state.size);
    this.#cidRuns = [];
    this.#acknowledged = first;
    this.#out = false;
    return capture;
  }

  #outletOptions(checking: boolean): OutletOptions {
    const { side, values, code, absent } = this.#options;
    const supplement = side === "device" && this.#out;
    return { side, values, code, absent: absent ?? true, rootNames: this.#rootNames, checking, supplement };
  }

  /**
   * Clone: makes a packet live. Device: merges the returned packet into the original heap. Returns the packet's roots.
   * The code that {@linkcode referencedCode} lists must be there. The packet must not be changed or transferred afterwards.
   *
   * @throws {PacketError} if the packet isn't sound; nothing existing has changed then, and the session starts over
   */
  accept(packet: Uint8Array): readonly unknown[] {
    try {
      return this.#accept(packet);
    } catch (cause) {
      this.reset();
      throw cause;
    }
  }

  #accept(packet: Uint8Array): readonly unknown[] {
    takeFreshErrors();
    if (typedArrayLength(packet) > this.#limits.maxPacketBytes) throw new PacketError("it is too large");
    const reader = new Reader(packet);
    const { flags, blobBytes } = readFront(reader);
    this.#checkTurn(flags);
    if ((flags & FLAG_FIRST) !== 0) this.#startOver(packet, reader.at);
    const { side, values, code, unsent } = this.#options;
    const inlet = new Inlet(packet, this.#state, {
      ...{ side, values, code, limits: this.#limits, blobBytes },
      ...(unsent && { unsent }),
    });
    inlet.at = reader.at;
    const accepted = new Acceptance(inlet).run();
    if (side === "device") this.#merged(accepted, inlet.firstNew);
    else this.#arrived(accepted, inlet.firstNew, (flags & FLAG_MORE) !== 0);
    return accepted.roots;
  }

  #checkTurn(flags: number): void {
    const { side } = this.#options;
    const returns = (flags & FLAG_RETURN) !== 0;
    if (returns !== (side === "device")) throw new PacketError(`it isn't for the ${side}`);
    if (returns ? !this.#out || flags !== FLAG_RETURN : (flags & ~(FLAG_FIRST | FLAG_MORE)) !== 0) {
      throw new PacketError("nobody waits for it");
    }
    if (!returns && (flags & FLAG_MORE) !== 0 && !this.#out) throw new PacketError("nobody waits for it");
  }

  #startOver(packet: Uint8Array, at: number): void {
    const peek = new Reader(packet);
    peek.at = at;
    const origin = peek.varint();
    if (origin < 1) throw new PacketError("it starts at another id");
    this.#resetBuiltins();
    this.#state = new SessionState(origin);
    this.#cidRuns = [];
    this.#acknowledged = 0;
  }

  /** What the session before changed of them isn't this one's. */
  #resetBuiltins(): void {
    const { values } = this.#options;
    const changed = this.#state.size > 0 && values.changedBuiltins?.() || [];
    for (let i = 0; i < changed.length; i++) values.resetBuiltin?.(changed[i]!, false);
  }

  #arrived({ changed, named }: Accepted, firstNew: number, more: boolean): void {
    const state = this.#state;
    const current = more ? state.current : new Offsets();
    mark(state, named, ROW.named, current);
    mark(state, changed, ROW.changed, current);
    typedArrayFill(state.states, ROW.migrated, firstNew, state.size);
    for (let i = firstNew; i < state.size; i++) current.push(i);
    state.current = current;
    const begin = (index: number) => state.tails.begin(index, state.kinds[index]!, state.nodes[index]!);
    for (let i = 0; i < changed.length; i++) begin(changed[i]!);
    for (let i = firstNew; i < state.size; i++) if (hasTail(state.kinds[i]!)) begin(i);
    this.#nameClones(firstNew, state.size);
    this.#cidRuns[this.#cidRuns.length] = {
      first: firstNew,
      count: state.size - firstNew,
      cid: this.#nextCid - (state.size - firstNew),
    };
    this.#acknowledged = state.size;
    this.#out = true;
  }

  #nameClones(from: number, to: number): void {
    const cids = this.#state.reserveCids();
    for (let i = from; i < to; i++) cids[i] = this.#nextCid++;
  }

  #merged({ changed, named, cidRuns }: Accepted, firstNew: number): void {
    const state = this.#state;
    for (let i = 0; i < state.current.length; i++) state.states[state.current.at(i)] = ROW.dead;
    mark(state, named, ROW.unchanged);
    mark(state, changed, ROW.changed);
    typedArrayFill(state.states, ROW.new, firstNew, state.size);
    const cids = state.reserveCids();
    for (let i = 0; i < cidRuns.length; i++) {
      const { first, count, cid } = cidRuns[i]!;
      for (let k = 0; k < count && first + k < state.size; k++) cids[first + k] = cid + k;
    }
    for (let i = 0; i < state.current.length; i++) this.#watchOver(state.current.at(i));
    for (let i = firstNew; i < state.size; i++) this.#watchOver(i);
    this.#out = false;
    if (this.#options.observed) {
      this.#lastTable = this.#rows(MAX_OBSERVED_ROWS);
      this.#lastCount = rowCount(state);
    }
    state.previous = state.nodes;
    state.nodes = [];
    state.current = new Offsets();
  }

  /** Device: where the clone has an iterator too, what is added to its collection from now on is new to that. */
  #watchOver(index: number): void {
    const state = this.#state;
    if (state.kinds[index] !== KIND.iterator) return;
    const standing = state.standings.get(index);
    const collection = standing && collectionOf(standing);
    const home = collection && state.find(collection);
    if (home !== undefined) state.tails.begin(home, state.kinds[home]!, collection!);
  }

  /** Device: the migration failed or was abandoned. Forgets what the clone holds; the next packet starts over. */
  reset(): void {
    const { origin, size } = this.#state;
    this.#state = new SessionState(origin + size);
    this.#begun = false;
    this.#out = false;
    this.#cidRuns = [];
    this.#lastTable = [];
    this.#lastCount = 0;
  }

  /** Clone: the device has merged what was sent home; objects born here have their MIDs now. */
  acknowledged(): void {
    this.#acknowledged = this.#state.size;
  }

  /**
   * The object mapping table (§4.2, Figure 7) of the migration that is out or here. On the device it is empty between
   * migrations, unless `observed`. Of a table with more than `limit` rows it leaves out what stayed as it was first.
   */
  table(limit: number = Infinity): readonly MappingRow[] {
    return this.#between() ? this.#lastTable : this.#rows(limit);
  }

  /** How many rows the whole table has. */
  tableSize(): number {
    return this.#between() ? this.#lastCount : rowCount(this.#state);
  }

  #between(): boolean {
    return this.#options.side === "device" && !this.#out;
  }

  /** How many objects of the last migration ended in each state. */
  counts(): Partial<Record<RowState, number>> {
    const counts: Partial<Record<RowState, number>> = {};
    const { states, size } = this.#state;
    for (let i = 0; i < size; i++) {
      const name = ROW_NAMES[states[i]!];
      if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1;
    }
    return counts;
  }

  #rows(limit: number): readonly MappingRow[] {
    const source = {
      state: this.#state,
      code: this.#options.code,
      values: this.#options.values,
      options: { rootNames: this.#rootNames },
      at: -1,
    };
    const known = this.#options.side === "device" ? this.#state.size : this.#acknowledged;
    return mappingRows(source, { known, limit });
  }

  /**
   * Device: whether something that was captured has been changed since, by a flow that went on. The path of the first
   * such thing, or undefined. Ask just before {@linkcode accept}.
   */
  conflict(): string | undefined {
    return this.#changed(new Outlet(this.#state, this.#outletOptions(true)));
  }

  /** Clone, before {@linkcode capture}: whether something that came has been changed since, likewise. */
  touched(): boolean {
    return this.#changed(new Outlet(this.#state, { ...this.#outletOptions(true), arrived: true })) !==
      undefined;
  }

  #changed(out: Outlet): string | undefined {
    const state = this.#state;
    for (let i = 0; i < state.current.length; i++) {
      const index = state.current.at(i);
      if (!this.#unchanged(out, index)) return pathOf(out, index);
    }
    return this.#newEntry(out);
  }

  /** Whether all that a migration has reached passes a test. */
  everyReached(passes: (node: Node, kind: number) => boolean): boolean {
    const { current, nodes, kinds } = this.#state;
    for (let i = 0; i < current.length; i++) {
      const index = current.at(i);
      if (!passes(nodes[index]!, kinds[index]!)) return false;
    }
    return true;
  }

  /** Whether an object has travelled in this session. */
  knows(object: object): boolean {
    return this.#state.find(object) !== undefined;
  }

  /**
   * Clone, after {@linkcode capture}: whether something that the packet tells of has been changed since. The path of the
   * first such thing, or undefined.
   */
  outdated(): string | undefined {
    const state = this.#state;
    const out = new Outlet(state, this.#outletOptions(true));
    for (let i = 0; i < state.size; i++) {
      if (state.epochs[i] === state.epoch && !this.#unchanged(out, i)) return pathOf(out, i);
    }
    return this.#newEntry(out);
  }

  /** Path of a weak collection that holds an object that migrated, and didn't when it did. */
  #newEntry(out: Outlet): string | undefined {
    const { state } = out;
    const { current } = state;
    for (let i = 0; i < current.length; i++) {
      const holder = current.at(i);
      if (!isWeakKind(state.kinds[holder]!)) continue;
      for (let k = 0; k < current.length; k++) {
        const known = state.knowsWeakEntry(
          state.nodes[holder] as object,
          state.nodes[current.at(k)] as WeakKey,
        );
        if (!known && hasEntry(state, holder, current.at(k))) return pathOf(out, holder);
      }
    }
    return undefined;
  }

  #unchanged(out: Outlet, index: number): boolean {
    const { kinds, nodes, kept } = this.#state;
    if (kinds[index] === KIND.iterator && hasMoved(out, index)) return false;
    out.w.at = 0;
    out.at = index;
    try {
      out.blobChanged = false;
      KINDS[kinds[index]!]!.writeContent(nodes[index], out);
    } catch {
      return false;
    }
    return !out.blobChanged && kept.matches(index, out.w.bytes, 0, out.w.at);
  }
}

function mark(
  state: SessionState,
  indexes: readonly number[],
  as: number,
  current?: Offsets,
): void {
  for (let i = 0; i < indexes.length; i++) {
    state.states[indexes[i]!] = as;
    if (current !== undefined) current.push(indexes[i]!);
  }
}
