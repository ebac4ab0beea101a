// A small event-driven parser with callbacks, turned into a promise.
type Handler = (token: { kind: string; text: string }) => void;
class Lexer {
  #handlers: Record<string, Handler[]> = {};
  on(kind: string, handler: Handler): this {
    (this.#handlers[kind] ??= []).push(handler);
    return this;
  }
  feed(text: string): void {
    for (const part of text.match(/\w+|[^\w\s]/g) ?? []) {
      const token = { kind: /\d/.test(part) ? "number" : /\w/.test(part) ? "word" : "mark", text: part };
      queueMicrotask(() => this.#handlers[token.kind]?.forEach((handler) => handler(token)));
    }
    setTimeout(() => this.#handlers.end?.forEach((handler) => handler({ kind: "end", text: "" })), 0);
  }
}
function tally(text: string): Promise<Record<string, number>> {
  return new Promise((resolve) => {
    const counts: Record<string, number> = {};
    const count: Handler = ({ kind }) => {
      counts[kind] = (counts[kind] ?? 0) + 1;
    };
    new Lexer().on("word", count).on("number", count).on("mark", count).on("end", () => resolve(counts)).feed(text);
  });
}
console.log(await tally("let x = 42 + y1; // done"));
