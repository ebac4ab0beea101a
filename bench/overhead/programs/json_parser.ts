const source = JSON.stringify(
  Array.from(
    { length: 1500 },
    (_, i) => ({ id: i, name: `item ${i}`, list: [1, 2.5, -3e2, null, true], inner: { a: "x\\y", b: [] } }),
  ),
);
class Parser {
  #at = 0;
  constructor(readonly text: string) {}
  value(): unknown {
    this.#space();
    const char = this.text[this.#at]!;
    if (char === "{") return this.#members({} as Record<string, unknown>);
    if (char === "[") return this.#items([]);
    if (char === '"') return this.#string();
    const match = /[-\w.+]+/y;
    match.lastIndex = this.#at;
    const [word] = match.exec(this.text)!;
    this.#at += word!.length;
    return word === "true" ? true : word === "null" ? null : Number(word);
  }
  #members(found: Record<string, unknown>): unknown {
    for (this.#at++, this.#space(); this.text[this.#at] !== "}"; this.#space()) {
      if (this.text[this.#at] === ",") this.#at++;
      const key = this.#string();
      this.#at++;
      found[key] = this.value();
    }
    this.#at++;
    return found;
  }
  #items(found: unknown[]): unknown {
    for (this.#at++, this.#space(); this.text[this.#at] !== "]"; this.#space()) {
      if (this.text[this.#at] === ",") this.#at++;
      found.push(this.value());
    }
    this.#at++;
    return found;
  }
  #string(): string {
    let end = this.#at + 1;
    while (this.text[end] !== '"') end += this.text[end] === "\\" ? 2 : 1;
    const text = this.text.slice(this.#at + 1, end);
    this.#at = end + 1;
    return text;
  }
  #space(): void {
    while (this.text.charCodeAt(this.#at) <= 32) this.#at++;
  }
}
export const run = (): unknown => new Parser(source).value();
