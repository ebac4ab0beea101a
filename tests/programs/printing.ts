import process from "node:process";

class Point {
  constructor(public x: number, public y: number) {}
}

function speak(n: number) {
  console.log("plain %s %d %o", "text", n, { a: 1 });
  console.log(new Point(1, 2), [new Point(3, 4)], new Map([["k", new Set([1])]]), [undefined, null], -0, 10n);
  console.group("outer");
  console.info("inside");
  console.group();
  console.warn("deeper\nlines");
  console.groupEnd();
  console.error(new Point(5, 6));
  console.groupEnd();
  console.table([{ a: 1, b: "x" }, { a: 2, c: true }]);
  console.table(new Map([["k", 1]]));
  console.count();
  console.count("named");
  console.count();
  console.countReset();
  console.count();
  console.assert(n > 100, "asserted %d", n);
  console.dir({ deep: { deep: { deep: { deep: 1 } } } }, { depth: 1 });
  console.debug("debug", Symbol("s"), () => 1, class A {}, [1, , 3], "x".repeat(3));
  Deno.stdout.writeSync(new TextEncoder().encode("raw bytes\n"));
  process.stdout.write("process\n");
  console.log(Deno.inspect({ a: [1, { b: 2 }] }, { compact: false }));
  console.log("%c styled", "color: red", "%%", 5);
  return n;
}

async function streams() {
  await Deno.stdout.write(new TextEncoder().encode("async bytes\n"));
  process.stderr.write("to stderr\n");
  return process.argv.length + process.platform.length;
}

console.group("main");
console.count("named");
console.log(speak(1));
console.count("named");
console.groupEnd();
console.log(speak(2));
console.log(await streams());
const error = new Error("printed", { cause: "why" });
function show() {
  console.log(error);
  console.log({ error: new TypeError("fresh") });
}
show();
