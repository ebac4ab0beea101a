/**
 * Host objects that plain values describe: what each type holds, and how another one is made that can't be told from it.
 *
 * The host's functions are taken when this is made, before the program can patch them; those that take milliseconds to
 * load when the first such object turns up, and then only if the program hasn't patched them. An object is recognised
 * by its prototypes and confirmed by its slots: a reader that throws means that it isn't what it looks like.
 */
import { types } from "node:util";
import type { HostParts } from "../heap/access.ts";
import { blobType, fileType } from "./blob_types.ts";
import { exceptionType } from "./exception_type.ts";
import { type HostType, text } from "./host_type.ts";
import { isProgramCode } from "./program_code.ts";
import { hasOwn, isArray, SafeMap, SafeSet, SafeWeakMap } from "../heap/intrinsics.ts";
import { append, filter, find, forEach, map, some } from "../heap/lists.ts";
import { hasText, sliceText, startsWith } from "../heap/texts.ts";

const { getPrototypeOf, ownKeys, getOwnPropertyDescriptor, apply, construct } = Reflect;

/** Intl classes and whether `resolvedOptions` says all about them. */
const INTL = [
  ...["NumberFormat", "DateTimeFormat", "Collator", "PluralRules", "ListFormat", "RelativeTimeFormat"],
  ...["DisplayNames", "Segmenter", "DurationFormat"],
];
/** Resolved options that aren't options, or say less than another one. */
const NOT_OPTIONS = new SafeSet(["locale", "pluralCategories", "hour12"]);
const DEFAULTS: Readonly<Record<string, object>> = { DisplayNames: { type: "language" } };

const TEMPORAL = [
  ...["Instant", "PlainDate", "PlainTime", "PlainDateTime", "ZonedDateTime", "PlainYearMonth"],
  ...["PlainMonthDay", "Duration"],
];

export class HostValues {
  readonly #types: HostType[];
  /** By the class's own name, types that aren't loaded yet. */
  readonly #lazy = new SafeMap<string, () => HostType>();
  readonly #byPrototype = new SafeWeakMap<object, HostType | null>();
  readonly #keys = new SafeMap<string, readonly PropertyKey[]>();

  readonly #requires: HostType | undefined;

  /** `decoding` knows of TextDecoders that may be in the middle of a stream, `requires` of functions that load scripts. */
  constructor(decoding: { isMidStream(decoder: object): boolean } = new NoDecoding(), requires?: HostType) {
    this.#requires = requires;
    this.#types = [
      ...urlTypes(),
      plainType("TextEncoder", () => ({ fixed: [], state: [] }), () => construct(TextEncoder, [])),
      decoderType(decoding),
      ...map(filter(INTL, (name) => name in Intl), intlType),
      localeType(),
      // A File is a Blob too, so it comes first.
      ...[fileType(), blobType(), exceptionType()],
      ...requires === undefined ? [] : [requires],
    ];
    this.#lazy.set("Headers", headersType);
    if ("Temporal" in globalThis) {
      forEach(TEMPORAL, (name) => {
        this.#lazy.set(name, () => temporalType(name));
      });
    }
  }

  parts(value: object): HostParts | undefined {
    const type = this.#typeOf(value);
    if (type === undefined) return undefined;
    try {
      const parts = type.read(value);
      return parts && { type: type.name, ...parts, ownKeys: this.#keysOf(type) };
    } catch {
      return undefined;
    }
  }

  /** @throws {TypeError} */
  make(name: string, fixed: readonly unknown[]): object {
    this.#load(startsWith(name, "Temporal.") ? sliceText(name, "Temporal.".length) : name);
    const type = find(this.#types, (item) => item.name === name);
    if (type === undefined) throw new TypeError(`Cannot make a ${name}: this host has none`);
    return type.make(fixed);
  }

  fill(value: object, state: readonly unknown[]): void {
    const type = this.#typeOf(value);
    if (type?.fill === undefined) throw new TypeError("Cannot change a host object: its type has no state");
    type.fill(value, state);
  }

  #typeOf(value: object): HostType | undefined {
    if (typeof value === "function") return this.#requires;
    const prototype = getPrototypeOf(value);
    if (prototype === null) return undefined;
    let type = this.#byPrototype.get(prototype);
    if (type === undefined) {
      type = this.#find(prototype) ?? null;
      this.#byPrototype.set(prototype, type);
    }
    return type ?? undefined;
  }

  #find(prototype: object): HostType | undefined {
    for (let at: object | null = prototype; at !== null; at = getPrototypeOf(at)) {
      if (types.isProxy(at)) return undefined;
      const maker: unknown = getOwnPropertyDescriptor(at, "constructor")?.value;
      const name = typeof maker === "function" && getOwnPropertyDescriptor(maker, "name")?.value;
      if (typeof name === "string") this.#load(name);
      const type = find(this.#types, (item) => item.prototype === at);
      if (type !== undefined) return type;
    }
    return undefined;
  }

  #load(name: string): void {
    const load = this.#lazy.get(name);
    this.#lazy.delete(name);
    const type = load?.();
    if (type !== undefined && !isPatched(type.prototype)) this.#types[this.#types.length] = type;
  }

  #keysOf(type: HostType): readonly PropertyKey[] {
    let keys = this.#keys.get(type.name);
    if (keys === undefined) this.#keys.set(type.name, keys = ownKeys(type.sample()));
    return keys;
  }
}

