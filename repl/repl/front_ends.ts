/** Where the REPL's lines come from: a person at a terminal, or a script on stdin. */
import { Interface } from "node:readline";
import { start } from "node:repl";
import type { Interpreter } from "./interpreter.ts";
import type { SteppedApp } from "./stepped_app.ts";

const PROMPT = "clonecloud> ";

/** A person types; Ctrl-C interrupts the app, Ctrl-D ends. Resolves when they have left. */
export function fromTerminal(interpreter: Interpreter, app: SteppedApp): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let typed: Promise<void> = Promise.resolve();
  // What is typed while the app runs waits for its stop.
  const submit = (line: string, done: (error?: Error) => void) => {
    typed = typed.then(() => interpreter.done ? undefined : interpreter.execute(line))
      .then(() => interpreter.done ? server.close() : done(), done);
  };
  const server = start({
    prompt: PROMPT,
    ignoreUndefined: true,
    completer: (line: string) => interpreter.complete(line),
    eval: (line, _context, _file, done) => submit(line, (error) => done(error ?? null, undefined)),
  });
  // Its own commands are about JavaScript and would only confuse; the dot that they start with is a habit.
  const { commands } = server as unknown as { commands: Record<string, unknown> };
  for (const name of Object.keys(commands)) delete commands[name];
  for (const name of [...interpreter.names, "exit"]) {
    server.defineCommand(name, (rest) => submit(`${name} ${rest}`, () => server.displayPrompt()));
  }
  server.removeAllListeners("SIGINT");
  server.on("SIGINT", () => {
    if (app.standing === "running" && app.interrupt()) return;
    console.log(
      app.standing === "stopped" ? "\n(the app stands; `quit` ends it)" : "\n(`quit` or Ctrl-D ends)",
    );
    Interface.prototype.prompt.call(server);
  });
  server.on("exit", resolve);
  return promise;
}

/** Runs a script's lines one after the other, each shown as if it had been typed. */
export async function fromScript(
  interpreter: Interpreter,
  lines: AsyncIterable<string>,
  print: (line: string) => void,
): Promise<void> {
  for await (const line of lines) {
    print(`${PROMPT}${line}`.trimEnd());
    await interpreter.execute(line);
    if (interpreter.done) return;
  }
}
