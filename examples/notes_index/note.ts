import { stemmer } from "npm:stemmer@2.0.1";

const STOP_WORDS = new Set(
  "a an and are as at be by for from in is it of on or that the to was with".split(" "),
);

/** Anything that has words. */
export abstract class Document {
  #terms: Map<string, number> | undefined;

  constructor(readonly title: string) {}

  abstract get text(): string;

  /** How often each stem occurs; counted at the first call and kept. */
  get terms(): ReadonlyMap<string, number> {
    return this.#terms ??= countStems(this.text);
  }
}

/** A note in a file. */
export class Note extends Document {
  readonly links: string[];

  constructor(readonly path: string, readonly source: string) {
    super(/^# (.*)/m.exec(source)?.[1] ?? path);
    this.links = [...source.matchAll(/\[\[([^\]]+)\]\]/g)].map((match) => match[1]!);
  }

  override get text(): string {
    return this.source.replaceAll(/\[\[|\]\]/g, "");
  }
}

/** A question, looked up as if it were a note. */
export class Query extends Document {
  override get text(): string {
    return this.title;
  }
}

function countStems(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [word] of text.toLowerCase().matchAll(/[a-z]+/g)) {
    if (STOP_WORDS.has(word)) continue;
    const stem = stemmer(word);
    counts.set(stem, (counts.get(stem) ?? 0) + 1);
  }
  return counts;
}
