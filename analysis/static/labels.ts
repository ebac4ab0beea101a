/**
 * Labels of a module's methods, as method ids have them (DESIGN: `Class.method`, `outer.inner`; anonymous ones and duplicates
 * with an ordinal). The rewriter owns ids; this names methods the same way, so that both speak of the same ones.
 */
export class Labels {
  readonly #used = new Map<string, number>();
  readonly #anonymous = new Map<string, number>();

  /** The label of the next method or class found under `outer` (empty at the top), in source order. */
  next(outer: string, name: string): string {
    const prefix = outer === "" ? "" : `${outer}.`;
    let label = prefix + name;
    if (name === "") {
      const ordinal = (this.#anonymous.get(prefix) ?? 0) + 1;
      this.#anonymous.set(prefix, ordinal);
      label = `${prefix}<${ordinal}>`;
    }
    const seen = (this.#used.get(label) ?? 0) + 1;
    this.#used.set(label, seen);
    return seen === 1 ? label : `${label}<${seen}>`;
  }
}
