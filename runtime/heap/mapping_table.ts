import { className } from "./class_name.ts";
import { KINDS } from "./kinds/table.ts";
import { lowestKnown, pathOf, type PathSource } from "./path.ts";
import { ROW, ROW_NAMES, type RowState, type SessionState } from "./session_state.ts";
import { SafeMap } from "./intrinsics.ts";

/** One row of the object mapping table (§4.2, Figure 7). */
export interface MappingRow {
  /** Id at the device; null while the device doesn't know the object. */
  readonly mid: number | null;
  /** Id at the clone; null while the clone doesn't know it, or the device hasn't heard. */
  readonly cid: number | null;
  readonly class: string;
  /** Where it was first reached: from the roots, or from `below` if that is there. */
  readonly path: string;
  /** CID of the object from which `path` leads; only for new objects, and only the device knows where that one is. */
  readonly below?: number;
  /**
   * On the way out `migrated`, `changed` or `named` (the clone has it as it is); on the way home `new`, `changed`,
   * `unchanged` or `dead` (nothing at the clone holds it any more).
   */
  readonly state: RowState;
}

/** What is wanted of a table. */
export interface TableRequest {
  /** The first index without a MID. */
  readonly known: number;
  /** Rows at most; what stayed as it was is left out first. */
  readonly limit: number;
}

/** How many rows the table of the present migration has. */
export function rowCount(state: SessionState): number {
  return rowIndexes(state).length;
}

/** The rows of the present migration, by MID. */
export function mappingRows(given: PathSource, { known, limit }: TableRequest): MappingRow[] {
  const { state } = given;
  // A list of thousands isn't searched anew for each of its elements.
  const source = { ...given, labels: new SafeMap<number, SafeMap<unknown, string>>() };
  const isProxy = (value: object) => source.values.brandOf(value) === "proxy";
  const rows: MappingRow[] = [];
  const indexes = chosen(state, limit);
  for (let i = 0; i < indexes.length; i++) {
    const index = indexes[i]!;
    const below = index < known ? undefined : lowestKnown(source, index, known);
    rows[rows.length] = {
      mid: index < known ? state.origin + index : null,
      cid: state.cids[index] || null,
      class: className(state.nodes[index]!, KINDS[state.kinds[index]!]!.name, isProxy),
      path: pathOf(source, index, below),
      ...(below !== undefined && { below: state.cids[below]! }),
      state: ROW_NAMES[state.states[index]!]!,
    };
  }
  return rows;
}

function chosen(state: SessionState, limit: number): number[] {
  const all = rowIndexes(state);
  // How many of those that stayed as they were there is room for.
  let room = limit;
  for (let i = 0; i < all.length; i++) if (!asItWas(state, all[i]!)) room--;
  const indexes: number[] = [];
  for (let i = 0; i < all.length && indexes.length < limit; i++) {
    if (!asItWas(state, all[i]!) || room-- > 0) indexes[indexes.length] = all[i]!;
  }
  return indexes;
}

function asItWas(state: SessionState, index: number): boolean {
  return state.states[index] === ROW.named || state.states[index] === ROW.unchanged;
}

function rowIndexes(state: SessionState): number[] {
  const indexes: number[] = [];
  for (let index = 0; index < state.size; index++) {
    if (state.nodes[index] !== undefined && state.states[index]! > 0) indexes[indexes.length] = index;
  }
  return indexes;
}
