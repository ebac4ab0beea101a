import type { ModuleKey } from "../heap/access.ts";
import { find, forEach, map } from "../heap/lists.ts";
import {
  construct,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  ownKeys,
  SafeMap,
  SafeWeakMap,
  setPrototypeOf,
} from "./intrinsics.ts";
import type {
  ClassRecord,
  LiveModule,
  LiveModules,
  Member,
  Privates,
  RegisterClass,
} from "./live_modules.ts";

/** The classes that rewritten modules have made: their members as they were at first, and their private names. */
export class LiveClasses {
  readonly #modules: LiveModules;
  readonly #classes = new SafeWeakMap<Function, ClassRecord>();
  /** Prototype objects of classes whose instances carry private names. */
  readonly #privateOwners = new SafeWeakMap<object, Function>();
  readonly #withPrivates: Function[] = [];

  constructor(modules: LiveModules) {
    this.#modules = modules;
  }

  /** Undefined for a class that isn't there yet: its static part is being evaluated. */
  get(cls: Function): ClassRecord | undefined {
    return this.#classes.get(cls);
  }

  /** The class that has this function as its member of that site. */
  ownerOf(
    fn: Function,
    { module, site, owner }: { module: LiveModule; site: number; owner: number },
  ): Function | undefined {
    const records = module.classes.get(owner) ?? [];
    return find(records, (item) => this.#memberIn(item, site) === fn)?.cls;
  }

  /** The computed names of a class's members and fields, in source order; undefined for what can't be told. */
  keysOf(record: ClassRecord, keyed: readonly number[]): (PropertyKey | undefined)[] {
    const keys = new Array<PropertyKey | undefined>(keyed.length);
    let field = record.fieldKeys;
    for (let i = keyed.length - 1; i >= 0; i--) {
      if (keyed[i] === -1) {
        keys[i] = propertyKey(field?.v);
        field = field?.n;
      } else keys[i] = this.#membersOf(record).get(keyed[i]!)?.key;
    }
    return keys;
  }

  register(
    module: LiveModule,
    { 0: site, 1: cls, 2: ask, 3: privates, 4: door, 5: early, 6: fieldKeys }: Parameters<RegisterClass>,
  ): void {
    // Its table isn't needed yet: start-up must not wait for it.
    const record: ClassRecord = {
      module,
      site,
      cls,
      ask,
      scopes: undefined,
      privates,
      private: undefined,
      members: undefined,
      privateMethods: undefined,
      door,
      fieldKeys,
      makers: new SafeMap(),
    };
    this.#classes.set(cls, record);
    const list = module.classes.get(site);
    if (list === undefined) module.classes.set(site, [record]);
    else list[list.length] = record;
    if (early === 1) this.#membersOf(record);
    if (privates === undefined) return;
    this.#privateOwners.set(prototypeOf(cls), cls);
    this.#withPrivates[this.#withPrivates.length] = cls;
  }

  /** Members by site, as the class has them now: read right after it came into being, or when first needed. */
  #membersOf(record: ClassRecord): Map<number, Member> {
    if (record.members !== undefined) return record.members;
    const members = new SafeMap<number, Member>();
    forEach([record.cls, prototypeOf(record.cls)], (holder) => {
      forEach(ownKeys(holder), (key) => {
        const descriptor = getOwnPropertyDescriptor(holder, key)!;
        const fns = [descriptor.value, descriptor.get, descriptor.set];
        for (let i = 0; i < fns.length; i++) {
          const fn = fns[i]!;
          if (typeof fn !== "function") continue;
          const site = this.#modules.siteOf(fn);
          if (site?.module === record.module.key && !members.has(site.site)) {
            members.set(site.site, { fn, key });
          }
        }
      });
    });
    return record.members = members;
  }

  memberOf(owner: Function, site: number): Function | undefined {
    const record = this.#classes.get(owner);
    return record === undefined ? undefined : this.#memberIn(record, site);
  }

