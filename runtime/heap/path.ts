import type { CodeAccess, ScopeHandle, ValueAccess } from "./access.ts";
import {
  createString,
  getDescriptor,
  getPrototypeOf,
  hasOwn,
  mapForEach,
  ownKeys,
  SafeMap,
  setForEach,
  symbolDescription,
  weakRefDeref,
} from "./intrinsics.ts";
import { BindingCell, KIND, type Node, WeakEntry } from "./node.ts";
import type { SessionState } from "./session_state.ts";

/** What paths are made from. */
export interface PathSource {
  readonly state: SessionState;
  readonly code: CodeAccess;
  readonly values: ValueAccess;
  readonly options: { readonly rootNames: readonly string[] };
  readonly at: number;
  /** What leads from an object (by index) to each that it holds, kept while many paths are asked for. */
  readonly labels?: SafeMap<number, SafeMap<unknown, string>>;
}

/** Steps shown of a path; more are cut: a list can be a million long. */
const MAX_STEPS = 64;

/** The nearest node on the way to a new one that the other side knows, `known` being the first index that it doesn't. */
export function lowestKnown({ state }: PathSource, index: number, known: number): number | undefined {
  let at = index;
  while (at >= known) at = state.parents[at]!;
  return at < 0 ? undefined : at;
}

/** Where a node was first reached, for people: `args[0].list[2].next`; with `from`, as seen from that node. */
export function pathOf(source: PathSource, index: number, from?: number): string {
  let path = "";
  let steps = 0;
  for (let child = index; child >= 0 && child !== from;) {
    const parent = source.state.parents[child]!;
    const node = source.state.nodes[child];
    const label = node === undefined ? "…" : edge(source, parent, node);
    path = label + path;
    child = parent;
    if (++steps === MAX_STEPS && child >= 0 && child !== from) return `…${path}`;
  }
  return path;
}

/** Where a value is that is being written but has no id. */
export function pathTo(source: PathSource, value: Node): string {
  const label = edge(source, source.at, value);
  return source.at < 0 ? label : pathOf(source, source.at) + label;
}

function edge(source: PathSource, parent: number, child: Node): string {
  if (parent < 0) return source.options.rootNames[-1 - parent] ?? `roots[${-1 - parent}]`;
  const node = source.state.nodes[parent];
  if (node === undefined) return "…";
  const kind = source.state.kinds[parent];
  if (typeof child !== "symbol" && BindingCell.is(child)) return `→${source.code.bindingName(child.ref)}`;
  if (typeof child !== "symbol" && WeakEntry.is(child)) return "<weak entry>";
  if (kind === KIND.binding || kind === KIND.weakEntry) return "";
  if (kind === KIND.namespace) return "";
  if (kind === KIND.proxy) return proxyEdge(source, node as object, child);
  if (kind === KIND.weakRef && weakRefDeref(node as WeakRef<WeakKey>) === child) return "[target]";
  if (kind === KIND.scope) return scopeEdge(source, node as ScopeHandle, child);
  if (kind === KIND.promise && source.values.promiseOutcome?.(node as object)?.value === child) {
    return "[value]";
  }
  const label = source.labels === undefined
    ? undefined
    : labelsOf(source.labels, parent, node, kind).get(child);
  return label ?? internalEdge(node, kind, child) ?? propertyEdge(node as object, child) ??
    privateEdge(source, node as object, child) ??
    (typeof node === "function" ? functionEdge(source, node, child) : "…");
}

/** Labels of what an array, map or set holds: the only objects that hold thousands. */
function labelsOf(
  known: SafeMap<number, SafeMap<unknown, string>>,
  index: number,
  node: Node,
  kind: number | undefined,
): SafeMap<unknown, string> {
  let labels = known.get(index);
  if (labels !== undefined) return labels;
  known.set(index, labels = new SafeMap());
  const add = (value: unknown, label: string) => labels.has(value) || labels.set(value, label);
  let i = 0;
  if (kind === KIND.array) {
    const keys = ownKeys(node as object);
    for (let k = 0; k < keys.length; k++) {
      const descriptor = getDescriptor(node as object, keys[k]!);
      if (descriptor !== undefined && hasOwn(descriptor, "value")) add(descriptor.value, keyLabel(keys[k]!));
    }
  } else if (kind === KIND.map) {
    mapForEach(node as Map<unknown, unknown>, (value, key) => {
      add(key, `<key ${i}>`);
      add(value, typeof key === "string" ? `<"${key}">` : `<value ${i}>`);
      i++;
    });
  } else if (kind === KIND.set) setForEach(node as Set<unknown>, (value) => add(value, `<${i++}>`));
  return labels;
}

