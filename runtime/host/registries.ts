/**
 * Notes what a guest's code registers with FinalizationRegistries: nothing can list that, and their functions must only be
 * called on the device. What stands for the class and its methods looks like them.
 */
import type { Registration } from "../heap/access.ts";
import { mustDefine, SafeMap, SafeWeakMap } from "../heap/intrinsics.ts";
import { forEach } from "../heap/lists.ts";

const { apply, construct, ownKeys, getOwnPropertyDescriptor, defineProperty } = Reflect;
const { get, set } = WeakMap.prototype;

/** Whether something was done with a token: then all that has it is known. */
function isNoted(done: readonly Registration[], token: WeakKey): boolean {
  for (let i = 0; i < done.length; i++) if (done[i]!.token === token) return true;
  return false;
}

interface Notes {
  readonly done: Registration[];
  /** Made since the thread came: then all that was ever registered is known. */
  readonly cleanup: Function | undefined;
}

export class Registries {
  /** What stands for the built-in functions, and what they stand for. */
  readonly stands = new SafeMap<Function, Function>();
  #notes = new SafeWeakMap<object, Notes>();
  readonly #abandon: (reason: string) => never;

  /** `abandon`: what is asked for can only be told by the device. */
  constructor(abandon: (reason: string) => never) {
    this.#abandon = abandon;
    const { prototype } = FinalizationRegistry;
    this.#replace(prototype, "register", (original) => this.#registering(original));
    this.#replace(prototype, "unregister", (original) => this.#unregistering(original));
    this.#replace(globalThis, "FinalizationRegistry", (original) => this.#making(original));
    mustDefine(prototype, "constructor", {
      ...getOwnPropertyDescriptor(prototype, "constructor"),
      value: FinalizationRegistry,
    });
  }

  /** A thread comes: what was noted before has gone home. */
  begin(): void {
    this.#notes = new SafeWeakMap();
  }

  /** What was done since, in order. */
  registrations(registry: object): readonly Registration[] {
    return this.#noted(registry)?.done ?? [];
  }

  /** The function of one that was made since. */
  cleanupOf(registry: object): Function | undefined {
    return this.#noted(registry)?.cleanup;
  }

  #noted(registry: object): Notes | undefined {
    return apply(get, this.#notes, [registry]);
  }

  #notesOf(registry: object): Notes {
    let notes = this.#noted(registry);
    if (notes === undefined) {
      notes = { done: [], cleanup: undefined };
      apply(set, this.#notes, [registry, notes]);
    }
    return notes;
  }

  #registering(original: Function): Function {
    const note = (registry: object, target: WeakKey, held: unknown, token: WeakKey | undefined) => {
      const { done } = this.#notesOf(registry);
      done[done.length] = { target, held, token };
    };
    return {
      register(this: object, target: WeakKey, held: unknown, token?: WeakKey): void {
        apply(original, this, arguments);
        note(this, target, held, token);
      },
    }.register;
  }

  #unregistering(original: Function): Function {
    const note = (registry: object, token: WeakKey, found: boolean) => {
      const { done, cleanup } = this.#notesOf(registry);
      if (!found && cleanup === undefined && !isNoted(done, token)) {
        this.#abandon("it takes back what the device registered with a FinalizationRegistry");
      }
      done[done.length] = { target: undefined, held: undefined, token };
    };
    return {
      unregister(this: object, token: WeakKey): boolean {
        const found = apply(original, this, arguments) as boolean;
        note(this, token, found);
        return found;
      },
    }.unregister;
  }

  #making(original: Function): Function {
    const note = (registry: object, cleanup: Function) =>
      apply(set, this.#notes, [registry, { done: [], cleanup }]);
    const stand = function FinalizationRegistry(cleanup: Function) {
      if (new.target === undefined) return apply(original, undefined, [cleanup]);
      const called = typeof cleanup === "function" ? () => {} : cleanup;
      const made = construct(original, [called], new.target);
      note(made, cleanup);
      return made;
    };
    return stand;
  }

  #replace(holder: object, name: string, make: (original: Function) => Function): void {
    const descriptor = getOwnPropertyDescriptor(holder, name)!;
    const original = descriptor.value as Function;
    const stand = make(original);
    forEach(ownKeys(original), (key) => {
      defineProperty(stand, key, getOwnPropertyDescriptor(original, key)!);
    });
    this.stands.set(stand, original);
    mustDefine(holder, name, { ...descriptor, value: stand });
  }
}
