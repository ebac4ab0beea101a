import { analyzeProgram, loadProgram } from "../../analysis/mod.ts";

/** A method of the app. */
export interface AppMethod {
  readonly id: string;
  /** Why it can't migrate, if it can't. */
  readonly stays?: string;
}

/** The app's methods as the static analyzer sees them, found once and in the background. */
export class AppMethods {
  readonly #main: string;
  #found: Promise<readonly AppMethod[]> | undefined;
  /** What is found so far; empty until then. */
  known: readonly AppMethod[] = [];

  /** `main` is the path of the app's main module. */
  constructor(main: string) {
    this.#main = main;
  }

  /** All of them. @throws {Error} if the app can't be read. */
  find(): Promise<readonly AppMethod[]> {
    return this.#found ??= this.#find();
  }

  async #find(): Promise<readonly AppMethod[]> {
    const { modules } = await loadProgram(this.#main);
    const { methods } = analyzeProgram(modules, { network: "device" });
    return this.known = methods.map(({ id, pin }) => pin === undefined ? { id } : { id, stays: pin.reason });
  }
}
