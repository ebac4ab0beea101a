import { parse } from "acorn";
import type { AnalysedMethod, SourceModule } from "../../analysis/mod.ts";

// deno-lint-ignore no-explicit-any
type Node = any;

/** A module's text with a call at the entry of each function, and which method runs where in it. */
export interface HookedModule {
  readonly url: string;
  readonly kind: "module" | "script";
  readonly text: string;
  /** `[start, end, method]` in the new text; later ones lie inside earlier ones or beside them. */
  readonly regions: readonly (readonly [number, number, number])[];
  /** Where each method's hook stands in the new text. */
  readonly hooks: Readonly<Record<number, number>>;
}

/** Name of the function that hooks call with their method's index. */
const HOOK = "__clonecloudEntered";

/** An empty source map: with its own, or one that Deno has of its file, positions would be told that nobody has here. */
const NO_MAP = `\n//${"#"} sourceMappingURL=data:application/json;base64,${
  btoa(JSON.stringify({ version: 3, sources: [], names: [], mappings: "" }))
}\n`;

interface Insertion {
  readonly at: number;
  readonly text: string;
  /** The method whose hook it is. */
  readonly hook?: number;
}

/** Puts a hook into each function of a module. `methods` are all of the program, in the order of their indices. */
export function hookModule(module: SourceModule, methods: readonly AnalysedMethod[]): HookedModule {
  const own = new Map<string, number>();
  let main = 0;
  methods.forEach((method, i) => {
    if (method.url !== module.url) return;
    if (method.outer < 0) main = i;
    else own.set(`${method.start} ${method.end}`, i);
  });
  const program = parse(module.text, {
    ecmaVersion: "latest",
    sourceType: module.kind,
    allowReturnOutsideFunction: module.kind === "script",
    allowHashBang: true,
  });
  const insertions: Insertion[] = [];
  const regions: [number, number, number][] = [];
  const visit = (node: Node, method: number): void => {
    if (/Function/.test(node.type)) {
      const inner = own.get(`${node.start} ${node.end}`);
      if (inner === undefined) throw new RangeError(`no method at ${module.url}:${node.start}`);
      regions.push([node.start, node.end, inner]);
      insertions.push(...hookOf(node, inner));
      return children(node, (child) => visit(child, inner));
    }
    if (/^Class/.test(node.type)) {
      const explicit = node.body.body.find((member: Node) => member.kind === "constructor")?.value;
      const range = explicit ?? node;
      const constructor = own.get(`${range.start} ${range.end}`) ?? method;
      regions.push([node.start, node.end, method]);
      if (node.superClass) visit(node.superClass, method);
      for (const member of node.body.body) {
        const isField = member.type === "PropertyDefinition" && !member.static && member.value;
        if (isField) regions.push([member.value.start, member.value.end, constructor]);
        if (member.computed) visit(member.key, method);
        if (member.value) visit(member.value, isField ? constructor : method);
        if (member.type === "StaticBlock") member.body.forEach((item: Node) => visit(item, method));
      }
      return;
    }
    children(node, (child) => visit(child, method));
  };
  regions.push([0, module.text.length, main]);
  visit(program, main);
  return { ...applied(module.text, insertions, regions), url: module.url, kind: module.kind };
}

function children(node: Node, seen: (child: Node) => void): void {
  for (const key in node) {
    const value = node[key];
    for (const child of Array.isArray(value) ? value : [value]) {
      if (child !== null && typeof child === "object" && typeof child.type === "string") seen(child);
    }
  }
}

function hookOf({ body }: Node, method: number): Insertion[] {
  if (body.type !== "BlockStatement") {
    const call = `(${HOOK}(${method}),`;
    return [{ at: body.start, text: call, hook: method }, { at: body.end, text: ")" }];
  }
  const directives = body.body.filter((statement: Node) => typeof statement.directive === "string");
  const at = directives.at(-1)?.end ?? body.start + 1;
  return [{ at, text: `;${HOOK}(${method});`, hook: method }];
}

function applied(text: string, insertions: readonly Insertion[], regions: [number, number, number][]) {
  const sorted = insertions.map((item, order) => ({ ...item, order })).sort((a, b) =>
    a.at - b.at || a.order - b.order
  );
  const parts: string[] = [];
  const hooks: Record<number, number> = {};
  const shifts: { at: number; by: number }[] = [];
  let from = 0, by = 0;
  for (const { at, text: added, hook } of sorted) {
    parts.push(text.slice(from, at), added);
    if (hook !== undefined) hooks[hook] = at + by + added.indexOf(HOOK);
    by += added.length;
    shifts.push({ at, by });
    from = at;
  }
  parts.push(text.slice(from));
  const shifted = (offset: number, after: boolean): number => {
    let low = 0, high = shifts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (after ? shifts[middle]!.at <= offset : shifts[middle]!.at < offset) low = middle + 1;
      else high = middle;
    }
    return offset + (low === 0 ? 0 : shifts[low - 1]!.by);
  };
  return {
    text: parts.join("").replaceAll("# sourceMappingURL=", "# mappedBy=") + NO_MAP,
    hooks,
    regions: regions.map(([start, end, method]) =>
      [shifted(start, false), shifted(end, true), method] as const
    ),
  };
}
