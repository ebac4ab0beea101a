/**
 * Runs rewritten CommonJS modules as the engine's own loader would have run them.
 *
 * The engine applies source maps to ES modules only, and a module that comes out of a load hook has other frames below it
 * than one from the disk. So a script is loaded by the loader's usual way, up to the call of its `_compile`; that one call
 * is answered here: the rewritten text is compiled under a URL of its own, for which an empty ES module has brought the
 * source map; the map leads back to the script's own URL.
 */
import * as nodeModule from "node:module";
import process from "node:process";
import { execRegExp, sliceText } from "../heap/texts.ts";
import { apply, defineProperty, deleteProperty } from "./intrinsics.ts";
import { undisturbed } from "./stack.ts";

/**
 * Ends the name under which a script's rewritten text is compiled; `.cjs` is what the loader looks at. The engine keeps
 * compiled code by name, and of a text longer than 16 KiB it looks at the length alone: so each text has a name of its own.
 */
const mapped = (mark: string) => `#${mark}.cjs`;
const MAPPED_URL = /%23[0-9a-f]{16}-\d+\.cjs$/;
const PARAMS = ["exports", "require", "module", "__filename", "__dirname"];
/** A script that passes on what it is given. */
const HAND_OVER = `module._compile(${PARAMS.join()})`;
/** In front of a source map's URL, at the end of a text. */
export const MAP_COMMENT = "\n//# sourceMappingURL=";

type Compile = (this: Module, text: string, path: string, format?: string, given?: boolean) => unknown;

interface Module {
  readonly loaded: boolean;
  _compile: Compile;
}

/** What is called instead of `_compile`'s own work: function, `this`, arguments. */
type Step = readonly [Function, unknown, readonly unknown[]];

type CompileFunction = (
  text: string,
  url: string,
  options: unknown[],
  params: string[],
) => [Function, { thrown: unknown } | null];

/** A script that was rewritten. */
export interface ScriptSource {
  /** Rewritten text. */
  readonly text: string;
  /** URL of its source map. */
  readonly map: string;
  /** The text on the disk that it was made from. */
  readonly source: string;
  /** The module's key and a number: another for any other rewritten text. */
  readonly mark: `${string}-${number}`;
  /** What the script finds for once as `module._compile`. */
  readonly register: Function;
  /** Called with the `require` that it is given. */
  readonly given: (require: object) => void;
}

/** The URL of a script's module for one that the script was compiled under. */
export function scriptUrl(url: string): string {
  const found = execRegExp(MAPPED_URL, url);
  return found === null ? url : sliceText(url, 0, found.index);
}

type Disguise = (prepare: (module: Module, given: Parameters<Compile>) => Step) => Compile;

const ErrorCtor = Error;
/** The engine's `_compile` is among the first. */
const PROBE_FRAMES = 10;

/** Loads rewritten scripts; one a process, made before any of the app's code runs. */
export class ScriptLoader {
  // deno-lint-ignore no-explicit-any
  readonly #Module: any = (nodeModule as any).default;
  readonly #compile: Compile = this.#Module.prototype._compile;
  readonly #wrap: unknown = this.#Module.wrap;
  readonly #compileFunction: CompileFunction | undefined;
  readonly #pathToFileURL: (path: string) => URL;
  /** Made for the first script: most programs have none, and it takes 3 ms. */
  #disguise: Disguise | undefined;

  constructor() {
    // deno-lint-ignore no-explicit-any
    this.#compileFunction = (Deno as any)[(Deno as any).internal]?.core?.compileFunction;
    this.#pathToFileURL = process.getBuiltinModule("node:url").pathToFileURL;
  }

  /**
   * Makes the module that is being loaded from this path run the rewritten text when the loader compiles it; false if that
   * can't be done, and the script runs as it is.
   */
  prepare(path: string, script: ScriptSource): boolean {
    const module: Module | undefined = this.#Module._cache[path];
    if (this.#compileFunction === undefined || module === undefined || module.loaded) return false;
    this.#disguise ??= this.#findDisguise(this.#compileFunction);
    const compile = this.#disguise((self, given) => {
      deleteProperty(module, "_compile");
      const { 0: text, 1: filename } = given;
      const usual = self === module && text === script.source && filename === path &&
        module._compile === this.#compile && this.#Module.wrap === this.#wrap;
      // An app that changes how scripts are loaded gets what it made of this one.
      return usual ? this.#step(module, path, script) : [self._compile, self, given];
    });
    defineProperty(module, "_compile", { value: compile, configurable: true, writable: true });
    return true;
  }

  #step(module: Module, path: string, { text, map, mark, register, given: tell }: ScriptSource): Step {
    const name = path + mapped(mark);
    apply(this.#compile, new this.#Module(name), [MAP_COMMENT + map, name, "module", true]);
    const { 0: compiled, 1: failed } = this.#compileFunction!(
      text,
      this.#pathToFileURL(name).href,
      [true],
      PARAMS,
    );
    if (failed) throw failed.thrown;
    const given = this.#parameters(module, path);
    tell(given[1] as object);
    defineProperty(module, "_compile", {
      get() {
        deleteProperty(module, "_compile");
        return register;
      },
      configurable: true,
    });
    return [compiled, given[0], given];
  }

  /** What the engine's loader gives to a script: it runs one that hands it over. */
  #parameters(module: Module, path: string): readonly unknown[] {
    let given: readonly unknown[] = [];
    defineProperty(module, "_compile", {
      value: (...args: unknown[]) => void (given = args),
      configurable: true,
    });
    apply(this.#compile, module, [HAND_OVER, path, "commonjs"]);
    deleteProperty(module, "_compile");
    return given;
  }

  /**
   * Stack traces show one frame between the script and the loader: made to stand where the engine's own does. Uses nothing that
   * the program, some of which may have run, can have changed.
   */
  #findDisguise(compile: CompileFunction): Disguise {
    const probe = new this.#Module("probe");
    probe.exports = ErrorCtor;
    const stack = undisturbed(PROBE_FRAMES, () => {
      apply(this.#compile, probe, ["module.exports=new exports().stack", "/probe.cjs", "commonjs"]);
      return probe.exports as string;
    });
    const found = execRegExp(/_compile \((.*):(\d+):(\d+)\)/, stack);
    const before = "return{_compile(...given){const step=prepare(this,given);return ";
    const { 0: make, 1: failed } = compile(
      `${times("\n", +(found?.[2] ?? 1) - 1)}${times(" ", +(found?.[3] ?? 1) - 1 - before.length)}${before}` +
        "apply(step[0],step[1],step[2])}}._compile",
      found?.[1] ?? "node:module",
      [true],
      ["prepare", "apply"],
    );
    if (failed) throw failed.thrown;
    return (prepare) => make(prepare, apply);
  }
}

function times(text: string, count: number): string {
  let all = "";
  for (let i = 0; i < count; i++) all += text;
  return all;
}