/** Whether a class of the host has functions of the program. */
function isPatched(prototype: object): boolean {
  return some(ownKeys(prototype), (key) => {
    const { value, get, set } = getOwnPropertyDescriptor(prototype, key)!;
    return some([value, get, set], (part) => typeof part === "function" && isProgramCode(part));
  });
}

class NoDecoding {
  isMidStream(): boolean {
    return true;
  }
}

function plainType(
  name: string,
  read: HostType["read"],
  make: HostType["make"],
  fill?: HostType["fill"],
): HostType {
  const prototype = (globalThis as any)[name].prototype;
  return { name, prototype, read, make, sample: () => make([]), ...(fill && { fill }) };
}

// URL and URLSearchParams: either may own the other's text

function urlTypes(): HostType[] {
  const Url = URL, Params = URLSearchParams;
  const href = getOwnPropertyDescriptor(Url.prototype, "href")!;
  const searchParams = getOwnPropertyDescriptor(Url.prototype, "searchParams")!.get!;
  const list = pairs(Params.prototype);
  const ownerKey = find(
    ownKeys(new Params()),
    (key) => typeof key === "symbol" && key.description === "url object",
  );
  const url: HostType = plainType(
    "URL",
    (value) => ({ fixed: [], state: [apply(href.get!, value, [])] }),
    () => new Url("about:blank"),
    (value, { 0: text }) => void apply(href.set!, value, [text]),
  );
  const read = (value: object) => {
    const entries = list.read(value);
    if (ownerKey === undefined) return undefined;
    const owner: unknown = getOwnPropertyDescriptor(value, ownerKey)?.value;
    if (typeof owner !== "object") return undefined;
    return owner === null ? { fixed: [], state: entries } : { fixed: [owner], state: [] };
  };
  const params: HostType = plainType(
    "URLSearchParams",
    read,
    ({ 0: owner }) => owner === undefined ? new Params() : apply(searchParams, owner, []),
    (value, state) => {
      // One that a URL owns has no state of its own.
      if (read(value)?.fixed.length === 0) list.write(value, state);
    },
  );
  return [url, params];
}

function headersType(): HostType {
  const Made = Headers;
  const list = pairs(Made.prototype);
  const symbol = (name: string) =>
    find(ownKeys(new Made()), (key) => typeof key === "symbol" && key.description === name);
  const guard = symbol("guard");
  const content = symbol("header list");
  const read = (value: object) => {
    // Those of requests and responses are guarded, or not even read from the host yet.
    if (guard === undefined || getOwnPropertyDescriptor(value, guard)?.value !== "none") return undefined;
    const entries: unknown = getOwnPropertyDescriptor(value, content!)?.value;
    // Iterating would leave a cache behind that the program could see.
    return isArray(entries) ? { fixed: [], state: flat(entries) } : undefined;
  };
  const write = (value: object, state: readonly unknown[]) => list.write(value, state, read(value)!.state);
  const sample = () => {
    const made = new Made();
    list.read(made);
    return made;
  };
  return { ...plainType("Headers", read, () => new Made(), write), sample };
}

