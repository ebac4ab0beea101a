import { analyse } from "./analyse.ts";
import { type Form, ModuleForms } from "./forms.ts";
import { isMade } from "./constants.ts";
import { isOneFunction } from "./made_code.ts";
import { makeTable } from "./make_table.ts";
import { parse, ParseError } from "./parse.ts";
import { mapForm, type SourceMap, splitInlineMap, tracedPositions } from "./source_map.ts";
import type { ModuleTable } from "./table.ts";

/** A module as it was loaded. */
export interface ModuleSource {
  readonly url: string;
  /** JavaScript as the engine would run it, with the inline source map of its transpilation if it has one. */
  readonly source: string;
  readonly isModule: boolean;
  /** Path from the app's root (or `npm:pkg@version/file`): the first part of its methods' ids. */
  readonly path: string;
  /** Names URL and source; stands in every site's marker. */
  readonly key: string;
}

const NO_MAP: SourceMap = { version: 3, sources: [], names: [], mappings: "" };

/** A module taken apart once, to be written out in any form. */
export class RewrittenModule {
  readonly table: ModuleTable;
  /** The source without its inline map: what site ranges refer to. */
  readonly text: string;
  readonly #module: ModuleSource;
  readonly #map: SourceMap | undefined;
  readonly #analysis: ReturnType<typeof analyse>;
  #guestForms: ModuleForms | undefined;

  /** @throws {ParseError} if the source can't be parsed. */
  constructor(module: ModuleSource) {
    // The engine takes no notice of a script's own source map.
    const { text, map } = module.isModule
      ? splitInlineMap(module.source)
      : { text: module.source, map: undefined };
    this.#module = module;
    this.text = text;
    this.#map = map;
    const program = parse(text, module.isModule);
    if (isMade(module.url) && !isOneFunction(program, text)) {
      throw new ParseError("Cannot parse function: it isn't one", 1, 0);
    }
    this.#analysis = analyse(text, program, module);
    const { awaited, last } = this.#analysis;
    const positions = tracedPositions(last === undefined ? awaited : [...awaited, last], text, map);
    this.table = makeTable(this.#analysis, {
      ...{ key: module.key, url: module.url, awaited: positions.slice(0, awaited.length) },
      ...(last !== undefined && { last: positions.at(-1)! }),
    });
  }

  /**
   * The module as the device runs it, with migration points at these methods, and the map back to what the person wrote. Empty
   * for a function made of texts that makes no others: a marker is all it needs.
   */
  device(methods: ReadonlySet<string>): { readonly text: string; readonly map: SourceMap } {
    if (isMade(this.#module.url) && this.table.sites.length === 1) return { text: "", map: NO_MAP };
    const points = this.pointsOf(methods);
    const form = new ModuleForms(this.#analysis, this.table, new Set(points)).device(points);
    return { text: form.text, map: mapForm(form, this.text, this.#module.url, this.#map) };
  }

  /** Sites of these methods at which a migration point can stand, in ascending order. */
  pointsOf(methods: ReadonlySet<string>): number[] {
    return this.table.sites.flatMap((site, index) =>
      methods.has(site.id) && site.pinned === undefined ? [index] : []
    );
  }

  /** The module as a guest holds it. */
  guestForm(uninitialised: ReadonlySet<string>): Form {
    return this.#forms().guest(uninitialised);
  }

  /** Makers of these sites' closures and classes. */
  makers(
    sites: readonly number[],
    place: "guest" | "device",
    uninitialised: ReadonlySet<string>,
  ): Record<number, Form> {
    const forms = this.#forms();
    return Object.fromEntries(sites.map((site) => [site, forms.maker(site, place, uninitialised)]));
  }

  /** What a stack trace says of an offset in the source: `line:column`, from 1. */
  positionOf(offset: number): string {
    return tracedPositions([offset], this.text, this.#map)[0]!;
  }

  #forms(): ModuleForms {
    return this.#guestForms ??= new ModuleForms(this.#analysis, this.table, new Set());
  }
}
