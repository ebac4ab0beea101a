import type { Running } from "./running.ts";

/** A command whose system calls on files are written down. */
export class Trace {
  constructor(readonly running: Running, readonly file: string) {}

  /** Every path that occurred so far in a system call, once each, whether or not it exists. */
  async paths(): Promise<string[]> {
    const lines = (await Deno.readTextFile(this.file)).split("\n");
    const calls = lines.filter((line) => /^\d+ +\w+\(/.test(line));
    const quoted = calls.flatMap((line) =>
      [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1]!)
    );
    return [...new Set(quoted)];
  }
}
