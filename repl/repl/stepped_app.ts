/**
 * An app whose threads stop at the stages of their migrations.
 *
 * 1. The app runs only between {@linkcode SteppedApp.go} and the stop or end that settles it.
 * 2. A stop is all-stop: while a thread stands, the supervisor answers none of the app's other questions.
 * 3. Whatever comes from the clone or the app is text: control characters never reach the terminal.
 */
import type { StageStop, TraceEvent } from "../../runtime/mod.ts";
import { type App, type Onlooker, ownRun, type Run, runOptions, UsageError } from "../cli/mod.ts";
import type { Parsed } from "../cli/mod.ts";
import { AppMethods } from "./app_methods.ts";
import { AppOutput } from "./app_output.ts";
import { printable } from "./printable.ts";
import { type Stand, standAt } from "./stand.ts";

/** How far an app may go: to its next stage, its next migration, a migration of a method with a breakpoint, its end. */
export type Reach = "stage" | "migration" | "breakpoint";

export type Standing = "ready" | "running" | "stopped" | "ended";

/** A thread as `threads` lists it. */
export interface ThreadRow {
  readonly name: string;
  readonly state: string;
  readonly method: string;
}

export class SteppedApp implements Onlooker {
  readonly breakpoints = new Set<string>();
  readonly app: App;
  /** With or without a migration point. */
  readonly allMethods: AppMethods;
  standing: Standing = "ready";
  stand: Stand | undefined;
  /** Which peer is the clone; empty before there is one. */
  clonePeer = "";
  migrations = 0;
  #parsed: Parsed;
  readonly #print: (line: string) => void;
  readonly #threads = new Map<string, ThreadRow>();
  #reach: Reach = "stage";
  /** The present run, or the one that `run` would start. */
  #current: Run;
  #child: Deno.ChildProcess | undefined;
  #output: AppOutput | undefined;
  #proceed: (() => void) | undefined;
  #halted: (() => void) | undefined;
  #said = new Set<string>();
  #leaving = false;
  #ended: Promise<void> = Promise.resolve();

  /** @throws {UsageError} if the options or the app are wrong. */
  constructor(parsed: Parsed, print: (line: string) => void) {
    this.#parsed = parsed;
    this.#print = print;
    this.#current = ownRun(runOptions(parsed), { onlooker: this });
    this.app = this.#current.app;
    this.allMethods = new AppMethods(this.app);
  }

  /** Methods with a migration point. */
  get methods(): readonly string[] {
    return this.#current.methods;
  }

  /** Makes a method migrate from the next start on. @throws {UsageError} if there is no such method. */
  force(method: string): void {
    const migrate = this.#parsed.values.migrate as string[] | undefined ?? [];
    const parsed = { ...this.#parsed, values: { ...this.#parsed.values, migrate: [...migrate, method] } };
    const next = ownRun(runOptions(parsed), { onlooker: this });
    if (this.standing === "ready" || this.standing === "ended") this.#current = next;
    this.#parsed = parsed;
  }

  /** Starts the app, or starts it again after its end; resolves when it stops or ends. */
  start(reach: Reach): Promise<void> {
    if (this.standing === "running" || this.standing === "stopped") {
      throw new UsageError("the app runs already");
    }
    this.stand = undefined;
    this.migrations = 0;
    this.#said = new Set();
    this.#threads.clear();
    return this.#halt(reach, () => this.#ended = this.#run());
  }

  /** Lets it go on; resolves when it stops again or ends. */
  go(reach: Reach): Promise<void> {
    if (this.standing !== "stopped") {
      throw new UsageError(
        this.standing === "ended"
          ? "the app has ended: `run` starts it again"
          : "the app doesn't run: `run` starts it",
      );
    }
    return this.#halt(reach, () => this.#proceed!());
  }

  threads(): readonly ThreadRow[] {
    return [...this.#threads.values()];
  }

  /** Ctrl-C, to the app. False if none runs. */
  interrupt(): boolean {
    return this.#signal("SIGINT");
  }

  /** Ends the app if it runs, and waits for that. */
  async close(): Promise<void> {
    this.#leaving = true;
    this.#signal("SIGKILL");
    await this.#ended;
  }

  // What the run tells

  async launch(command: string, args: readonly string[]): Promise<number> {
    this.#child = new Deno.Command(command, {
      args: [...args],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#threads.set("main", { name: "main", state: "runs here", method: "" });
    this.#output = new AppOutput((line) => this.#leaving || this.#print(line));
    this.#output.show(this.#child.stdout, "app |");
    this.#output.show(this.#child.stderr, "err |");
    const { code } = await this.#child.status;
    await this.#output.ended();
    this.#child = undefined;
    return code;
  }

  clone(peer: string): void {
    this.clonePeer = printable(peer);
  }

  event(event: TraceEvent): Promise<void> | void {
    if (event.event === "merge") this.migrations++;
    const { thread: name, method } = event;
    if (event.event === "abandon" || event.event === "local") {
      this.#threads.set(name, { name, state: "runs here", method: "" });
      return this.#why(event);
    } else if (event.event === "merge") this.#threads.set(name, { name, state: "runs here", method: "" });
    else if (event.event === "ship") this.#threads.set(name, { name, state: "is away", method });
  }

  async stage(stop: StageStop): Promise<void> {
    this.stand = standAt(stop, this.stand);
    if (this.#leaving || !this.#stopsAt(stop)) return;
    const { thread: name, method } = stop;
    this.#threads.set(name, { name, state: `stands at ${stop.stage}`, method });
    await this.#output?.settle();
    const proceed = new Promise<void>((resolve) => this.#proceed = resolve);
    this.#halted?.();
    this.standing = "stopped";
    await proceed;
  }

  #stopsAt({ stage, method }: StageStop): boolean {
    if (this.#reach === "stage") return true;
    if (stage !== "capture") return false;
    return this.#reach === "migration" || this.breakpoints.has(method);
  }

  /** Says once why a method doesn't migrate. */
  async #why({ method, reason }: TraceEvent): Promise<void> {
    const line = printable(`${method} runs here: ${reason ?? ""}`);
    if (this.#leaving || this.#said.has(line)) return;
    this.#said.add(line);
    await this.#output?.settle();
    this.#print(line);
  }

  #halt(reach: Reach, act: () => unknown): Promise<void> {
    this.#reach = reach;
    this.standing = "running";
    const halted = new Promise<void>((resolve) => this.#halted = resolve);
    act();
    return halted;
  }

  async #run(): Promise<void> {
    let last: string;
    try {
      this.#current = ownRun(runOptions(this.#parsed), { onlooker: this });
      const code = await this.#current.start();
      const count = `${this.migrations} migration${this.migrations === 1 ? "" : "s"}`;
      last = `the app has ended with exit code ${code} after ${count}`;
      if (this.methods.length === 0) {
        last +=
          "\nno method has a migration point: `methods` lists those that may have one, `migrate METHOD` gives it one";
      }
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      last = `cannot run: ${error.message}`;
    }
    this.standing = "ended";
    this.stand = undefined;
    this.#threads.clear();
    if (!this.#leaving) this.#print(last);
    this.#halted?.();
  }

  #signal(signal: Deno.Signal): boolean {
    try {
      this.#child?.kill(signal);
    } catch {
      // It has just ended.
    }
    return this.#child !== undefined;
  }
}
