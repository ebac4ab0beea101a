import { deepStrictEqual as assertEquals, ok as assert, throws as assertThrows } from "node:assert/strict";
import { UsageError } from "./command.ts";
import { randomFrom, readInputs } from "./profile_inputs.ts";

function withFiles<T>(content: string, run: (path: string, folder: string) => T): T {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.mkdirSync(`${folder}/data`);
    for (const name of ["a.txt", "b.txt", "c.txt", "d.jpg"]) {
      Deno.writeTextFileSync(`${folder}/data/${name}`, "");
    }
    Deno.writeTextFileSync(`${folder}/inputs.json`, content);
    return run(`${folder}/inputs.json`, folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const read = (content: unknown, seed = 1, runs?: number) =>
  withFiles(
    typeof content === "string" ? content : JSON.stringify(content),
    (path) => readInputs([path], { random: randomFrom(seed), ...(runs === undefined ? {} : { runs }) }),
  );

Deno.test("readInputs() takes given executions, with weights", () => {
  assertEquals(read({ given: [["-x", "1"], { args: [], weight: 3 }] }), [
    { args: ["-x", "1"], weight: 1, random: false },
    { args: [], weight: 3, random: false },
  ]);
});

Deno.test("readInputs() takes a file that an execution's input comes from, as seen from the inputs file", () => {
  withFiles(JSON.stringify({ given: [{ args: [], stdin: "data/a.txt" }] }), (path, folder) => {
    const [input] = readInputs([path], { random: randomFrom(1) });
    assertEquals(input!.stdin, `${folder}/data/a.txt`);
  });
  assertThrows(() => read({ given: [{ args: [], stdin: "none" }] }), UsageError, "no file");
});

Deno.test("readInputs() chooses numbers, texts and files at random, the same for the same seed", () => {
  const file = {
    random: {
      runs: 40,
      args: [
        "--n",
        { from: 10, to: 20 },
        { from: 1, to: 10_000, scale: "log" },
        { from: 0, to: 1, integer: false },
        { oneOf: ["x", "y"] },
        { files: "data", ending: ".txt", some: [2, 3] },
      ],
    },
  };
  const first = read(file).map(({ args }) => args);
  assertEquals(first.length, 40);
  for (const [option, n, log, share, letter, ...paths] of first) {
    assertEquals(option, "--n");
    assert(/^1\d$|^20$/.test(n!) && Number(log) >= 1 && Number(log) <= 10_000, `${n} ${log}`);
    assert(Number(share) >= 0 && Number(share) <= 1 && "xy".includes(letter!), `${share} ${letter}`);
    assert(paths.length >= 2 && paths.length <= 3 && new Set(paths).size === paths.length);
    assert(paths.every((path) => /^\/.*\/data\/[abc]\.txt$/.test(path)), paths.join());
  }
  // A log scale gives each order of magnitude its share: a linear one would put 4 of 40 below 1,000.
  const small = first.filter(([, , log]) => Number(log) < 1000).length;
  assert(small > 20, `${small} of 40`);
  const names = (list: string[][]) => list.map((args) => args.map((arg) => arg.replace(/.*\//, "")));
  assertEquals(names(read(file).map(({ args }) => [...args])), names(first.map((args) => [...args])));
  assert(JSON.stringify(read(file, 2)) !== JSON.stringify(first));
  assertEquals(read(file, 1, 3).length, 3);
});

Deno.test("readInputs() says what is wrong with a file, and where", () => {
  const cases: [unknown, RegExp][] = [
    ["{", /cannot use inputs .*inputs\.json: .*JSON/],
    ["[]", /it is no JSON object/],
    [{}, /it has neither "given" nor "random"/],
    [{ given: 3 }, /given is no list/],
    [{ given: [[1]] }, /given\[0\] is no list of arguments/],
    [{ given: [["a"], { args: ["a"], weight: -1 }] }, /given\[1\]\.weight must be a number above 0/],
    [{ given: [{ args: [], weight: "3" }] }, /given\[0\]\.weight must be a number/],
    ['{"given":[{"args":[],"weight":1e999}]}', /given\[0\]\.weight must be a number/],
    [{ given: [null] }, /given\[0\] is no JSON object, nor a list of texts/],
    [{ given: [["a\0b"]] }, /given\[0\]: no argument can hold a NUL/],
    [{ given: [], radnom: {} }, /it has "radnom", which is none of given, random/],
    [{ random: null }, /random is no JSON object/],
    [{ random: { runs: 1.5, args: [] } }, /random\.runs must be 0 to 1000/],
    [{ random: { runs: 1, args: [null] } }, /random\.args\[0\] must be a text/],
    [{ random: { runs: 1, args: [{ from: "1", to: "5" }] } }, /random\.args\[0\] must be a text/],
    [{ random: { runs: 1, args: [{ from: 1, to: 5, scale: "lgo" }] } }, /scale is linear or log/],
    [{ random: { runs: 1, args: [{ files: 3 }] } }, /random\.args\[0\]\.files must name a folder/],
    [{ random: { runs: 1, args: [{ files: "data", some: 3 }] } }, /some must be \[at least, at most\]/],
    [{ random: { runs: 1, args: [{ files: "data", ending: 3 }] } }, /ending must be a text/],
    [{ random: { runs: -1, args: [] } }, /random\.runs must be 0 to 1000/],
    [{ random: { runs: 1 } }, /random\.args is no list/],
    [{ random: { runs: 1, args: ["a", { from: 3, to: 1 }] } }, /random\.args\[1\]: 3 to 1 is no range/],
    [
      { random: { runs: 1, args: [{ from: 0, to: 1, scale: "log" }] } },
      /random\.args\[0\]: a range on a log scale/,
    ],
    [{ random: { runs: 1, args: [{ files: "none" }] } }, /random\.args\[0\]: No such file/],
    [{ random: { runs: 1, args: [{ files: "data", ending: ".gif" }] } }, /has no such files/],
  ];
  for (const [content, message] of cases) {
    assertThrows(
      () => read(content),
      (error) => error instanceof UsageError && message.test(error.message),
      `${message}`,
    );
  }
  assertThrows(() => readInputs(["/no/such"], { random: Math.random }), /cannot read inputs \/no\/such/);
});
