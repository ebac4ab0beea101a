import { writeFile } from "node:fs/promises";
import { basename, relative } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type Analysis,
  analyzeProgram,
  callGraph,
  callGraphPicture,
  type Diagnostic,
  effectsOf,
  type GraphLayout,
  type LoadedProgram,
  loadProgram,
  type Overrides,
  stateLine,
  verdictOf,
} from "../../analysis/mod.ts";
import { findApp, modulePath } from "./app.ts";
import { type Command, oneOf, type Parsed, UsageError } from "./command.ts";
import { later } from "./later.ts";
import { overridesFor } from "./overrides.ts";
import { columns } from "./profile.ts";

/** How a verdict is called in the table. */
const WORDS = { migrates: "may migrate", stays: "stays", along: "goes along" };

/** Methods of a program above which what each reaches is too much to unite for all of them. */
const MOST_EFFECTS = 5000;

/** `analyze APP`: what of an app may migrate, and why not the rest. */
export const analyze: Command = {
  summary: "Says which methods of an app may migrate, which must stay on the device, and why.",
  positionals: "APP",
  options: {
    json: { type: "boolean", help: "print JSON" },
    graph: {
      type: "string",
      value: "FILE.svg",
      help: "draw who calls whom, with what may migrate and what not",
    },
    network: {
      type: "string",
      value: "device|clone",
      help: "where connections may be opened (default: device)",
    },
    config: {
      type: "string",
      value: "FILE",
      help: "what you say about APIs and methods (default: clonecloud.json in the app's root)",
    },
    method: { type: "string", value: "TEXT", help: "only methods whose id contains this" },
    libraries: {
      type: "string",
      value: "follow|list|none",
      help: "npm packages: follow calls into them (default), list their methods too, or leave them out",
    },
  },
  async run(parsed) {
    const { values } = parsed;
    if (parsed.positionals.length === 0) throw new UsageError("no app given: analyze APP");
    const overrides = overridesOf(parsed);
    const program = await loaded(parsed);
    const analysis = analyzeProgram(program.modules, {
      network: oneOf(values.network ?? "device", ["device", "clone"], "--network"),
      ...(overrides === undefined ? {} : { overrides }),
    });
    const shown = shownOf(analysis, parsed);
    const diagnostics = [...program.diagnostics, ...analysis.diagnostics];
    if (values.graph !== undefined) await draw(analysis, { parsed, shown });
    if (values.json === true) console.log(JSON.stringify(asJson(analysis, { shown, diagnostics })));
    else if (shown.length > 0) print(analysis, shown);
    else if (values.method !== undefined) {
      console.error(`clonecloud: no method's id contains "${values.method}"`);
    }
    for (const diagnostic of diagnostics) console.error(linesOf(diagnostic));
    for (const what of analysis.unusedOverrides) {
      console.error(`clonecloud: ${overrides!.from}: nothing of this program is or uses ${what}`);
    }
    return diagnostics.length > 0 ? 1 : 0;
  },
};

/** A problem as a person reads it. */
function linesOf({ file, line, column, note, frame }: Diagnostic): string {
  const path = file.startsWith("file:") ? relative(Deno.cwd(), fileURLToPath(file)) : file;
  return [
    `clonecloud: ${path.startsWith("../../") ? fileURLToPath(file) : path}:${line}:${column + 1}: ${note}`,
    ...frame.split("\n").filter((row) => row !== "").map((row) => `  ${row}`),
  ].join("\n");
}

function overridesOf({ values, positionals: [app] }: Parsed): Overrides | undefined {
  const given = values.config === undefined ? undefined : String(values.config);
  try {
    return overridesFor(findApp(app!).root, given);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function loaded({ values, positionals: [app] }: Parsed): Promise<LoadedProgram> {
  const libraries = oneOf(values.libraries ?? "follow", ["follow", "list", "none"], "--libraries") !== "none";
  try {
    return await loadProgram(app!, {
      libraries,
      pathOf: (url, root) =>
        modulePath(url, root.startsWith("file:") ? fileURLToPath(root).replace(/\/$/, "") : root),
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function shownOf({ methods }: Analysis, { values }: Parsed): number[] {
  const isListed = (id: string) => values.libraries === "list" || !id.startsWith("npm:");
  const text = values.method;
  return [...methods.keys()].filter((i) => {
    const { id } = methods[i]!;
    return text === undefined ? isListed(id) : id.includes(String(text));
  });
}

function print(analysis: Analysis, shown: readonly number[]): void {
  const rows = shown.map((i) => {
    const { is, why } = verdictOf(analysis, i);
    return [analysis.methods[i]!.id, WORDS[is], why];
  });
  const [head, ...lines] = columns([["method", "", "why"], ...rows], 3).split("\n");
  const isSmall = analysis.methods.length <= MOST_EFFECTS;
  console.log([
    head,
    ...lines.flatMap((line, row) => {
      // Of what stays, no state travels.
      const isAsked = isSmall && analysis.methods[shown[row]!]!.pin === undefined;
      const state = isAsked ? stateLine(analysis, shown[row]!) : undefined;
      return state === undefined ? [line] : [line, `    ${state}`];
    }),
    ...(isSmall
      ? []
      : [`state that methods reach is listed for programs of at most ${MOST_EFFECTS} methods`]),
  ].join("\n"));
  if (analysis.coarse) {
    console.log(
      "too large to tell its objects apart: properties were looked up by their names alone; methods that call what " +
        "can't be told are marked",
    );
  }
}

function asJson(
  analysis: Analysis,
  { shown, diagnostics }: { shown: readonly number[]; diagnostics: readonly unknown[] },
) {
  const { methods, calls, coarse } = analysis;
  return {
    methods: shown.map((i) => {
      const { is, why } = verdictOf(analysis, i);
      const effects = methods.length <= MOST_EFFECTS ? { effects: effectsOf(analysis, i) } : {};
      return { ...methods[i]!, ...effects, verdict: is, why };
    }),
    calls: calls.map(({ caller, callee, certain }) => ({
      caller: methods[caller]!.id,
      callee: methods[callee]!.id,
      certain,
    })),
    diagnostics,
    coarse,
  };
}

async function draw(
  analysis: Analysis,
  { parsed: { values, positionals: [app] }, shown }: { parsed: Parsed; shown: readonly number[] },
): Promise<void> {
  const file = String(values.graph);
  const { graphLayout } = await later<{ graphLayout: GraphLayout }>("./graph_layout.ts", import.meta.url);
  const graph = callGraph(analysis, {
    ...(values.method === undefined ? {} : { only: withNeighbours(analysis, shown) }),
    foldsLibraries: values.libraries !== "list",
  });
  const about = values.method === undefined
    ? ""
    : ` (${values.method}, with what calls it and what it calls)`;
  const title = `${basename(String(app))}: who calls whom${about}`;
  try {
    await writeFile(file, callGraphPicture(graph, { layout: graphLayout, title }));
  } catch (error) {
    throw new UsageError(`Cannot write ${file}: ${(error as Error).message.split("\n")[0]}`);
  }
}

function withNeighbours({ calls }: Analysis, shown: readonly number[]): Set<number> {
  const own = new Set(shown);
  const linked = calls.filter(({ caller, callee }) => own.has(caller) || own.has(callee));
  return new Set([...own, ...linked.flatMap(({ caller, callee }) => [caller, callee])]);
}
