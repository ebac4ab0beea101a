import { type MethodId, methodId } from "../../runtime/mod.ts";
import { addSums, type LineSums } from "../cost/line_fit.ts";
import { MAX_CONTEXTS, TREE_VERSION } from "./constants.ts";
import { addSpread, emptySpread, type Spread } from "./spread.ts";

// Invariants
// 1. `nodes[0]` is the root; a parent stands before its children.
// 2. No context holds one method twice: a recursive call belongs to the context of the outer call of that method, so the
//    tree's depth is bounded by the number of methods and an invocation is counted only where none was under way.
// 3. Total = own residual + the children's totals (§3.2), so totals are computed, never stored.

/** A method in its calling context: one node of a profile tree, with the edge that leads to it. */
export interface ContextNode {
  /** Index of the calling context; -1 at the root. */
  readonly parent: number;
  readonly method: MethodId;
  /** Outermost invocations in this context. A sampled tree knows a lower bound only (`counted` is false). */
  invocations: number;
  counted: boolean;
  /** Time in the method's own code and in what has no node, milliseconds: the residual node of §3.2. */
  residualMs: number;
  /** State captured at entry and at exit, bytes per invocation, from the invocations where it was measured. */
  readonly entryBytes: Spread;
  readonly exitBytes: Spread;
  /** Questions for files and bytes of files of an invocation at a clone, where that was measured. */
  faults?: Spread;
  fileBytes?: Spread;
  /** Why this context must stay on the device, if it must. */
  pinned?: string;
  /** Host-state families its own code touches. */
  families: string[];
  /** Whole time of an invocation (ms) against each of its features, by the feature's position. */
  readonly features: LineSums[];
}

/** A profile tree as it is stored. */
export interface StoredTree {
  readonly version: number;
  readonly folded: number;
  readonly nodes: readonly ContextNode[];
}

/** What an execution cost on one machine, by calling context (§3.2; Figure 5 with a node per context instead of per call). */
export class ProfileTree {
  readonly nodes: ContextNode[] = [];
  /** Calls whose context found no room and was folded into its caller. */
  folded = 0;
  readonly #children: Map<MethodId, number>[] = [];
  readonly #maxContexts: number;

  /** A tree of the app's main flow alone. */
  constructor(root: MethodId, { maxContexts = MAX_CONTEXTS }: { maxContexts?: number } = {}) {
    this.#maxContexts = maxContexts;
    this.#add(-1, root);
    this.nodes[0]!.invocations = 1;
  }

  /** The context of `method` called in context `parent`; `parent` itself if the tree is full. Doesn't fold recursion. */
  child(parent: number, method: MethodId): number {
    const known = this.#children[parent]!.get(method);
    if (known !== undefined) return known;
    if (this.nodes.length >= this.#maxContexts) {
      this.folded++;
      return parent;
    }
    return this.#add(parent, method);
  }

  /** The context of `method` in `parent`, if there is one. */
  find(parent: number, method: MethodId): number | undefined {
    return this.#children[parent]!.get(method);
  }

  /** Whole time of each context, milliseconds: its residual and all that it called. */
  totalsMs(): Float64Array {
    const totals = Float64Array.from(this.nodes, (node) => node.residualMs);
    for (let i = totals.length - 1; i > 0; i--) totals[this.nodes[i]!.parent]! += totals[i]!;
    return totals;
  }

  /** Adds an execution's tree to this one, counted `weight` times. @throws {TypeError} if the roots differ. */
  merge(other: ProfileTree, weight = 1): void {
    if (other.nodes[0]!.method !== this.nodes[0]!.method) {
      throw new TypeError(
        `Cannot merge profile trees: one starts at ${this.nodes[0]!.method}, the other at ${
          other.nodes[0]!.method
        }`,
      );
    }
    const place: number[] = [];
    for (const [i, node] of other.nodes.entries()) {
      place.push(i === 0 ? 0 : this.child(place[node.parent]!, node.method));
      // A tree that is full keeps the time with the caller, but must not count the callee's invocations as the caller's.
      const target = this.nodes[place[i]!]!;
      if (target.method === node.method) addNode(target, node, weight);
      else target.residualMs += node.residualMs * weight;
    }
    this.folded += other.folded;
  }

  /** Marks what the analyzer knows of methods: pins and host-state families. */
  annotate(
    know: (method: MethodId) => { readonly pinned?: string; readonly families?: readonly string[] },
  ): void {
    for (const node of this.nodes) {
      const { pinned, families = [] } = know(node.method);
      if (pinned !== undefined) node.pinned ??= pinned;
      node.families = [...new Set([...node.families, ...families])];
    }
  }

  toJSON(): StoredTree {
    return { version: TREE_VERSION, folded: this.folded, nodes: this.nodes };
  }

  /** Reads a stored tree back. @throws {TypeError} saying what is wrong with it. */
  static fromJSON(stored: StoredTree): ProfileTree {
    if (stored?.version !== TREE_VERSION || !Array.isArray(stored.nodes) || stored.nodes.length === 0) {
      throw new TypeError(`Cannot read profile tree: not a tree of version ${TREE_VERSION}`);
    }
    const tree = new ProfileTree(methodId(stored.nodes[0]!.method), {
      maxContexts: Math.max(MAX_CONTEXTS, stored.nodes.length),
    });
    tree.nodes[0]!.invocations = 0;
    tree.folded = stored.folded;
    for (const [i, node] of stored.nodes.entries()) {
      if (i > 0 && !(Number.isInteger(node.parent) && node.parent >= 0 && node.parent < i)) {
        throw new TypeError(`Cannot read profile tree: node ${i} has parent ${node.parent}`);
      }
      const at = i === 0 ? 0 : tree.child(node.parent, methodId(node.method));
      if (at !== i) {
        throw new TypeError(`Cannot read profile tree: node ${i} repeats ${node.method} in one context`);
      }
      addNode(tree.nodes[at]!, node, 1);
    }
    return tree;
  }

  #add(parent: number, method: MethodId): number {
    const index = this.nodes.length;
    this.nodes.push({
      parent,
      method,
      invocations: 0,
      counted: true,
      residualMs: 0,
      entryBytes: emptySpread(),
      exitBytes: emptySpread(),
      families: [],
      features: [],
    });
    this.#children.push(new Map());
    if (parent >= 0) this.#children[parent]!.set(method, index);
    return index;
  }
}

function addNode(target: ContextNode, node: ContextNode, weight: number): void {
  target.invocations += node.invocations * weight;
  target.counted &&= node.counted;
  target.residualMs += node.residualMs * weight;
  addSpread(target.entryBytes, node.entryBytes, weight);
  addSpread(target.exitBytes, node.exitBytes, weight);
  if (node.faults !== undefined) addSpread(target.faults ??= emptySpread(), node.faults, weight);
  if (node.fileBytes !== undefined) addSpread(target.fileBytes ??= emptySpread(), node.fileBytes, weight);
  if (node.pinned !== undefined) target.pinned ??= node.pinned;
  target.families = [...new Set([...target.families, ...node.families])];
  for (const [i, sums] of node.features.entries()) {
    target.features[i] ??= { n: 0, x: 0, y: 0, xx: 0, xy: 0, yy: 0 };
    addSums(target.features[i], sums, weight);
  }
}
