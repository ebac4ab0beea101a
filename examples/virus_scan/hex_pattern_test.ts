import assert from "node:assert/strict";
import { HexPattern } from "./hex_pattern.ts";

const bytes = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));

/** Pattern, text, and where the first match starts (-1: nowhere). */
const CASES: readonly (readonly [pattern: string, text: string, at: number])[] = [
  ["61 62 63", "xxabc", 2],
  ["616263", "xxab", -1],
  ["61??63", "ab.a-c", 3],
  ["6?63", "zcac", 2],
  ["?163", "1cac", 0],
  ["6?", "\x5f\x6f", 1],
  ["61*63", "a" + "-".repeat(1000) + "c", 0],
  ["61*63", "c....a", -1],
  ["61{2}63", "a12c", 0],
  ["61{2}63", "a1c", -1],
  ["61{2-3}63", "a123c", 0],
  ["61{2-3}63", "a1234c", -1],
  ["61{-2}63", "ac", 0],
  ["61{-2}63", "a123c", -1],
  ["61{3-}63", "a12345c", 0],
  ["61{3-}63", "a12c", -1],
  ["61[1-2]63", "a1c", 0],
  ["61(62|63)64", "abd", 0],
  ["61(62|63)64", "acd", 0],
  ["61(62|63)64", "add", -1],
  ["61(62|6263)64", "abcd", 0],
  ["61(62|6263)6364", "abccd", 0],
  ["61(62|6263)6364", "abxcd", -1],
  ["61(6263|62)6364", "abcd", 0], // the longer alternative fits first, only the shorter one lets the rest match
  ["61(6?|31)64", "a1d", 0],
  ["61!(62|63)64", "axd", 0],
  ["61!(62|63)64", "abd", -1],
  ["61!(62|63)", "a", -1],
  ["(B)6162(B)", "xab ab.", 4],
  ["(B)6162(B)", "ab", 0],
  ["(L)6162", "xab\nab", 4],
  ["(W)6162(W)", "_ab_ ab", 5],
  // The first "b" after the gap leads nowhere; a later one does.
  ["61*62{1}63", "a b--c b-c", 0],
  ["61*62*6364", "a b cd", 0],
  ["61{1-3}6263", "aab..bc", 1],
  ["6161", "aaa", 0],
  ["*6263", "..bc", 0],
  ["??62", "ab", 0],
];

Deno.test("HexPattern finds the first match for each element of the notation", () => {
  for (const [pattern, text, at] of CASES) {
    assert.equal(new HexPattern(pattern).find(bytes(text), 0, text.length), at, `${pattern} in "${text}"`);
  }
});

Deno.test("HexPattern.find() keeps to the given range of starts", () => {
  const data = bytes("ab ab ab");
  const pattern = new HexPattern("6162");
  assert.equal(pattern.find(data, 1, 5), 3);
  assert.equal(pattern.find(data, 4, 5), -1);
  assert.equal(pattern.find(data, -3, 0), 0);
  assert.equal(pattern.find(data, 6, 100), 6);
});

Deno.test("HexPattern.matchesAt() says no outside the data", () => {
  const pattern = new HexPattern("61");
  assert.equal(pattern.matchesAt(bytes("a"), -1), false);
  assert.equal(pattern.matchesAt(bytes("a"), 1), false);
  assert.equal(new HexPattern("61{2}").matchesAt(bytes("a1"), 0), false);
});

Deno.test("HexPattern with several open gaps does not multiply the work", () => {
  const pattern = new HexPattern("61*61*61*61*61*61*7a");
  assert.equal(pattern.matchesAt(bytes("a".repeat(400)), 0), false);
});

Deno.test("HexPattern refuses what it cannot read, and says where", () => {
  const refuse = (text: string, message: RegExp) => assert.throws(() => new HexPattern(text), message, text);
  refuse("6", /unexpected "6"/);
  refuse("61zz", /unexpected "zz"/);
  refuse("61{}62", /gap without numbers/);
  refuse("61{4-2}62", /wrong way round/);
  refuse("61(6|62)", /alternative "6" is no whole bytes/);
  refuse("61!(62|6364)", /differ in length/);
  refuse("61(62", /unexpected "\(62"/);
  refuse("{4}*", /fixes no byte/);
  refuse("", /fixes no byte/);
});
