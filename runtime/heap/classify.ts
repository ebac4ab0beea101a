import type { Brand } from "./access.ts";
import { dataViewBuffer, SafeMap, typedArrayBuffer, typedArrayName, weakRefDeref } from "./intrinsics.ts";
import { isFar, type Stand, standOf } from "./kept_iterator.ts";
import { whyNotPromise } from "./kinds/promise.ts";
import { KIND, type KindNumber, type Node } from "./node.ts";
import type { Outlet } from "./outlet.ts";
import { pathTo } from "./path.ts";
import { Refusal } from "./refusal.ts";
import { REFUSALS, type Why, whyRefused } from "./refusals.ts";

const BRANDS = new SafeMap<Brand, KindNumber>();
BRANDS.set("plain", KIND.plain);
BRANDS.set("array", KIND.array);
BRANDS.set("map", KIND.map);
BRANDS.set("set", KIND.set);
BRANDS.set("date", KIND.date);
BRANDS.set("regexp", KIND.regexp);
BRANDS.set("error", KIND.error);
BRANDS.set("boxed", KIND.boxed);
BRANDS.set("arraybuffer", KIND.buffer);
BRANDS.set("typedarray", KIND.view);
BRANDS.set("dataview", KIND.view);
BRANDS.set("arguments", KIND.arguments);
BRANDS.set("weakmap", KIND.weakMap);
BRANDS.set("weakset", KIND.weakSet);
BRANDS.set("weakref", KIND.weakRef);
BRANDS.set("promise", KIND.promise);
BRANDS.set("proxy", KIND.proxy);
BRANDS.set("host", KIND.host);
BRANDS.set("namespace", KIND.namespace);
BRANDS.set("mapiterator", KIND.iterator);
BRANDS.set("setiterator", KIND.iterator);
BRANDS.set("finalizationregistry", KIND.registry);
BRANDS.set("arrayiterator", KIND.arrayIterator);

/** Brands that no built-in of the language has: they needn't be looked up by name. */
const NEVER_BUILTIN = new SafeMap<Brand, true>();
const INSTANCES: readonly Brand[] = ["map", "set", "date", "error", "arraybuffer", "typedarray", "dataview"];
for (let i = 0; i < INSTANCES.length; i++) NEVER_BUILTIN.set(INSTANCES[i]!, true);

/** Which kind a value is that the session meets for the first time. @throws {Refusal} */
export function classify(out: Outlet, node: Node): KindNumber {
  if (typeof node === "symbol") return KIND.symbol;
  if (typeof node === "function") {
    if (out.values.brandOf(node) === "proxy") {
      const why = whyNot(out, node, "proxy");
      return why === undefined ? KIND.proxy : refuse(out, node, why);
    }
    if (out.values.nameOfBuiltin(node) !== undefined) return KIND.builtin;
    return functionKind(out, node);
  }
  const example = out.layouts.meet(node, out.slotNumber);
  if (example !== undefined) {
    out.met = example.number;
    return example.kind === KIND.view ? checkedView(out, node) : example.kind;
  }
  const brand = out.values.brandOf(node);
  if (!NEVER_BUILTIN.has(brand) && out.values.nameOfBuiltin(node) !== undefined) return KIND.builtin;
  const why = whyNot(out, node, brand);
  if (why !== undefined) return refuse(out, node, why);
  const kind = BRANDS.get(brand)!;
  if (kind === KIND.view) checkedView(out, node);
  if (kind === KIND.plain || NEVER_BUILTIN.has(brand)) out.met = out.layouts.learnKind(node, kind);
  return kind;
}

/**
 * A view, unless it looks at memory that other threads may write. Nothing can stand for such a one: `Atomics` and
 * `ArrayBuffer.isView()` ask an object for nothing that would tell that it stayed behind. @throws {Refusal}
 */
function checkedView(out: Outlet, view: object): KindNumber {
  const buffer = typedArrayName(view) === undefined
    ? dataViewBuffer(view as DataView)
    : typedArrayBuffer(view);
  if (out.values.brandOf(buffer) === "sharedarraybuffer") {
    throw new Refusal(pathTo(out, view), REFUSALS.sharedBuffer);
  }
  return KIND.view;
}

/** Why this one can't travel, if it can't. */
function whyNot({ values, code, owners }: Outlet, node: object, brand: Brand): Why | undefined {
  switch (brand) {
    case "promise":
      return whyNotPromise(node, values);
    case "weakref":
      return weakRefDeref(node as WeakRef<WeakKey>) === undefined ? REFUSALS.emptyRef : undefined;
    case "proxy":
      return values.proxyParts?.(node) === undefined ? whyRefused(values, node, brand) : undefined;
    case "host":
      return values.hostParts?.(node) === undefined ? whyRefused(values, node, brand) : undefined;
    case "namespace":
      return code.namespaceRef?.(node) === undefined ? REFUSALS.dynamicNamespace : undefined;
    case "mapiterator":
    case "setiterator":
      return values.isBareIterator?.(node) !== true || owners.carriedBy(node).length > 0
        ? REFUSALS.oddIterator
        : undefined;
    case "arrayiterator":
      return whyNotKept(standOf(node));
    default:
      return BRANDS.has(brand) ? undefined : whyRefused(values, node, brand);
  }
}

function whyNotKept(stand: Stand | undefined): Why | undefined {
  if (stand === undefined) return REFUSALS.arrayIterator;
  return isFar(stand) ? REFUSALS.farIterator : undefined;
}

function functionKind(out: Outlet, fn: Function): KindNumber {
  for (let inner = fn;;) {
    const description = out.code.describe(inner);
    if (description.type === "refused") {
      const isHost = inner === fn && out.values.hostParts?.(fn) !== undefined;
      return isHost ? KIND.host : refuse(out, fn, description);
    }
    if (description.type !== "bound") return inner === fn ? KIND[description.type] : KIND.bound;
    inner = description.target;
    // Binding asks its target for name and length.
    if (out.values.brandOf(inner) === "proxy") return refuse(out, fn, REFUSALS.boundProxy);
    if (out.values.nameOfBuiltin(inner) !== undefined) return KIND.bound;
  }
}

/** Leaves a value behind that is first reached from `out.at`. @throws {Refusal} where it must travel */
export function refuse(out: Outlet, value: object, why: Why): KindNumber {
  const { options, state } = out;
  const mustTravel = options.side === "clone" || !options.absent || out.at < 0 ||
    state.kinds[out.at] === KIND.array && state.parents[out.at]! < 0;
  if (mustTravel) throw new Refusal(pathTo(out, value), why);
  out.reasons.set(value, why);
  return KIND.absent;
}
