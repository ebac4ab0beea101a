import _ from "npm:lodash@4.17.21";
import { v5 } from "npm:uuid@11.0.3";
import { stemmer } from "npm:stemmer@2.0.1";
import path from "node:path";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { EventEmitter } from "node:events";
import { format, inspect } from "node:util";

const rows = [{ n: "b", v: 3 }, { n: "a", v: 1 }, { n: "b", v: 2 }];

function table(list: typeof rows) {
  return {
    groups: _.mapValues(_.groupBy(list, "n"), (group) => _.sumBy(group, "v")),
    sorted: _.orderBy(list, ["n", "v"], ["asc", "desc"]),
    chained: _(list).map("v").filter((v) => v > 1).value(),
    words: _.camelCase("foo bar-baz"),
    cloned: _.cloneDeep(list)[0] !== list[0],
    template: _.padStart("x", 4, "-"),
  };
}

const memo = _.memoize((n: number) => n * n);
function useMemo(n: number) {
  return [memo(n), memo(n), (memo.cache as any).size];
}

function text(words: string[]) {
  return words.map(stemmer).join(" ");
}

function node(name: string) {
  const buffer = Buffer.from(name, "utf8");
  return [
    path.join("/a", "..", "b", name),
    path.extname("x.tar.gz"),
    buffer.toString("base64"),
    Buffer.concat([buffer, Buffer.alloc(2)]).length,
    createHash("sha256").update(name).digest("hex"),
    format("%s=%d %j", "a", 1, { x: 1 }),
    inspect(new Map([[1, { a: [1, 2] }]])),
  ];
}

class Bus extends EventEmitter {
  seen: string[] = [];
}
function events() {
  const bus = new Bus();
  bus.on("x", (value) => bus.seen.push(value));
  bus.emit("x", "first");
  return bus.seen;
}

console.log(table(rows));
console.log(useMemo(4), useMemo(5));
console.log(text(["running", "flies", "happily"]));
console.log(node("né.txt"));
console.log(events());

// It imports `crypto` by its bare name.
function identify(name: string) {
  return v5(name, v5.DNS);
}
console.log(identify("example.org"));
