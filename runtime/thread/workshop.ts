import { after } from "./alarm.ts";
import type { ModuleSource, RewrittenModule } from "../rewrite/mod.ts";

/** What is to be made of one module; what it comes to is in {@linkcode Made}. */
export type Order =
  | { readonly what: "device"; readonly methods: readonly string[] }
  | { readonly what: "guest"; readonly uninitialised: readonly string[] }
  | {
    readonly what: "makers";
    readonly sites: readonly number[];
    readonly place: "device" | "guest";
    readonly uninitialised: readonly string[];
  }
  | { readonly what: "table" }
  | { readonly what: "text" }
  | { readonly what: "position"; readonly offset: number }
  | { readonly what: "why not"; readonly method: string };

/** The device's text, its source map in JSON, and its migration points: site and method. */
export interface DeviceForm {
  readonly text: string;
  readonly map: string;
  readonly points: readonly (readonly [number, string])[];
}

/** What each order comes to, as plain JSON. */
export interface Made {
  readonly device: DeviceForm;
  /** In JSON, as hashes are of it. */
  readonly guest: string;
  readonly makers: string;
  readonly table: string;
  readonly text: string;
  readonly position: string;
  /** Why a method has no migration point. */
  readonly "why not": string;
}

/** Where texts are made of modules: in this process, or, for one that must not stand still meanwhile, in another. */
export interface Workshop {
  /** Whether this module was parsed here before. */
  holds(key: string): boolean;
  /** @throws {UnfitModule} if the module can't be rewritten. */
  make<O extends Order>(source: ModuleSource, order: O): Promise<Made[O["what"]]>;
}

/** A module that can't be rewritten: it runs as it is. */
export class UnfitModule extends Error {}

type Rewriter = typeof import("../rewrite/mod.ts");

/** In a variable, so that the engine doesn't read the rewriter's modules before anybody asks for them. */
const REWRITER = "../rewrite/mod.ts";

/** Texts are made for so long before the event loop has a turn. */
const BREATHE_MS = 100;

/** Makes texts in this process. The rewriter is loaded for the first. */
export class OwnWorkshop implements Workshop {
  readonly #modules = new Map<string, RewrittenModule>();
  #rewriter: Rewriter | undefined;
  /** When the event loop had its last turn between texts, and its next turn if that is waited for. */
  #breathedAt = 0;
  #breath: Promise<void> | undefined;

  async load(): Promise<void> {
    this.#rewriter ??= await import(REWRITER) as Rewriter;
  }

  holds(key: string): boolean {
    return this.#modules.has(key);
  }

  async make<O extends Order>(source: ModuleSource, order: O): Promise<Made[O["what"]]> {
    await this.load();
    // Looked at right before: others may have been waiting for the same turn.
    for (let turn; (turn = this.#nextTurn()) !== undefined;) await turn;
    try {
      return this.#make(source, order) as Made[O["what"]];
    } catch (error) {
      if (!(error instanceof this.#rewriter!.ParseError || error instanceof RangeError)) throw error;
      throw new UnfitModule(error.message);
    }
  }

  /** A module, parsed; the rewriter must have been loaded. */
  module(source: ModuleSource): RewrittenModule {
    const known = this.#modules.get(source.key);
    if (known !== undefined) return known;
    if (this.#rewriter === undefined) {
      throw new TypeError(`Cannot rewrite module ${source.key}: the rewriter isn't loaded yet`);
    }
    const module = new this.#rewriter.RewrittenModule(source);
    this.#modules.set(source.key, module);
    return module;
  }

  #make(source: ModuleSource, order: Order): Made[Order["what"]] {
    const module = this.module(source);
    switch (order.what) {
      case "device":
        return deviceForm(module, new Set(order.methods));
      case "guest":
        return guestForm(module, source, new Set(order.uninitialised));
      case "makers":
        return makers(module, order);
      case "table":
        return JSON.stringify(module.table);
      case "text":
        return module.text;
      case "position":
        return module.positionOf(order.offset);
      case "why not":
        return this.#whyNot(module, order.method);
    }
  }

  #whyNot({ table }: RewrittenModule, method: string): string {
    const pinned = table.sites.find((site) => site.id === method)?.pinned;
    if (pinned !== undefined) return `${method} can't migrate: ${pinned}`;
    const methods = table.sites.flatMap(({ id, kind }) => kind === "class" ? [] : [id]);
    const near = this.#rewriter!.nearestMethod(method, methods);
    return `unknown method ${method}${near === undefined ? "" : `; did you mean ${near}?`}`;
  }

  /**
   * What to wait for if the event loop is due for a turn: a program of a thousand modules has all their texts made at once, and
   * meanwhile nothing of this process would tell a clone that it lives.
   */
  #nextTurn(): Promise<void> | undefined {
    if (performance.now() - this.#breathedAt < BREATHE_MS) return undefined;
    return this.#breath ??= new Promise((resolve) =>
      void after(0, () => {
        this.#breath = undefined;
        this.#breathedAt = performance.now();
        resolve();
      })
    );
  }
}

function deviceForm(module: RewrittenModule, methods: ReadonlySet<string>): DeviceForm {
  const points = module.pointsOf(methods).map((site) => [site, module.table.sites[site]!.id] as const);
  const { text, map } = module.device(methods);
  return { text, map: JSON.stringify(map), points };
}

function guestForm(
  module: RewrittenModule,
  { url, isModule }: ModuleSource,
  uninitialised: ReadonlySet<string>,
): string {
  const form = module.guestForm(uninitialised);
  const table = JSON.stringify(module.table);
  return JSON.stringify({ url, isModule, text: form.text, chunks: form.chunks.flat(), table });
}

function makers(
  module: RewrittenModule,
  { sites, place, uninitialised }: Extract<Order, { what: "makers" }>,
): string {
  const forms = Object.entries(module.makers(sites, place, new Set(uninitialised)));
  return JSON.stringify(
    Object.fromEntries(
      forms.map(([site, { text, chunks }]) => [site, { text, chunks: chunks.flat() }]),
    ),
  );
}
