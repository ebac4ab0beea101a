import type { ControlChannel } from "../../net/mod.ts";
import { type Made, type ModuleSource, type Order, UnfitModule, type Workshop } from "../../runtime/mod.ts";
import type { Aside, Terminal } from "./app_run.ts";
import type { missLines } from "./misses.ts";
import type { AsideOutcome, AsideTasks } from "./run_aside.ts";
import type { RunNews, RunOrder } from "./run_messages.ts";
import type { RunPlace } from "./run_place.ts";

/** Who called a run that this process serves: starts the app, shows lines, and makes what isn't kept. */
export class RunCaller implements Terminal, Aside {
  readonly workshop: Workshop;
  readonly missLines: typeof missLines;
  readonly #control: ControlChannel;
  readonly #temporary: string;
  #launched: PromiseWithResolvers<number> | undefined;
  readonly #tasks = new Map<number, PromiseWithResolvers<void>>();
  #lastTask = 0;
  /** Where tasks lie; made for the first. */
  #folder: string | undefined;
  #gone: Error | undefined;

  constructor(control: ControlChannel, { shown }: RunPlace) {
    this.#control = control;
    this.#temporary = shown.temporary;
    this.workshop = {
      holds: () => false,
      make: <O extends Order>(source: ModuleSource, order: O) =>
        this.#aside("make", { source: whole(source), order }) as Promise<Made[O["what"]]>,
    };
    this.missLines = (code, app, misses) =>
      this.#aside("misses", { modules: code.modules().map(whole), app, misses }) as Promise<string[]>;
    this.#listen();
  }

  tell(order: RunOrder): void {
    this.#control.send(order);
  }

  say(line: string): void {
    this.tell({ type: "say", line });
  }

  /** Rejects when the caller is gone. */
  launch(command: string, args: readonly string[]): Promise<number> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    this.#launched = Promise.withResolvers();
    this.tell({ type: "launch", command, args });
    return this.#launched.promise;
  }

  /** The run has ended. */
  close(): void {
    const folder = this.#folder;
    this.#folder = undefined;
    try {
      if (folder !== undefined) Deno.removeSync(folder, { recursive: true });
    } catch {
      // Somebody cleaned up the temporary folder.
    }
  }

  async #aside<T extends keyof AsideTasks>(task: T, given: AsideTasks[T]): Promise<unknown> {
    if (this.#gone !== undefined) throw this.#gone;
    const id = ++this.#lastTask;
    this.#folder ??= Deno.makeTempDirSync({ dir: this.#temporary, prefix: "clonecloud-" });
    const file = `${this.#folder}/${id}`;
    Deno.writeTextFileSync(file, JSON.stringify(given), { mode: 0o600 });
    const waiting = Promise.withResolvers<void>();
    this.#tasks.set(id, waiting);
    this.tell({ type: "aside", id, task, file });
    await waiting.promise;
    const outcome = JSON.parse(Deno.readTextFileSync(file)) as AsideOutcome;
    Deno.removeSync(file);
    if ("unfit" in outcome) throw new UnfitModule(outcome.unfit);
    if ("failed" in outcome) throw new Error(outcome.failed);
    return outcome.done;
  }

  async #listen(): Promise<void> {
    try {
      for (let news; (news = await this.#control.receive()) !== undefined;) {
        this.#take(news as unknown as RunNews);
      }
    } catch {
      // As if it had hung up.
    }
    this.#gone = new Error("Cannot go on with run: its caller is gone");
    this.#launched?.reject(this.#gone);
    for (const task of this.#tasks.values()) task.reject(this.#gone);
  }

  #take(news: RunNews): void {
    if (news.type === "ended") this.#launched?.resolve(news.code);
    else if (news.type === "unstarted") this.#launched?.reject(new Error(news.message));
    else {
      this.#tasks.get(news.id)?.resolve();
      this.#tasks.delete(news.id);
    }
  }
}

/** With the text in it, which a module of a code service decodes when it is asked for. */
function whole(module: ModuleSource): ModuleSource {
  return { ...module, source: module.source };
}
