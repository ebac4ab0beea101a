import { type ModuleSource, type Order, OwnWorkshop, UnfitModule } from "../../runtime/mod.ts";
import type { App } from "./app.ts";
import { type KnownMiss, missLines } from "./misses.ts";

/** Work that a running peer leaves to the process that called `run`; each is a JSON file. */
export interface AsideTasks {
  readonly make: { readonly source: ModuleSource; readonly order: Order };
  readonly misses: {
    readonly modules: readonly ModuleSource[];
    readonly app: App;
    readonly misses: readonly KnownMiss[];
  };
}

/** What came of it, in the same file. */
export type AsideOutcome =
  | { readonly done: unknown }
  | { readonly unfit: string }
  | { readonly failed: string };

const workshop = new OwnWorkshop();

/** Does one task; never rejects unless its file is gone. */
export async function doAside(task: keyof AsideTasks, file: string): Promise<void> {
  const given = JSON.parse(Deno.readTextFileSync(file));
  Deno.writeTextFileSync(file, JSON.stringify(await outcomeOf(task, given)));
}

async function outcomeOf(task: keyof AsideTasks, given: unknown): Promise<AsideOutcome> {
  try {
    if (task === "make") {
      const { source, order } = given as AsideTasks["make"];
      return { done: await workshop.make(source, order) };
    }
    const { modules, app, misses } = given as AsideTasks["misses"];
    return { done: await missLines({ modules: () => modules }, app, misses) };
  } catch (error) {
    const { message } = error as Error;
    return error instanceof UnfitModule ? { unfit: message } : { failed: message };
  }
}
