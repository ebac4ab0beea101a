#!/usr/bin/env -S deno run -A
// A make-like tool: reads a build file, sorts targets, runs them with a limit, writes a report.
import { parseArgs } from "node:util";
import { EventEmitter, once } from "node:events";
import { pipeline } from "node:stream/promises";
import { Readable, Transform } from "node:stream";
import * as path from "node:path";
import { createHash } from "node:crypto";
enum State { Waiting = "waiting", Running = "running", Done = "done", Failed = "failed" }
namespace Build {
  export interface Target { name: string; needs: string[]; steps: string[]; state: State; hash?: string }
  export const limit = 3;
  export function parse(text: string): Map<string, Target> {
    const targets = new Map<string, Target>();
    let current: Target | undefined;
    for (const [i, raw] of text.split("\n").entries()) {
      const line = raw.replace(/#.*/, "");
      if (/^\s*$/.test(line)) continue;
      const head = /^(\w+)\s*:\s*(.*)$/.exec(line);
      if (head) targets.set(head[1]!, current = { name: head[1]!, needs: head[2]!.split(/\s+/).filter(Boolean), steps: [], state: State.Waiting });
      else if (current && /^\s+/.test(line)) current.steps.push(line.trim());
      else throw new SyntaxError(`line ${i + 1}: ${line}`);
    }
    return targets;
  }
  export function order(targets: Map<string, Target>): Target[] {
    const sorted: Target[] = [], path: string[] = [];
    const visit = (name: string) => {
      const target = targets.get(name);
      if (!target) throw new RangeError(`no target ${name}` + (path.length ? `, needed by ${path.at(-1)}` : ""));
      if (sorted.includes(target)) return;
      if (path.includes(name)) throw new Error(`cycle: ${[...path.slice(path.indexOf(name)), name].join(" -> ")}`);
      path.push(name);
      target.needs.forEach(visit);
      path.pop();
      sorted.push(target);
    };
    targets.keys().forEach(visit);
    return sorted;
  }
}
class Runner extends EventEmitter<{ state: [Build.Target, State]; done: [number] }> {
  #running = 0;
  #log: string[] = [];
  constructor(private targets: Build.Target[], private hashes = new Map<string, string>()) {
    super();
    this.on("state", (target, before) => this.#log.push(`${target.name}: ${before} -> ${target.state}`));
  }
  #set(target: Build.Target, state: State) {
    const before = target.state;
    target.state = state;
    this.emit("state", target, before);
  }
  async run() {
    const pending = new Set(this.targets);
    while (pending.size > 0) {
      for (const target of pending) {
        if (target.state !== State.Waiting || this.#running >= Build.limit) continue;
        const needs = target.needs.map((name) => this.targets.find((item) => item.name === name)!);
        if (needs.some(({ state }) => state === State.Failed)) this.#set(target, State.Failed), pending.delete(target);
        else if (needs.every(({ state }) => state === State.Done)) this.#start(target).finally(() => (pending.delete(target), this.emit("done", pending.size)));
      }
      if (pending.size > 0 && this.#running > 0) await once(this, "done");
    }
    return this.#log;
  }
  async #start(target: Build.Target) {
    this.#running++;
    this.#set(target, State.Running);
    try {
      const digest = createHash("sha256");
      for (const need of target.needs) digest.update(this.hashes.get(need)!);
      await pipeline(Readable.from(target.steps), new Transform({ objectMode: true, transform(step, _, done) { step.startsWith("fail") ? done(new Error(step)) : done(null, work(step)); } }), async (source) => {
        for await (const chunk of source) digest.update(String(chunk));
      });
      this.hashes.set(target.name, target.hash = digest.digest("hex").slice(0, 8));
      this.#set(target, State.Done);
    } catch (error) {
      this.#log.push(`${target.name}: ${(error as Error).message}`);
      this.#set(target, State.Failed);
    } finally {
      this.#running--;
    }
  }
}
function work(step: string): string {
  const [name, ...args] = step.split(" ");
  const n = args.map(Number).filter((x) => !Number.isNaN(x));
  switch (name) {
    case "primes": {
      const sieve = new Uint8Array(n[0]! + 1), found: number[] = [];
      for (let i = 2; i <= n[0]!; i++) if (!sieve[i]) { found.push(i); for (let j = i * i; j <= n[0]!; j += i) sieve[j] = 1; }
      return `${found.length}:${found.at(-1)}`;
    }
    case "collate": return args.toSorted(new Intl.Collator("de").compare).join();
    case "matrix": {
      const size = n[0]!, a = Array.from({ length: size }, (_, i) => Float64Array.from({ length: size }, (_, j) => (i * j) % 7));
      return a.map((row) => row.map((_, j) => row.reduce((sum, x, k) => sum + x * a[k]![j]!, 0)).join()).join(";").length.toString();
    }
  }
  return step;
}
const { values, positionals } = parseArgs({ allowPositionals: true, options: { report: { type: "string", short: "r" }, verbose: { type: "boolean", short: "v", default: false } } });
const text = `
lib: # the library
  primes 60000
  collate ä z a Ö o
app: lib data
  matrix 60
data:
  primes 1000
  echo ${positionals.join(" ")}
broken: data
  fail on purpose
never: broken
  echo no
docs: lib
  collate z y x
`;
const targets = Build.parse(text);
const sorted = Build.order(targets);
console.log(sorted.map(({ name }) => name).join(" "), values.verbose, State.Done, Object.keys(State));
const log = await new Runner(sorted).run();
console.log(log.sort());
for (const bad of ["a: b\nb: a", "a: c", "oops", ""]) {
  try { console.log(Build.order(Build.parse(bad)).length); } catch (error) { console.log(`${error}`); }
}
if (values.report) Deno.writeTextFileSync(path.join(".", values.report), JSON.stringify(sorted, null, 1));
Deno.exitCode = sorted.some(({ state }) => state === State.Failed) ? 3 : 0;
