import { analyzeProgram, loadProgram, STEPS_WHILE_WAITING } from "../../analysis/mod.ts";
import { type App, modulePath, overridesFor, UsageError } from "../cli/mod.ts";

/** A method of the app. */
export interface AppMethod {
  readonly id: string;
  /** Why it can't migrate, if it can't. */
  readonly stays?: string;
}

/** The app's methods as the static analyzer sees them, found once and in the background. */
export class AppMethods {
  readonly #app: App;
  #found: Promise<readonly AppMethod[]> | undefined;
  /** What is found so far; empty until then. */
  known: readonly AppMethod[] = [];

  constructor(app: App) {
    this.#app = app;
  }

  /** All of them. @throws {UsageError} if the app can't be read, or what the user says of it (`clonecloud.json`) is wrong. */
  async find(): Promise<readonly AppMethod[]> {
    try {
      return await (this.#found ??= this.#find());
    } catch (error) {
      this.#found = undefined; // It may be right when somebody asks again.
      throw new UsageError((error as Error).message);
    }
  }

  async #find(): Promise<readonly AppMethod[]> {
    const { path, root } = this.#app;
    const overrides = overridesFor(root);
    // What packages do can pin those who call them; their own methods are not listed.
    const { modules } = await loadProgram(path, { libraries: true, pathOf: (url) => modulePath(url, root) });
    const options = { maxSteps: STEPS_WHILE_WAITING, ...(overrides === undefined ? {} : { overrides }) };
    const { methods } = analyzeProgram(modules, options);
    return this.known = methods.filter(({ id }) => !id.startsWith("npm:"))
      .map(({ id, pin }) => pin === undefined ? { id } : { id, stays: pin.reason });
  }
}
