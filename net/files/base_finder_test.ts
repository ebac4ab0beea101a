import { deepStrictEqual } from "node:assert/strict";
import { BaseFinder } from "./base_finder.ts";

/** What each new chunk is based on. */
function bases(old: string, fresh: string): Record<string, string> {
  const finder = new BaseFinder<string>([...old]);
  const found = [...fresh].flatMap((name) => finder.add(name, name));
  return Object.fromEntries([...found, ...finder.end()].map(({ item, bases }) => [item, bases.join("")]));
}

Deno.test("BaseFinder takes what was between the same neighbours", () => {
  deepStrictEqual(bases("abcd", "aXcd"), { a: "", X: "b", c: "", d: "" });
  deepStrictEqual(bases("abcd", "Xbcd"), { X: "a", b: "", c: "", d: "" });
  deepStrictEqual(bases("abcd", "abcX"), { a: "", b: "", c: "", X: "d" });
  deepStrictEqual(bases("abcd", "aXYcd"), { a: "", X: "b", Y: "b", c: "", d: "" });
  deepStrictEqual(bases("abcd", "aXd"), { a: "", X: "bc", d: "" });
});

Deno.test("BaseFinder names nothing for what is quite new, and every chunk once", () => {
  deepStrictEqual(bases("", "XY"), { X: "", Y: "" });
  deepStrictEqual(bases("ab", "abXY"), { a: "", b: "", X: "", Y: "" });
  deepStrictEqual(bases("abcdefgh", "aXh"), { a: "", X: "", h: "" });
  // Moved back: what lies between them is none of its neighbours.
  deepStrictEqual(bases("abc", "bXa"), { b: "", X: "", a: "" });
  const [old, fresh] = ["abcdefghijkl", "ABCDEFGHIJKL"];
  deepStrictEqual(
    bases(old, fresh),
    Object.fromEntries([...fresh].map((name) => [name, name.toLowerCase()])),
  );
});