function proxyEdge(source: PathSource, node: object, child: Node): string {
  return source.values.proxyParts?.(node)?.[0] === child ? "[target]" : "[handler]";
}

function scopeEdge(source: PathSource, scope: ScopeHandle, child: Node): string {
  for (let i = 0; i < scope.size; i++) {
    if (scope.read(i) === child) return `→${source.code.variableName(scope.module, scope.scope, i)}`;
  }
  return "";
}

function internalEdge(node: Node, kind: number | undefined, child: Node): string | undefined {
  let found: string | undefined;
  let i = 0;
  if (kind === KIND.map) {
    mapForEach(node as Map<unknown, unknown>, (value, key) => {
      if (found === undefined && key === child) found = `<key ${i}>`;
      if (found === undefined && value === child) {
        found = typeof key === "string" ? `<"${key}">` : `<value ${i}>`;
      }
      i++;
    });
  } else if (kind === KIND.set) {
    setForEach(node as Set<unknown>, (value) => {
      if (found === undefined && value === child) found = `<${i}>`;
      i++;
    });
  }
  return found;
}

function propertyEdge(node: object, child: Node): string | undefined {
  const keys = ownKeys(node);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    if (key === child) return `[key ${keyName(key)}]`;
    const descriptor = getDescriptor(node, key);
    if (descriptor === undefined) continue;
    if (hasOwn(descriptor, "value") ? descriptor.value === child : false) return keyLabel(key);
    if (hasOwn(descriptor, "get") && descriptor.get === child) return `[get ${keyName(key)}]`;
    if (hasOwn(descriptor, "set") && descriptor.set === child) return `[set ${keyName(key)}]`;
  }
  return getPrototypeOf(node) === child ? ".[[Prototype]]" : undefined;
}

function privateEdge(source: PathSource, node: object, child: Node): string | undefined {
  for (let p = getPrototypeOf(node); p !== null; p = getPrototypeOf(p)) {
    if (source.values.brandOf(p) === "proxy") return undefined;
    const owner = source.code.privateOwner(p);
    if (owner === undefined) continue;
    const fields = source.code.readPrivates(owner, node) ?? [];
    for (let i = 0; i < fields.length; i++) if (fields[i] === child) return `.#${i}`;
  }
  return undefined;
}

function functionEdge(source: PathSource, fn: Function, child: Node): string {
  const description = source.code.describe(fn);
  if (description.type === "member") return "[class]";
  if (description.type === "bound") {
    if (description.target === child) return "[target]";
    if (description.thisValue === child) return "[this]";
    for (let i = 0; i < description.args.length; i++) {
      if (description.args[i] === child) return `[bound ${i}]`;
    }
  }
  if ((description.type === "closure" || description.type === "class") && description.home === child) {
    return "[home]";
  }
  return "";
}

/** A key as the path shows it behind its object. */
export function keyLabel(key: PropertyKey): string {
  if (typeof key === "symbol") return `[${keyName(key)}]`;
  const text = createString(key);
  if (text === "") return '[""]';
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    const letter = c >= "a" && c <= "z" || c >= "A" && c <= "Z" || c === "_" || c === "$";
    const digit = c >= "0" && c <= "9";
    if (i === 0 && digit) return `[${text}]`;
    if (!letter && !digit) return `["${text}"]`;
  }
  return `.${text}`;
}

function keyName(key: PropertyKey): string {
  return typeof key === "symbol" ? `Symbol(${symbolDescription(key) ?? ""})` : createString(key);
}
