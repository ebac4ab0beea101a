import process from "node:process";
import { createInterface } from "node:readline";
import { connectLocal, openHome } from "../../net/mod.ts";
import { type Command, type Parsed, run, UsageError } from "../cli/mod.ts";
import { fromScript, fromTerminal } from "./front_ends.ts";
import { Interpreter } from "./interpreter.ts";
import { SteppedApp } from "./stepped_app.ts";

/** `repl APP`: runs an app with a clone and stops its threads at each stage of a migration. */
export const repl: Command = {
  summary: "Runs your program with a clone and stops its threads at each stage of a migration.",
  positionals: run.positionals,
  passThrough: true,
  options: run.options,
  async run(parsed) {
    const print = (line: string) => console.log(line);
    const app = new SteppedApp(await withClone(parsed), print);
    const interpreter = new Interpreter(app, print);
    const interrupt = () => void app.interrupt();
    Deno.addSignalListener("SIGINT", interrupt);
    try {
      if (Deno.stdin.isTerminal()) {
        // For completion.
        app.allMethods.find().catch(() => {});
        print("Stops at each stage of a migration. `run` starts the app, `help` lists the commands.");
        await fromTerminal(interpreter, app);
      } else {
        const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
        await fromScript(interpreter, lines, print);
      }
    } finally {
      await app.close();
      Deno.removeSignalListener("SIGINT", interrupt);
    }
    return 0;
  },
};

/** Who looks wants a migration to look at: without a running peer, a clone on this machine. */
async function withClone(parsed: Parsed): Promise<Parsed> {
  if (parsed.positionals.length === 0) {
    throw new UsageError("no app given: deno task repl [RUN OPTION]... APP [ARG]...");
  }
  if (parsed.values.clone !== undefined) return parsed;
  const { home } = parsed.values;
  const running = await connectLocal(await openHome(typeof home === "string" ? home : undefined));
  running?.close();
  return { ...parsed, values: { ...parsed.values, clone: [running === undefined ? "spawn" : "auto"] } };
}