  #memberIn(record: ClassRecord, site: number): Function | undefined {
    return this.#membersOf(record).get(site)?.fn ?? this.#privateMethodsOf(record).get(site);
  }

  /** Private methods can be read from what has them only: an object is made for it. */
  #privateMethodsOf(record: ClassRecord): Map<number, Function> {
    if (record.privateMethods !== undefined) return record.privateMethods;
    const methods = new SafeMap<number, Function>();
    record.privateMethods = methods;
    const { names, access } = this.#privatesOf(record.cls) ?? { names: [], access: undefined };
    let instance: object | undefined;
    forEach(names, ({ kind, isStatic }, i) => {
      if (kind !== "method") return;
      const fn = access!(
        3 * i,
        isStatic ? record.cls : instance ??= this.#stamp(record.cls, undefined, () => ({})),
      );
      methods.set(this.#modules.siteOf(fn as Function)!.site, fn as Function);
    });
    return methods;
  }

  /** The member of that site that an object has by its class, though something else may stand in its place by now. */
  memberAlong(chain: ReadonlySet<object>, key: ModuleKey, site: number): Function | undefined {
    const module = this.#modules.live(key);
    const records = module.classes.get(this.#modules.tableOf(key).sites[site]!.owner!) ?? [];
    const record = find(records, ({ cls }) => chain.has(cls) || chain.has(prototypeOf(cls)));
    return record === undefined ? undefined : this.#membersOf(record).get(site)?.fn;
  }

  privateOwner(prototype: object): Function | undefined {
    return this.#privateOwners.get(prototype);
  }

  privateClasses(): readonly Function[] {
    return this.#withPrivates;
  }

  /** A class object carries its own static private names; everything else carries those of instances. */
  readPrivates(owner: Function, value: object): readonly unknown[] | undefined {
    const found = this.#privatesOf(owner);
    if (found === undefined) return undefined;
    const { names, access } = found;
    const wanted = owner === value;
    let contents: unknown[] | undefined;
    for (let i = 0; i < names.length; i++) {
      const item = names[i]!;
      if (item.isStatic !== wanted || access(3 * i + 2, value) !== true) continue;
      contents ??= map(names, () => undefined);
      if (item.kind === "field") contents[i] = access(3 * i, value);
    }
    return contents;
  }

  writePrivate(owner: Function, value: object, index: number, content: unknown): void {
    const found = this.#privatesOf(owner);
    const item = found?.names[index];
    if (item?.kind === "field" && item.isStatic === (owner === value)) {
      found!.access(3 * index + 1, value, content);
    }
  }

  createWithPrivates(owners: readonly Function[], make: () => object): object {
    let object: object | undefined;
    forEach(owners, (owner) => {
      object = this.#stamp(owner, object, make);
    });
    return object ?? make();
  }

  /** Adds the class's private names: a base class makes its own object, a derived one takes what "super" returns. */
  #stamp(owner: Function, object: object | undefined, make: () => object): object {
    const { module, site } = this.#classes.get(owner)!;
    const { derived } = this.#modules.tableOf(module.key).sites[site]!;
    const parent = getPrototypeOf(owner);
    module.control(1, true);
    try {
      if (derived !== true) return construct(owner, []);
      const given = object ?? make();
      setPrototypeOf(owner, function () {
        return given;
      });
      return construct(owner, []);
    } finally {
      if (derived === true) setPrototypeOf(owner, parent);
      module.control(1, undefined);
    }
  }

  /** Cached: it is asked for every instance. */
  #privatesOf(owner: Function): Privates | undefined {
    const record = this.#classes.get(owner);
    if (record?.privates === undefined) return undefined;
    if (record.private === undefined) {
      const names = this.#modules.tableOf(record.module.key).sites[record.site]!.privates ?? [];
      record.private = { names, access: record.privates };
    }
    return record.private;
  }
}

/** The name that a value stands for between brackets; undefined if code of the app's would have to run to tell. */
function propertyKey(value: unknown): PropertyKey | undefined {
  if (typeof value === "string" || typeof value === "symbol") return value;
  return typeof value === "object" && value !== null || typeof value === "function" ? undefined : `${value}`;
}

/** What instances of a class inherit from. */
export function prototypeOf(cls: Function): object {
  return getOwnPropertyDescriptor(cls, "prototype")!.value;
}
