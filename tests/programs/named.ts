// What functions of the language and of Deno a method may bring home that the app's state never held.
import { EventEmitter } from "node:events";
import { join } from "node:path";

interface Tools {
  readonly acts?: (path: string) => void;
  readonly count: number;
}

class Log {
  readonly write = console.log;
  readonly lines: unknown[] = [];
}

function computes() {
  const failure = new Deno.errors.NotFound("nothing there");
  const emitter = new EventEmitter();
  return {
    max: Math.max,
    map: Map.prototype,
    where: new URL("http://a/b"),
    failure,
    emitter,
    join,
    log: new Log(),
  };
}

function acts(): Tools {
  return { acts: Deno.removeSync, count: 1 };
}

function passes(tools: Tools): Tools {
  return { ...tools, count: tools.count + 1 };
}

const made = computes();
console.log(
  made.max(1, 2),
  made.map === Map.prototype,
  made.where.href,
  made.failure instanceof Deno.errors.NotFound,
);
console.log(
  made.failure.message,
  made.emitter instanceof EventEmitter,
  made.join("a", "b"),
);
made.log.write("written", made.log.lines.length);
const tools = acts();
console.log(tools.acts === Deno.removeSync, tools.count);
const passed = passes(tools);
console.log(passed.acts === Deno.removeSync, passed.count);
