import {
  type AnalysedMethod,
  type Analysis,
  analyzeProgram,
  loadProgram,
  reachable,
} from "../../analysis/mod.ts";
import { type Command, UsageError } from "./command.ts";
import { columns } from "./profile.ts";

/** `analyze APP`: what of an app may migrate, and why not the rest. */
export const analyze: Command = {
  summary: "Says which methods of an app may migrate, which must stay on the device, and why.",
  positionals: "APP",
  options: {
    json: { type: "boolean", help: "print JSON" },
    network: {
      type: "string",
      value: "device|clone",
      help: "where connections may be opened (default: device)",
    },
    method: { type: "string", value: "TEXT", help: "only methods whose id contains this" },
  },
  async run({ values, positionals: [app] }) {
    if (app === undefined) throw new UsageError("no app given: analyze APP");
    const network = values.network ?? "device";
    if (network !== "device" && network !== "clone") {
      throw new UsageError(`--network ${network}: one of device, clone`);
    }
    let program;
    try {
      program = await loadProgram(app);
    } catch (error) {
      throw new UsageError((error as Error).message);
    }
    const analysis = analyzeProgram(program.modules, { network });
    const shown = analysis.methods.filter(({ id }) => id.includes(String(values.method ?? "")));
    const diagnostics = [...program.diagnostics, ...analysis.diagnostics];
    if (values.json === true) {
      console.log(
        JSON.stringify({ methods: shown, calls: callsOf(analysis), diagnostics, coarse: analysis.coarse }),
      );
    } else {
      console.log(columns([["method", "", "why"], ...shown.map((method) => rowOf(analysis, method))], 3));
      if (analysis.coarse) {
        console.log(
          "too large to tell its objects apart: properties were looked up by their names alone; methods that call what " +
            "can't be told are marked",
        );
      }
    }
    for (const { file, line, column, note } of diagnostics) {
      console.error(`clonecloud: ${file}:${line}:${column + 1}: ${note}`);
    }
    return diagnostics.length > 0 ? 1 : 0;
  },
};

function rowOf(analysis: Analysis, method: AnalysedMethod): string[] {
  const { id, pin, mayPin, families, open } = method;
  if (pin !== undefined) return [id, "stays", because(pin)];
  const notes = [
    ...(mayPin === undefined ? [] : [`may reach ${because(mayPin)}; checked at run time`]),
    ...(open ? ["calls what can't be told; checked at run time"] : []),
    ...families.map((family) => `stays together with all that touch ${family}`),
    ...(mayPin === undefined && !open && families.length === 0 ? [reachLine(analysis, method)] : []),
  ];
  return [id, "may migrate", notes.join("; ")];
}

function because({ reason, through }: NonNullable<AnalysedMethod["pin"]>): string {
  const path = through.slice(1).map((id) => id.slice(id.indexOf("#") + 1));
  return path.length === 0 ? reason : `${reason} (through ${path.join(" > ")})`;
}

function reachLine(analysis: Analysis, method: AnalysedMethod): string {
  const count = reachable(analysis, analysis.methods.indexOf(method)).size;
  return `nothing it reaches means the device (${count} method${count === 1 ? "" : "s"})`;
}

function callsOf({ methods, calls }: Analysis) {
  return calls.map(({ caller, callee, certain }) => ({
    caller: methods[caller]!.id,
    callee: methods[callee]!.id,
    certain,
  }));
}
