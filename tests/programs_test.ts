import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { type Program, ProgramRunner, SESSION_LOST, type TraceLine } from "./program_runs.ts";
import { PROMISE_PROGRAMS } from "./promise_programs.ts";

const PROGRAMS: readonly Program[] = [
  { file: "closures.ts", migrate: ["shared.up", "drive", "rounds", "cases", "defaults", "compose", "fib"] },
  { file: "loop_heads.ts", migrate: ["call", "all", "read", "init", "update", "bare", "later"] },
  {
    file: "heads.ts",
    migrate: ["call", "all", "texts", "trap", "fails.where"],
    stays: [
      /among.add: .* still being evaluated/,
    ],
  },
  {
    file: "parameters.js",
    migrate: ["call", "all", "Cc.set s", "set value", "set def"],
    stays: [/(arr.act|gen.act|fn.f): .* stand for its scope/],
  },
  {
    file: "supers.js",
    migrate: ["use", "all", "call", "change", "bear", "travel", "make", "make.inner.both"],
  },
  {
    file: "classes.ts",
    migrate: [
      "Account.pay",
      "Account.history",
      "Account.static open",
      "Account.get balance",
      "Savings.pay",
      "settle",
      "fail",
      "Stack.pushAll",
      "Registry.total",
      "Bare.hello",
    ],
  },
  {
    file: "private_closures.ts",
    migrate: ["call", "all", "build", "asks"],
  },
  {
    file: "generators.ts",
    migrate: ["collect", "sum", "slow", "lazy", "unfinished"],
    stays: [/unfinished: .*generator/],
  },
  { file: "patterns.ts", migrate: ["take", "swap", "spread", "label", "render", "nullish", "loops"] },
  { file: "data.ts", migrate: ["scan", "edit", "rigid", "props", "knot", "detach"] },
  { file: "mixin_registry.ts", migrate: ["work"] },
  { file: "bound_emitter.ts", migrate: ["fire"] },
  { file: "live_parser.ts", migrate: ["parseOne"] },
  { file: "automaton.ts", migrate: ["all", "compile", "match"] },
  { file: "lisp.ts", migrate: ["ev", "parse", "Env.find"] },
  {
    file: "errors.ts",
    migrate: ["attempt", "callBack", "nativeFrames", "handled", "Base.static create", "Parser.later"],
  },
  { file: "uncaught.ts", migrate: ["Checker.check"] },
  { file: "mapped/main.mjs", migrate: [] },
  { file: "required/main.cjs", migrate: [] },
  { file: "late_script/main.mjs", migrate: [] },
  { file: "wrapped/main.cjs", migrate: [] },
  { file: "uncaught_later.ts", migrate: ["load"] },
  { file: "uncaught_timer.js", migrate: ["check"] },
  {
    file: "async.ts",
    migrate: [
      "Worker.work",
      "Worker.all",
      "order",
      "race",
      "failing",
      "thenable",
      "withResources",
      "leaves",
      "queues",
      "rejects",
      "traced",
    ],
    stays: [
      /(leaves|race): it leaves work/,
      /queues: it leaves work/,
      /rejects: it leaves a rejected promise/,
      /traced: it reads the stack of an error that was made after an await/,
    ],
  },
  {
    file: "afterwards.js",
    migrate: [
      ...["countLines", "firstLine", "writes", "zips"],
      ...["listens", "callsBack", "sinks", "flows", "goesOnWriting"],
    ],
    stays: [/(listens|callsBack|sinks|flows|goesOnWriting): it leaves work/],
  },
  { file: "tdz.ts", migrate: ["early", "build", "useGlobal"] },
  { file: "reflect.ts", migrate: ["texts", "inner", "shapes", "natives", "errorsSeen"] },
  {
    file: "modules/main.ts",
    migrate: ["useAll", "namespaces", "useLegacy", "lazily", "exported", "cycle_a.ts#use"],
    stays: [
      /use: it touches the (class|method) .*make\.Box/,
      /useAll: it touches (an object of the host|the namespace of a module)/,
      /lazily: import of/,
    ],
  },
  {
    file: "late_require/main.cjs",
    migrate: ["work", "counts", "unknown", "isMain"],
    stays: [/unknown: it requires .\/never.json/, /isMain: it uses require.main/],
  },
  {
    file: "machine.ts",
    args: ["all"],
    migrate: ["user", "machine", "measures", "name", "terminal", "variables", "ticks"],
    stays: [/terminal: it calls Deno.consoleSize: /],
  },
  {
    file: "machine.ts",
    flags: ["--no-prompt", "--allow-env"],
    migrate: ["name"],
    stays: [/name: it calls Deno.hostname: it takes --allow-sys=hostname/, /terminal: does not pay/],
  },
  { file: "copied_fs.ts", migrate: ["copies", "counts", "accessors"] },
  { file: "shown_names.cjs", migrate: ["ofPart", "ofOthers", "besideClasses", "fieldNames"] },
  {
    file: "wrapped.ts",
    migrate: ["Counter.add", "addTwice"],
    stays: [
      /add: its object has another function in its place, which wraps it/,
      /addTwice: it touches the method .*Counter.add, taken out of its class/,
    ],
  },
  { file: "modules/spaces.ts", migrate: ["change"] },
  { file: "host_classes.ts", migrate: ["prototypeFirst", "count", "chain", "depth"] },
  {
    file: "libraries.ts",
    migrate: ["table", "useMemo", "text", "node", "events", "identify"],
    stays: [/events:/],
  },
  {
    file: "files.ts",
    migrate: ["deno", "node", "missing", "later"],
    stays: [/it lists a directory it changed/],
  },
  { file: "many_files.ts", migrate: ["play", "flow", "temporary"] },
  {
    file: "file_faults.ts",
    migrate: ["setup", "closed", "handle", "wrongWay", "outside", "uncalled", "named", "folder"],
    stays: [
      /(closed|handle): it uses a file descriptor that isn't open/,
      /outside: it reads or writes what isn't in a buffer/,
      /uncalled: it calls fs.stat without a callback/,
      /named: it names a temporary file with more than a name/,
    ],
    moves: true,
  },
  {
    file: "file_ways.ts",
    migrate: [
      ...["setup", "upper", "gz", "lines", "webcopy", "gzweb", "events", "rev", "missing"],
      ...["fromIter", "destroyed", "atomicWrite", "appendLog", "rotate", "tmp", "tmpMove", "links", "times"],
      ...["modes", "trunc", "cpTree", "errors", "seek", "aseek", "vecs", "fh", "fhLines"],
      ...["fhStreams", "dirs", "cbs", "bytes", "flags", "stats", "misc", "abortable"],
    ],
    stays: [
      /abortable: it leaves work/,
      /misc: it reads the stack of an error that was made after an await/,
      /cpTree: it copies a folder without its entries/,
      /errors: it removes a folder by rm without recursive/,
      /bytes: it writes something else than a text or bytes/,
      /flags: it opens a file with flags q/,
    ],
  },
  {
    file: "odd_files.ts",
    flags: ["-A", "--unstable-kv"],
    migrate: [
      ...["lockFiles", "swaps", "names", "noName", "folderWithoutName", "placesOfText", "placesOfTextLater"],
      ...["shortBuffer", "shortBufferToo", "streamSizes", "consumed", "keyValues", "hasUnstable", "sparse"],
      "readsDevices",
    ],
    stays: [
      /folderWithoutName: it makes a folder without a name/,
      /keyValues: it uses Deno.openKv/,
      /readsDevices: Cannot serve \/dev/,
    ],
  },
  {
    file: "native_files.ts",
    migrate: [
      ...["fetches", "fetchMissing", "wasm", "compiled", "read", "resolved", "json", "database", "hw"],
      ...["wholes", "lines", "processors", "locks", "watches", "system", "shell", "perf", "inDatabase"],
      ...["readOnly", "memory", "fails", "walMode", "walAgain", "leavesOpen"],
    ],
    stays: [
      /fetchMissing: it fails to fetch .*ENOENT/,
      /json: import of/,
      /watches: it calls fs.watch/,
      /shell: it calls node:child_process.execSync/,
      /fails: it fails to open/,
      /leavesOpen: it leaves a database open/,
    ],
  },
  { file: "printing.ts", migrate: ["speak", "streams", "show"] },
  {
    file: "told.ts",
    migrate: [
      ...["clocks", "names", "streams", "encoded", "listens", "parent", "marks", "ends", "data", "resolved"],
      "bare",
    ],
    stays: [
      /encoded: it writes to process.stdout in an unusual way/,
      /listens: it uses process.stdout.on/,
      /parent: it uses Deno.ppid/,
      /marks: it calls performance.mark/,
      /data: import of .*deno.json as json/,
      /bare: it resolves .* as an import/,
    ],
  },
  {
    file: "surroundings.ts",
    migrate: [
      "about",
      "environment",
      "nodeEnvironment",
      "time",
      "random",
      "encode",
      "given",
      "itself",
      "endBadly",
      "bytes",
    ],
    stays: [/it changes the environment/],
    args: ["one", "two words"],
    env: { APP_SETTING: "set" },
  },
  { file: "leaves.ts", migrate: ["exits"], stays: [/it calls Deno.exit/] },
  {
    file: "pinned.ts",
    migrate: ["subprocess", "network", "useProxy", "usePending", "useFile", "untouched", "callsEval"],
    stays: [
      /subprocess: it calls Deno.Command/,
      /network: it calls fetch/,
      /useProxy: .* a Proxy/,
      /usePending: .* Promise/,
      /useFile: .* Deno.FsFile/,
      /untouched: .* (Deno.FsFile|a Proxy)/,
      /callsEval: it touches the closure/,
    ],
  },
  {
    file: "points.ts",
    migrate: [
      "Shape.get perimeter",
      "Shape.set sides",
      "Shape.static of",
      "Shape.static unit",
      "scale",
      "arrow",
      "get big",
      "wait",
      "args",
      "call",
      "higher",
      "higher.<1>",
      "nested",
    ],
  },
  {
    file: "sloppy.cjs",
    migrate: ["greet", "aliased", "self", "octal", "dup", "caught", "blocks", "implicit"],
  },
  {
    file: "later.ts",
    migrate: ["build", "extend", "makeClass", "useClass", "curry", "memo", "warm", "subscribe", "callTwice"],
  },
  {
    file: "no_semicolons.js",
    migrate: [
      "add",
      "late",
      "helper",
      "twice",
      "uses",
      "calls",
      "regex",
      "Counter.later",
      "Counter.get next",
    ],
    stays: [/uses: .* its name is computed/],
  },
  {
    file: "odd.ts",
    migrate: [
      "callsNew",
      "withThis",
      "m",
      "shadows",
      "closuresInHead",
      "tryReturn",
      "labels",
      "getset",
      "evalOrder",
      "<1>.fact",
      "big",
      "strings",
      "dates",
      "sets",
      "weak",
      "symbols",
      "sort",
      "errors",
      "asyncOdd",
    ],
  },
  { file: "life.ts", migrate: ["run", "Grid.path", "Grid.step", "kinds", "memoryOf"] },
  { file: "decorated.ts", migrate: ["chorus", "serve", "Service.whoami", "Service.scale"] },
  { file: "decorated_alone.ts", migrate: [] },
  { file: "raw_imports.ts", migrate: ["lengths"] },
  { file: "workers.ts", migrate: ["double"], races: true },
  { file: "places.js", migrate: ["simple"] },
  { file: "stacks.cjs", migrate: ["outer"] },
  { file: "missing.cjs", migrate: [] },
  { file: "jsx.tsx", migrate: ["List", "bump", "Spread"] },
  { file: "kept.js", migrate: [] },
  {
    file: "computed.ts",
    migrate: ["use", "show", "anew", "about", "take", "call"],
    stays: [/anew: .*ByObject: a member with a computed name was moved, or an object names a field/],
  },
  {
    file: "patched.ts",
    migrate: ["pick", "rounded", "patch", "shouted", "replace", "remove", "absolute"],
    stays: [
      /: built-in objects were changed since the last migration/,
      /(patch|remove): .*changed at the clone/,
    ],
  },
  { file: "touched.ts", migrate: ["work"] },
  { file: "touched_files.ts", migrate: ["work"] },
  {
    file: "rare.ts",
    migrate: Array.from({ length: 61 }, (_, i) => `work${i}`),
    stays: [
      /work8: it touches a generator in progress/,
      /work(9|10|11): it touches an iterator in progress/,
      /work43: it touches an object whose prototype is a Proxy/,
    ],
  },
  { file: "redefined.ts", migrate: ["freeze", "fails", "traces", "natives"] },
  {
    file: "tool.ts",
    migrate: ["work", "<2>.parse", "<2>.order"],
    args: ["-v", "-r", "out.json", "x", "y"],
  },
  { file: "resources.ts", migrate: ["Collatz.longest", "statistics", "fails"] },
  { file: "made_code.js", migrate: ["work", "failing"] },
  { file: "made_there.js", migrate: ["work", "failing"] },
  { file: "made_code_odd.cjs", migrate: ["work"] },
  {
    file: "keyed.ts",
    migrate: ["use", "Shape.<1>", "twice", "moved"],
    stays: [/moved: .*Moved: a member with a computed name was moved/],
  },
  {
    file: "named.ts",
    migrate: ["computes", "acts", "passes"],
    stays: [/acts: .*it names Deno.removeSync, which it wasn't sent/],
  },
  { file: "plain.js", migrate: ["Tokens.next", "Tokens.expect", "all", "where", "check"] },
];

const ALL = [...PROGRAMS, ...PROMISE_PROGRAMS];
const wanted = Deno.env.get("CLONECLOUD_PROGRAM");
let runner: Promise<ProgramRunner> | undefined;

for (const program of ALL.filter((item) => wanted === undefined || item.file.includes(wanted))) {
  Deno.test({
    name: `${program.file} leaves what it leaves under deno run`,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const machine = await (runner ??= ProgramRunner.start());
      const methods = program.migrate.map((name) =>
        name.includes("#") ? name : `${program.file.split("/").at(-1)}#${name}`
      );
      const ids = methods.map((id) => program.file.slice(0, program.file.lastIndexOf("/") + 1) + id);
      const all = () =>
        Promise.all([machine.plain(program), machine.rewritten(program), machine.migrated(program, ids)]);
      let [plain, rewritten, { left, trace }] = await all();
      // Deno itself drops a Worker's last messages now and then when that ends by an error.
      for (let i = 0; i < 2 && program.races === true && !isDeepStrictEqual(rewritten, plain); i++) {
        [plain, rewritten, { left, trace }] = await all();
      }
      assert.doesNotMatch(plain.stderr, /source code could not be parsed/, `${program.file} is no program`);
      assert.deepEqual(rewritten, plain);
      assert.deepEqual(left, plain);
      let unexpected = unasked(program, trace);
      // On a stalled machine a session is given up; what it would have shown is then shown by another one.
      if (unexpected.some((line) => SESSION_LOST.test(line))) {
        unexpected = unasked(program, (await machine.migrated(program, ids)).trace);
      }
      assert.deepEqual(unexpected, []);
    },
  });
}

/** Invocations that stayed on the device for a reason that the program's row doesn't name; methods of which none came home. */
function unasked(program: Program, trace: readonly TraceLine[]): string[] {
  const stayed = trace.filter((line) => line.event === "local").map((line) =>
    `${line.method}: ${line.reason}`
  );
  const never = program.migrate.filter((name) =>
    program.moves === true && !trace.some((line) =>
      line.event === "merge" && line.method.endsWith(`#${name}`)
    ) &&
    !stayed.some((line) => line.includes(`#${name}: `))
  );
  return [
    ...stayed.filter((line) => !program.stays?.some((pattern) => pattern.test(line))),
    ...never.map((name) => `${name} never came home`),
  ];
}

Deno.test({
  name: "the peers of the programs stop",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => await (await runner)?.[Symbol.asyncDispose](),
});
