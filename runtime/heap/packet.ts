/**
 * The layout of a packet: magic u32 | version u8 | flags u8 | length of large buffers | code section | first new MID | runs of CIDs | texts |
 * shapes | Map and Set iterators | shells | new contents | changed contents | tails of Maps and Sets | unchanged ranges | roots | bytes of large buffers, of those that are
 * new first; see byte_patch.ts for the others. Counts come before what they count.
 */
import type { ModuleKey } from "./access.ts";
import { DEFAULT_LIMITS, PACKET_MAGIC, PACKET_VERSION } from "./constants.ts";
import type { CodeRefs } from "./outlet.ts";
import { PacketError } from "./packet_error.ts";
import { Reader } from "./reader.ts";
import type { Writer } from "./writer.ts";
import { typedArrayLength } from "./intrinsics.ts";

/** The fixed front of a packet. */
export interface PacketFront {
  readonly flags: number;
  /** How many bytes of large buffers end the packet. */
  readonly blobBytes: number;
  readonly code: CodeRefs;
}

export function writeFront(w: Writer, { flags, blobBytes, code }: PacketFront): void {
  w.uint32(PACKET_MAGIC);
  w.byte(PACKET_VERSION);
  w.byte(flags);
  w.varint(blobBytes);
  w.varint(code.modules.length);
  for (let i = 0; i < code.modules.length; i++) w.string(code.modules[i]!);
  w.varint(code.sites.length);
  for (let i = 0; i < code.sites.length; i++) {
    w.varint(moduleNumber(code, code.sites[i]!.module));
    w.varint(code.sites[i]!.site);
  }
  w.varint(code.scopes.length);
  for (let i = 0; i < code.scopes.length; i++) {
    w.varint(moduleNumber(code, code.scopes[i]!.module));
    w.varint(code.scopes[i]!.scope);
  }
}

function moduleNumber(code: CodeRefs, module: ModuleKey): number {
  for (let i = 0; i < code.modules.length; i++) if (code.modules[i] === module) return i;
  throw new TypeError(`Cannot write a packet: module ${module} isn't listed`);
}

export function readFront(reader: Reader): PacketFront {
  if (reader.uint32() !== PACKET_MAGIC) throw new PacketError("it isn't one");
  const version = reader.byte();
  if (version !== PACKET_VERSION) {
    throw new PacketError(`it has version ${version}, this peer speaks version ${PACKET_VERSION}`);
  }
  const flags = reader.byte();
  const blobBytes = reader.count();
  const modules: ModuleKey[] = [];
  for (let i = 0, count = reader.count(); i < count; i++) modules[i] = reader.string();
  const sites: { module: ModuleKey; site: number }[] = [];
  for (let i = 0, count = reader.count(); i < count; i++) {
    sites[i] = { module: listed(modules, reader.varint()), site: reader.varint() };
  }
  const scopes: { module: ModuleKey; scope: number }[] = [];
  for (let i = 0, count = reader.count(); i < count; i++) {
    scopes[i] = { module: listed(modules, reader.varint()), scope: reader.varint() };
  }
  return { flags, blobBytes, code: { modules, sites, scopes } };
}

function listed(modules: readonly ModuleKey[], number: number): ModuleKey {
  const module = modules[number];
  if (module === undefined) throw new PacketError("a module has no such number");
  return module;
}

/**
 * The code that a packet's functions and scopes need, read from its front only: have it loaded before the packet is
 * accepted.
 *
 * @throws {PacketError}
 */
export function referencedCode(packet: Uint8Array): CodeRefs {
  if (typedArrayLength(packet) > DEFAULT_LIMITS.maxPacketBytes) throw new PacketError("it is too large");
  return readFront(new Reader(packet)).code;
}
