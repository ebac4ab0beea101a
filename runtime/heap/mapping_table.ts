import { className } from "./class_name.ts";
import { KINDS } from "./kinds/table.ts";
import { lowestKnown, pathOf, type PathSource } from "./path.ts";
import { ROW_NAMES, type RowState } from "./session_state.ts";

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

/** The rows of the present migration, by MID. `known` is the first index without one. */
export function mappingRows(source: PathSource, known: number): MappingRow[] {
  const { state } = source;
  const rows: MappingRow[] = [];
  const isProxy = (value: object) => source.values.brandOf(value) === "proxy";
  for (let index = 0; index < state.size; index++) {
    const node = state.nodes[index];
    const rowState = ROW_NAMES[state.states[index]!];
    if (node === undefined || rowState === undefined) continue;
    const below = index < known ? undefined : lowestKnown(source, index, known);
    rows[rows.length] = {
      mid: index < known ? state.origin + index : null,
      cid: state.cids[index] || null,
      class: className(node, KINDS[state.kinds[index]!]!.name, isProxy),
      path: pathOf(source, index, below),
      ...(below !== undefined && { below: state.cids[below]! }),
      state: rowState,
    };
  }
  return rows;
}
