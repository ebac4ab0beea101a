import { ownKeys, SafeMap } from "../heap/intrinsics.ts";
import type { GuestRequest } from "../thread/protocol.ts";
import type { Abandon, Ask } from "./guest_files.ts";

/** The engine's own: what stands for it later counts what a program left. */
const { queueMicrotask } = globalThis;
/** How long an answer holds while nothing of the app's own flow can change it: a Worker of its could, too. */
const HOLDS_MS = 1_000;

/**
 * The device's environment, asked for when it is read: what the app may not read fails as it would there. An answer
 * holds until the code that asked lets others run, so that a library which asks in every call costs one round trip.
 */
export class GuestEnvironment {
  readonly #ask: Ask;
  readonly #abandon: Abandon;
  readonly #now: () => number;
  readonly #known = new SafeMap<string, string | undefined>();
  #holdsUntil = 0;

  /** `now`: milliseconds that only grow. */
  constructor(ask: Ask, abandon: Abandon, now: () => number) {
    this.#ask = ask;
    this.#abandon = abandon;
    this.#now = now;
  }

  /** Nothing that is known holds any more. */
  readonly forget = (): void => this.#known.clear();

  /** As `Deno.env`. */
  deno() {
    return {
      get: (name: string) => this.#variable(name),
      has: (name: string) => this.#variable(name) !== undefined,
      toObject: () => this.#all(),
      set: () => this.#changes(),
      delete: () => this.#changes(),
    };
  }

  /** As `process.env`. */
  node(): object {
    return new Proxy({}, {
      get: (_target, name) => typeof name === "string" ? this.#variable(name) : undefined,
      has: (_target, name) => typeof name === "string" && this.#variable(name) !== undefined,
      ownKeys: () => ownKeys(this.#all()),
      getOwnPropertyDescriptor: (_target, name) => {
        const value = typeof name === "string" ? this.#variable(name) : undefined;
        return value === undefined
          ? undefined
          : { value, writable: true, enumerable: true, configurable: true };
      },
      set: () => this.#changes(),
      deleteProperty: () => this.#changes(),
      defineProperty: () => this.#changes(),
    });
  }

  #variable(name: unknown): string | undefined {
    if (typeof name !== "string") {
      return this.#abandon("it asks for a variable by something else than a name");
    }
    const now = this.#now();
    if (now >= this.#holdsUntil) this.forget();
    if (this.#known.has(name)) return this.#known.get(name);
    const value = (this.#answer({ op: "env", name }) as string | null) ?? undefined;
    if (this.#known.size === 0) {
      this.#holdsUntil = now + HOLDS_MS;
      queueMicrotask(this.forget);
    }
    this.#known.set(name, value);
    return value;
  }

  #all(): Record<string, string> {
    return this.#answer({ op: "env" }) as Record<string, string>;
  }

  #answer(request: GuestRequest): unknown {
    const { ok, value, error } = this.#ask(request).reply;
    // The device's own call throws what its permissions make of it.
    return ok ? value : this.#abandon(`it reads the environment: ${error?.message}`);
  }

  #changes(): never {
    return this.#abandon("it changes the environment", { what: "Deno.env.set" });
  }
}
