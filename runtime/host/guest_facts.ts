import { defineProperty, ownKeys } from "../heap/intrinsics.ts";
import { filter, forEach } from "../heap/lists.ts";
import { sliceText, startsWith } from "../heap/texts.ts";
import type { Abandon, Ask } from "./guest_files.ts";
import { MACHINE_FACTS } from "./machine_facts.ts";

/** What the device tells of its machine, asked for when it is called. */
export class GuestFacts {
  readonly #ask: Ask;
  readonly #abandon: Abandon;

  constructor(ask: Ask, abandon: Abandon) {
    this.#ask = ask;
    this.#abandon = abandon;
  }

  /** By the names of a module's functions. */
  all(module: "Deno." | "node:os."): Record<string, () => unknown> {
    const names = filter(ownKeys(MACHINE_FACTS) as string[], (name) => startsWith(name, module));
    const facts: Record<string, () => unknown> = {};
    forEach(names, (name) => {
      const called = sliceText(name, module.length);
      facts[called] = this.one(name, called);
    });
    return facts;
  }

  one(name: string, called: string): () => unknown {
    const fact = () => {
      const { ok, value, error } = this.#ask({ op: "machine", name }).reply;
      // The device's own call throws what its permissions make of it.
      return ok ? value : this.#abandon(`it calls ${name}: ${error?.message}`);
    };
    defineProperty(fact, "name", { value: called });
    return fact;
  }
}
