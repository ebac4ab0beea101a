import type { Inlet } from "../inlet.ts";
import { createSymbol, symbolDescription, symbolFor, symbolKeyFor } from "../intrinsics.ts";
import type { Outlet } from "../outlet.ts";
import { PacketError } from "../packet_error.ts";
import type { Kind } from "./kind.ts";

const NAMELESS = 0;
const DESCRIBED = 1;
const REGISTERED = 2;
const WELL_KNOWN = 3;

interface SymbolShell {
  readonly form: number;
  readonly text: string | undefined;
}

/** Symbols: unique ones by id, registered ones by key, well-known ones by name. */
export const symbol: Kind<symbol, SymbolShell, void> = {
  name: "symbol",
  writeShell(node, out: Outlet) {
    const key = symbolKeyFor(node);
    const name = key === undefined ? out.values.nameOfBuiltin(node) : undefined;
    const text = key ?? name ?? symbolDescription(node);
    out.w.byte(
      key !== undefined
        ? REGISTERED
        : name !== undefined
        ? WELL_KNOWN
        : text === undefined
        ? NAMELESS
        : DESCRIBED,
    );
    if (text !== undefined) out.w.string(text);
  },
  writeContent() {},
  readShell(inlet: Inlet) {
    const form = inlet.byte();
    if (form > WELL_KNOWN) throw new PacketError("a symbol is of no known form");
    return { form, text: form === NAMELESS ? undefined : inlet.string() };
  },
  create({ form, text }, inlet) {
    if (form === REGISTERED) return symbolFor(text!);
    if (form !== WELL_KNOWN) return createSymbol(text);
    const value = inlet.values.builtinByName(text!);
    if (typeof value !== "symbol") throw new PacketError(`there is no symbol ${text}`);
    return value;
  },
  readContent() {},
  check() {},
  fill() {},
};
