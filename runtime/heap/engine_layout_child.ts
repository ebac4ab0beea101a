/**
 * Prints which fixtures a device writes otherwise where it asks the engine for layouts than where it reads descriptors. The engine can
 * be asked in a process only that was started with `--allow-natives-syntax`.
 */
import { engineLayout } from "../host/layouts.ts";
import type { ScopeHandle } from "./access.ts";
import { FakeScope, FakeSide } from "./fake_side_test.ts";
import { type Fixture, FIXTURES } from "./fixtures_test.ts";
import { SessionHeap } from "./mod.ts";
import { PROGRAM, SITE } from "./program_test.ts";

/** Functions whose names are told as they are made have them in a field. */
const NAMED = {
  name: "a",
  length: 0,
  closure(_side: FakeSide, [scope]: readonly ScopeHandle[]): Function {
    const name = scope!.read(0) as string;
    return { [name]: () => name }[name]!;
  },
};
const SITES = [...PROGRAM, NAMED];

/** Closures of one site, most as they were made; each change comes late, when that layout is known. */
const CLOSURES: Fixture = {
  name: "closures of one site",
  make(side) {
    const make = (i: number) => side.closure<any>(SITE.increment, [new FakeScope(0, [i])]);
    const value = (text: unknown) => ({ value: text, configurable: true });
    const changes: ((fn: any) => void)[] = [
      (fn) => Object.defineProperty(fn, "name", value("renamed")),
      (fn) => Object.defineProperty(fn, "name", value("increment")),
      (fn) => Object.defineProperty(fn, "name", value("renamed again")),
      (fn) => Object.defineProperty(fn, "length", value(9)),
      (fn) => delete fn.name,
      (fn) => fn.note = 1,
      (fn) => fn[0] = 1,
      (fn) => Object.freeze(fn),
      (fn) => Object.preventExtensions(fn),
      (fn) => Object.setPrototypeOf(fn, null),
      (fn) => Object.setPrototypeOf(fn, Object.create(Function.prototype)),
    ];
    const list = Array.from({ length: 50 }, (_, i) => make(i));
    for (const change of changes) {
      const fn = make(-1);
      change(fn);
      list.push(fn, make(-2));
    }
    const named = ["a", "b", "a", "c"];
    return [list, named.map((name) => side.closure(PROGRAM.length, [new FakeScope(0, [name])]))];
  },
};

function packetOf({ make }: Fixture, layouts: boolean): string {
  const side = new FakeSide(SITES, layouts);
  const heap = new SessionHeap({ side: "device", values: side.values, code: side });
  return heap.capture([make(side)]).packet.toString();
}

/** Made at one place: the stacks of errors tell of it. */
function differs(fixture: Fixture): boolean {
  const [byDescriptors, byLayouts] = [false, true].map((layouts) => packetOf(fixture, layouts));
  return byDescriptors !== byLayouts;
}

if (engineLayout() === undefined) throw new Error("the engine can't be asked");
const fixtures = [...FIXTURES, CLOSURES];
console.log(
  JSON.stringify({ count: fixtures.length, differ: fixtures.filter(differs).map(({ name }) => name) }),
);
