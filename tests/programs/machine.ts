import os from "node:os";
import process from "node:process";

const shown = (fact: () => unknown) => {
  try {
    return fact();
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
};
/** By what needs the permission: all are asked for in one run with it, and one without. */
function user() {
  return [Deno.uid(), Deno.gid(), process.getuid!() === Deno.uid(), process.getgid!(), process.getuid!.name];
}
function machine() {
  return [Deno.hostname(), os.hostname(), Deno.osRelease() === os.release(), os.cpus().length, os.cpus()[0]!.model, os.totalmem()];
}
function measures() {
  return [Deno.osUptime() > 0, os.uptime() > 0, Deno.loadavg().length, os.loadavg().length, os.freemem() > 0, Deno.systemMemoryInfo().total];
}
function name() {
  return shown(() => Deno.hostname());
}
function terminal() {
  return [process.stdout.columns, process.stderr.rows, process.stdin.isTTY, os.availableParallelism(), shown(() => Deno.consoleSize())];
}
const { env } = process;
let given: unknown;
function variables() {
  given = env;
  return [env.NO_COLOR, "NO_COLOR" in env, env === process.env, Object.keys(env).includes("NO_COLOR"), env.NOT_SET];
}
const { nextTick: later } = globalThis.process;
async function ticks() {
  return await new Promise((done) => later(done, later.name));
}
if (Deno.args[0] === "all") console.log(user(), machine(), measures(), variables(), given === env, await ticks());
console.log(name(), terminal());
