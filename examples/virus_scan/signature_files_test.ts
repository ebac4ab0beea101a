import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { parseHashLine, parseNdbLine, parseOffset } from "./clamav.ts";
import { formatOf } from "./file_format.ts";
import { Library } from "./library.ts";
import { parseUserdb } from "./peid.ts";
import { sampleOf } from "./signature.ts";

const bytes = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
const sample = (data: Uint8Array) => sampleOf(data, formatOf(data));
const md5 = (data: Uint8Array) => createHash("md5").update(data).digest("hex");

/** A Windows program of one section, with `code` at its entry point, 16 bytes into the section at 0x200. */
function program(code: string): Uint8Array {
  const data = new Uint8Array(0x300);
  const view = new DataView(data.buffer);
  data.set(bytes("MZ"));
  view.setUint32(0x3c, 0x40, true);
  data.set(bytes("PE\0\0"), 0x40);
  view.setUint16(0x46, 1, true); // sections
  view.setUint16(0x54, 0xe0, true); // size of the optional header
  view.setUint32(0x68, 0x1010, true); // entry point
  const row = 0x40 + 24 + 0xe0;
  view.setUint32(row + 8, 0x100, true); // size in memory
  view.setUint32(row + 12, 0x1000, true); // address in memory
  view.setUint32(row + 16, 0x100, true); // size in the file
  view.setUint32(row + 20, 0x200, true); // place in the file
  data.set(bytes(code), 0x210);
  return data;
}

Deno.test("parseNdbLine() honours offsets and target types", () => {
  const matches = (line: string, data: Uint8Array) => parseNdbLine(line).matches(sample(data));
  assert.equal(matches("A:0:*:6162", bytes("..ab")), true);
  assert.equal(matches("A:0:2:6162", bytes("..ab")), true);
  assert.equal(matches("A:0:1:6162", bytes("..ab")), false);
  assert.equal(matches("A:0:1,1:6162", bytes("..ab")), true);
  assert.equal(matches("A:0:EOF-2:6162", bytes("..ab")), true);
  assert.equal(matches("A:0:EOF-9:6162", bytes("ab")), false);
  assert.equal(matches("A:1:EP+0:6162", program("ab")), true);
  assert.equal(matches("A:1:EP+1:62", program("ab")), true);
  assert.equal(matches("A:1:EP-16:00", program("ab")), true);
  assert.equal(matches("A:1:EP+0:6162", bytes("ab")), false);
  assert.equal(matches("A:1:S0+16:6162", program("ab")), true);
  assert.equal(matches("A:1:SL+16:6162", program("ab")), true);
  assert.equal(matches("A:1:S1+16:6162", program("ab")), false);
  assert.equal(matches("A:1:*:6162", bytes("ab")), false);
  assert.equal(matches("A:3:*:6162", bytes("<html>ab")), true);
  assert.equal(matches("A:10:*:6162", bytes("%PDF-1.4 ab")), true);
  assert.equal(matches("A:7:*:6162", bytes("ab")), true);
  assert.equal(matches("A:7:*:6162", bytes("\x01ab")), false);
  assert.equal(matches("A:0:*:6162:51:99", bytes("ab")), true);
});

Deno.test("parseOffset() refuses offsets it has no use for", () => {
  for (const offset of ["VI", "SE1", "EOF+2", "", "1-2"]) assert.throws(() => parseOffset(offset), /offset/);
});

Deno.test("parseHashLine() tells the algorithm by the length and checks the size", () => {
  const data = bytes("hello");
  const sha256 = createHash("sha256").update(data).digest("hex");
  assert.equal(parseHashLine(`${md5(data)}:5:A`).matches(sample(data)), true);
  assert.equal(parseHashLine(`${md5(data).toUpperCase()}:5:A`).matches(sample(data)), true);
  assert.equal(parseHashLine(`${md5(data)}:6:A`).matches(sample(data)), false);
  assert.equal(parseHashLine(`${sha256}:*:A:73`).matches(sample(data)), true);
  assert.throws(() => parseHashLine("abcd:5:A"), /start with a hash/);
  assert.throws(() => parseHashLine(`${md5(data)}:x:A`), /size "x"/);
});

const USERDB = `; a comment
[Packer -> somebody [x]]\r
signature = 61 62 ?? 64\r
ep_only = true\r

[Anywhere]
SIGNATURE = 6? 62
EP_ONLY = FALSE
[At a section]
signature = 00 00
section_start_only = true
[Broken]
signature = 61 6
[Empty]
ep_only = true
`;

Deno.test("parseUserdb() matches ep_only signatures at the entry point only", () => {
  const { signatures, refused } = parseUserdb(USERDB);
  assert.deepEqual(signatures.map((s) => s.name), ["Packer -> somebody [x]", "Anywhere", "At a section"]);
  assert.deepEqual(refused.map((r) => r.name), ["Broken", "Empty"]);
  const names = (data: Uint8Array) => signatures.filter((s) => s.matches(sample(data))).map((s) => s.name);
  assert.deepEqual(names(program("abcd")), ["Packer -> somebody [x]", "Anywhere", "At a section"]);
  assert.deepEqual(names(program(".abcd")), ["Anywhere", "At a section"]);
  assert.deepEqual(names(bytes("abcd")), ["Anywhere"]);
});

Deno.test("parseUserdb() with hardcore looks everywhere", () => {
  const { signatures } = parseUserdb(USERDB, { hardcore: true });
  assert.equal(signatures[0]!.matches(sample(program("....abcd"))), true);
});

Deno.test("Library tells formats by name, leaves out ignored names and reports a name once", () => {
  const library = new Library(["Bad"]);
  library.addText("A:0:*:6162\n# comment\n\nA:0:*:6263\nBad:0:*:61\nC:0:VI:61\n", "x.NDB");
  library.addText(`${md5(bytes("abc"))}:3:H\n`, "x.hdb");
  assert.equal(library.size, 3);
  assert.deepEqual(library.refused.map((r) => r.reason), ['Cannot use the offset "VI"']);
  assert.deepEqual(library.namesMatching(sample(bytes("abc"))), ["A", "H"]);
  assert.throws(() => library.addText("", "x.doc"), /x\.doc: it must end in/);
});

Deno.test("formatOf() survives program headers that lie", () => {
  const truncated = program("ab").slice(0, 0x50);
  assert.deepEqual(formatOf(truncated).sections, []);
  const farAway = program("ab");
  new DataView(farAway.buffer).setUint32(0x3c, 0xfffffff0, true);
  assert.equal(formatOf(farAway).target, 0);
  const manySections = program("ab");
  new DataView(manySections.buffer).setUint16(0x46, 0xffff, true);
  assert.equal(formatOf(manySections).target, 1);
});
