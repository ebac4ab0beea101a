import type { Inlet, Properties } from "../inlet.ts";
import {
  newRegExp,
  ownKeys,
  regexpCompile,
  regexpDotAll,
  regexpGlobal,
  regexpHasIndices,
  regexpIgnoreCase,
  regexpMultiline,
  regexpSource,
  regexpSticky,
  regexpUnicode,
  regexpUnicodeSets,
} from "../intrinsics.ts";
import type { Outlet } from "../outlet.ts";
import { PacketError } from "../packet_error.ts";
import { applyProperties, checkProperties } from "../properties.ts";
import type { Kind } from "./kind.ts";

interface RegExpContent {
  readonly source: string;
  readonly flags: string;
  readonly properties: Properties;
}

/** Regular expressions; `lastIndex` is an own property. */
export const regexp: Kind<RegExp, RegExp, RegExpContent> = {
  name: "RegExp",
  writeShell(node, out: Outlet) {
    out.w.string(regexpSource(node));
    out.text(flagsOf(node));
  },
  writeContent(node, out: Outlet) {
    out.w.string(regexpSource(node));
    out.text(flagsOf(node));
    out.properties(node, ownKeys(node));
  },
  readShell: (inlet: Inlet) => makeRegExp(inlet.string(), inlet.text()),
  create: (shell) => shell,
  readContent(inlet: Inlet) {
    const source = inlet.string();
    const flags = inlet.text();
    makeRegExp(source, flags);
    return { source, flags, properties: inlet.properties() };
  },
  check(node, content, inlet) {
    checkProperties(node, ownKeys(node), content.properties, inlet);
  },
  fill(node, content, inlet) {
    if (regexpSource(node) !== content.source || flagsOf(node) !== content.flags) {
      regexpCompile(node, content.source, content.flags);
    }
    applyProperties(node, ownKeys(node), content.properties, inlet);
  },
};

/** The flags by the internal slot: the `flags` getter would ask the object's own, which a program may replace. */
function flagsOf(node: RegExp): string {
  return (regexpHasIndices(node) ? "d" : "") + (regexpGlobal(node) ? "g" : "") +
    (regexpIgnoreCase(node) ? "i" : "") + (regexpMultiline(node) ? "m" : "") +
    (regexpDotAll(node) ? "s" : "") + (regexpUnicode(node) ? "u" : "") +
    (regexpUnicodeSets(node) ? "v" : "") + (regexpSticky(node) ? "y" : "");
}

function makeRegExp(source: string, flags: string): RegExp {
  try {
    return new newRegExp(source, flags);
  } catch (cause) {
    throw new PacketError("a regular expression is malformed", { cause });
  }
}
