/** Commands about migration points. */
import { UsageError } from "../cli/mod.ts";
import type { Context, ReplCommand } from "./command.ts";

export const POINTS: readonly ReplCommand[] = [
  {
    name: "partition",
    summary: "list the methods with a migration point",
    run: ({ app, print }) => {
      if (app.methods.length === 0) print("no method has a migration point; name one with --migrate METHOD");
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
      const method = find(context, args, context.app.methods);
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
      const method = find(context, args, [...context.app.breakpoints]);
      context.app.breakpoints.delete(method);
      context.print(`no breakpoint at ${method}`);
    },
  },
];

/** The method that was meant. @throws {UsageError} if it is none or several of the given. */
function find(_context: Context, args: readonly string[], methods: readonly string[]): string {
  // A method id may hold blanks: `#get size`.
  const text = args.join(" ");
  if (text === "") throw new UsageError("which method? `partition` lists them");
  if (methods.includes(text)) return text;
  const ends = methods.filter((method) => method.endsWith(`#${text}`) || method.endsWith(`.${text}`));
  if (ends.length === 1) return ends[0]!;
  throw new UsageError(
    ends.length === 0
      ? `${text} is none of the methods here; \`partition\` lists those with a migration point`
      : `${text} may be ${ends.join(" or ")}`,
  );
}
