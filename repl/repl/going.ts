/** Commands that let the app go on. */
import type { StageStop } from "../../runtime/mod.ts";
import { UsageError } from "../cli/mod.ts";
import type { Context, ReplCommand } from "./command.ts";
import { printable } from "./printable.ts";
import type { Reach } from "./stepped_app.ts";

export const GOING: readonly ReplCommand[] = [
  {
    name: "run",
    summary: "start the app; it stops at the first migration, or at a breakpoint if there are any",
    details: [
      "After the app's end it starts again. The app's stdin is empty; its output is shown behind `app |`.",
    ],
    async run(context) {
      await context.app.start(context.app.breakpoints.size > 0 ? "breakpoint" : "migration");
      report(context);
    },
  },
  {
    name: "step",
    summary: "go on to the next stage: capture, ship, resume, return, merge",
    details: [
      "capture  the thread is suspended on the device and its state is in a packet",
      "ship     packet and code are about to be sent",
      "resume   the state is live at the clone, the method has not begun",
      "return   the method is done at the clone and its state is in a packet",
      "merge    that packet is folded into the heap of the device",
    ],
    run: (context) => go(context, "stage"),
  },
  {
    name: "next",
    summary: "go on over this migration, to the capture of the next one",
    run: (context) => go(context, "migration"),
  },
  {
    name: "continue",
    summary: "go on to the next migration of a method with a breakpoint, or to the end",
    run: (context) => go(context, "breakpoint"),
  },
  {
    name: "quit",
    summary: "end the app and the REPL",
    run: (context) => context.quit(),
  },
];

async function go(context: Context, reach: Reach): Promise<void> {
  // A first step starts the app: who types it means just that.
  if (context.app.standing === "ready") await context.app.start(reach);
  else await context.app.go(reach);
  report(context);
}

function report({ app, print }: Context): void {
  if (app.stand !== undefined) print(stageLine(app.stand.stop, app.clonePeer));
}

/** Where a thread stands, in one line. */
export function stageLine(stop: StageStop, clone: string): string {
  const place = stop.stage === "resume" || stop.stage === "return" ? ` at the clone ${clone}` : "";
  const facts = [
    stop.bytes === undefined ? "" : `${stop.bytes} bytes`,
    stop.objects === undefined ? "" : `${stop.objects} object${stop.objects === 1 ? "" : "s"}`,
    stop.named === undefined ? "" : `${stop.named} named`,
    stop.outcome === "throw" ? "it threw" : "",
  ].filter((fact) => fact !== "");
  return printable(`${stop.thread} stands at ${stop.stage} of ${stop.method}${place} (${facts.join(", ")})`);
}

/** The thread that stands. @throws {UsageError} if none does. */
export function standing({ app }: Context): NonNullable<Context["app"]["stand"]> {
  if (app.standing !== "stopped" || app.stand === undefined) {
    throw new UsageError("no thread stands at a stage: `run` or `step` gets one there");
  }
  return app.stand;
}
