/** Commands about migration points. */
import { nearestMethod } from "../../runtime/rewrite/mod.ts";
import { UsageError } from "../cli/mod.ts";
import { columns } from "./columns.ts";
import type { Context, ReplCommand } from "./command.ts";

export const POINTS: readonly ReplCommand[] = [
  {
    name: "methods",
    args: "[TEXT]",
    summary: "list the app's methods: which may migrate, and why the others stay; only those with TEXT",
    run: methods,
  },
  {
    name: "migrate",
    args: "METHOD",
    summary: "make a method migrate, whatever the decision says, from the next `run` on",
    details: ["METHOD may be the end of a method id: `migrate Scanner.scan`."],
    complete: ({ app }) => app.allMethods.known.flatMap(({ id, stays }) => stays === undefined ? [id] : []),
    run: migrate,
  },
  {
    name: "partition",
    summary: "list the methods with a migration point",
    run: ({ app, print }) => {
      if (app.methods.length === 0) print("no method has a migration point; `migrate METHOD` gives it one");
      for (const method of app.methods) print(`${app.breakpoints.has(method) ? "*" : " "} ${method}`);
    },
  },
  {
    name: "break",
    args: "METHOD",
    summary: "stop when this method is about to migrate",
    details: ["METHOD may be the end of a method id: `break Scanner.scan`."],
    complete: ({ app }) => app.methods,
    run: (context, args) => {
      const method = find(args, context.app.methods);
      context.app.breakpoints.add(method);
      context.print(`breakpoint at ${method}`);
    },
  },
  {
    name: "breaks",
    summary: "list the breakpoints",
    run: ({ app, print }) => {
      if (app.breakpoints.size === 0) print("no breakpoints");
      for (const method of app.breakpoints) print(method);
    },
  },
  {
    name: "clear",
    args: "METHOD",
    summary: "remove a breakpoint",
    complete: ({ app }) => [...app.breakpoints],
    run: (context, args) => {
      const method = find(args, [...context.app.breakpoints], "breaks");
      context.app.breakpoints.delete(method);
      context.print(`no breakpoint at ${method}`);
    },
  },
];

async function methods({ app, print }: Context, [text = ""]: readonly string[]): Promise<void> {
  const shown = (await app.allMethods.find()).filter(({ id }) => id.includes(text));
  const rows = shown.map(({ id, stays }) => [id, stays === undefined ? "may migrate" : `stays: ${stays}`]);
  if (rows.length === 0) print(`no method with ${text}`);
  else columns(undefined, rows).forEach(print);
}

async function migrate({ app, print }: Context, args: readonly string[]): Promise<void> {
  const all = await app.allMethods.find();
  const method = find(args, all.map(({ id }) => id), "methods");
  const stays = all.find(({ id }) => id === method)?.stays;
  if (stays !== undefined) throw new UsageError(`${method} stays on the device: ${stays}`);
  app.force(method);
  print(`${method} migrates from the next \`run\` on`);
}

/** The method that was meant. @throws {UsageError} if it is none or several of the given. */
function find(args: readonly string[], methods: readonly string[], lister = "partition"): string {
  // A method id may hold blanks: `#get size`.
  const text = args.join(" ");
  if (text === "") throw new UsageError(`which method? \`${lister}\` lists them`);
  if (methods.includes(text)) return text;
  const ends = methods.filter((method) => method.endsWith(`#${text}`) || method.endsWith(`.${text}`));
  if (ends.length === 1) return ends[0]!;
  if (ends.length > 1) throw new UsageError(`${text} may be ${ends.join(" or ")}`);
  const near = nearestMethod(text, methods);
  throw new UsageError(
    `no method ${text} here; ` +
      (near === undefined
        ? "`methods` lists all, `partition` those with a migration point"
        : `did you mean ${near}?`),
  );
}