function flat(entries: readonly (readonly [string, string])[]): string[] {
  const list: string[] = [];
  for (let i = 0; i < entries.length; i++) {
    list[2 * i] = entries[i]![0];
    list[2 * i + 1] = entries[i]![1];
  }
  return list;
}

/** Reads and writes a list of names and values through `forEach`, `delete` and `append`. */
function pairs(prototype: any) {
  const { forEach, append, delete: remove } = prototype;
  const read = (value: object): string[] => {
    const entries: string[] = [];
    apply(forEach, value, [(text: string, name: string) => {
      entries[entries.length] = name;
      entries[entries.length] = text;
    }]);
    return entries;
  };
  const write = (value: object, state: readonly unknown[], now: readonly unknown[] = read(value)): void => {
    for (let i = 0; i < now.length; i += 2) apply(remove, value, [now[i]]);
    for (let i = 0; i < state.length; i += 2) apply(append, value, [text(state[i]), text(state[i + 1])]);
  };
  return { read, write };
}

function decoderType(decoding: { isMidStream(decoder: object): boolean }): HostType {
  const Made = TextDecoder;
  const { 0: encoding, 1: fatal, 2: ignoreBOM } = map(
    ["encoding", "fatal", "ignoreBOM"],
    (key) => getOwnPropertyDescriptor(Made.prototype, key)!.get!,
  );
  return plainType(
    "TextDecoder",
    (value) =>
      decoding.isMidStream(value) ? undefined : {
        fixed: [apply(encoding!, value, []), apply(fatal!, value, []), apply(ignoreBOM!, value, [])],
        state: [],
      },
    ({ 0: label = "utf-8", 1: isFatal = false, 2: ignores = false }) =>
      new Made(text(label), { fatal: isFatal === true, ignoreBOM: ignores === true }),
  );
}

// Intl: what an object was made with, as far as it can be seen

function intlType(name: string): HostType {
  const Made = (Intl as any)[name];
  const { resolvedOptions } = Made.prototype;
  const options = (value: object): Record<string, unknown> => apply(resolvedOptions, value, []);
  const make = (given: readonly unknown[]) => {
    const chosen: Record<string, unknown> = { __proto__: null, ...DEFAULTS[name] };
    for (let i = 1; i < given.length; i += 2) chosen[text(given[i])] = primitive(given[i + 1]);
    return new Made(given.length === 0 ? undefined : text(given[0]), chosen);
  };
  const read = (value: object) => {
    const resolved = options(value);
    const fixed: unknown[] = [resolved.locale];
    for (const key in resolved) if (!NOT_OPTIONS.has(key)) append(fixed, [key, resolved[key]]);
    // What its options don't tell, another one made of them shows.
    return sameOptions(resolved, options(make(fixed))) ? { fixed, state: [] } : undefined;
  };
  return { name: `Intl.${name}`, prototype: Made.prototype, read, make, sample: () => make([]) };
}

function sameOptions(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  for (const key in a) if (key !== "pluralCategories" && a[key] !== b[key]) return false;
  for (const key in b) if (!hasOwn(a, key)) return false;
  return true;
}

/** @throws {TypeError} */
function primitive(value: unknown): unknown {
  if (typeof value === "object" || typeof value === "function" || typeof value === "symbol") {
    throw new TypeError("Cannot make a host object: an option is no primitive");
  }
  return value;
}

function localeType(): HostType {
  const Made = Intl.Locale;
  const { toString } = Made.prototype;
  return {
    name: "Intl.Locale",
    prototype: Made.prototype,
    read: (value) => ({ fixed: [apply(toString, value, [])], state: [] }),
    make: ({ 0: tag = "en" }) => new Made(text(tag)),
    sample: () => new Made("en"),
  };
}

// Temporal: immutable, and its texts are exact

function temporalType(name: string): HostType {
  const Made = (globalThis as any).Temporal[name];
  const { toString } = Made.prototype;
  const { from } = Made;
  const shown = hasText(name, "Month") ? [{ calendarName: "always" }] : [];
  const read = (value: object) => ({ fixed: [apply(toString, value, shown)], state: [] });
  return {
    name: `Temporal.${name}`,
    prototype: Made.prototype,
    read,
    make: ({ 0: written }) => apply(from, Made, [text(written)]),
    sample: () => ({}),
  };
}
