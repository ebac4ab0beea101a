// Runs before a traced program: gives it hooked modules, and notes for each entry of a method which method of the program
// is the next one below on V8's stack. What natives call counts as called by whoever called the native; what the event
// loop calls has no caller.
import { registerHooks } from "node:module";
import { readFileSync, writeFileSync } from "node:fs";

const { modules, out } = JSON.parse(readFileSync(Deno.env.get("CLONECLOUD_CALLS"), "utf8"));
const byUrl = new Map(modules.map((module) => [module.url, { ...module, shift: undefined, at: new Map() }]));
registerHooks({
  load(url, context, next) {
    const module = byUrl.get(url);
    if (module === undefined) return next(url, context);
    const format = module.kind === "module" ? "module" : "commonjs";
    return { format, source: module.text, shortCircuit: true };
  },
});

const STACK = 10;
/** After so many entries of one method from all callers, only one of `SPARSE` is looked at. */
const FULL = 20_000, SPARSE = 97;
const entered = new Map();
const edges = new Set();
const prepare = (_error, sites) => sites;

function methodAt(module, position) {
  const known = module.at.get(position);
  if (known !== undefined) return known;
  let best = module.regions[0];
  for (const region of module.regions) {
    if (region[0] <= position && position < region[1] && region[1] - region[0] <= best[1] - best[0]) {
      best = region;
    }
  }
  module.at.set(position, best[2]);
  return best[2];
}

function positionOf(module, site) {
  if (module.lines === undefined) {
    module.lines = [0];
    for (let at = module.text.indexOf("\n"); at >= 0; at = module.text.indexOf("\n", at + 1)) {
      module.lines.push(at + 1);
    }
  }
  return module.lines[site.getLineNumber() - 1] + site.getColumnNumber() - 1;
}

function urlOf(site) {
  const name = site.getScriptNameOrSourceURL() ?? site.getFileName();
  return typeof name === "string" && name.startsWith("/") ? `file://${name}` : name;
}

globalThis.__clonecloudEntered = (method) => {
  const count = (entered.get(method) ?? 0) + 1;
  entered.set(method, count);
  if (count > FULL && count % SPARSE !== 0) return;
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.prepareStackTrace = prepare;
  Error.stackTraceLimit = STACK;
  const holder = {};
  Error.captureStackTrace(holder, globalThis.__clonecloudEntered);
  const sites = holder.stack;
  Error.prepareStackTrace = prepareStackTrace;
  Error.stackTraceLimit = stackTraceLimit;
  const own = byUrl.get(urlOf(sites[0]));
  if (own === undefined) return;
  // CommonJS is wrapped into a function, on its first line.
  own.shift ??= own.kind === "module" ? 0 : positionOf(own, sites[0]) - own.hooks[method];
  for (let i = 1; i < sites.length; i++) {
    if (sites[i].isAsync()) return;
    const module = byUrl.get(urlOf(sites[i]));
    if (module === undefined) continue;
    const caller = methodAt(module, positionOf(module, sites[i]) - (module.shift ?? 0));
    edges.add(caller * 1e7 + method);
    return;
  }
};

let written = false;
const write = () => {
  if (written) return;
  written = true;
  const list = [...edges].map((edge) => [Math.floor(edge / 1e7), edge % 1e7]);
  writeFileSync(out, JSON.stringify({ edges: list, entered: [...entered.keys()] }));
};
addEventListener("unload", write);
