import type { Inlet } from "../inlet.ts";
import type { Outlet } from "../outlet.ts";
import { PacketError } from "../packet_error.ts";
import { pathOf } from "../path.ts";
import type { Kind } from "./kind.ts";

export interface AbsentShell {
  readonly what: string;
  readonly path: string;
  readonly callable: boolean;
}

/** Finding a path takes as long as its steps are wide: of thousands of absent objects the first few tell enough. */
const MAX_PATHS = 32;

/** What stays on the device: at the clone something stands for it that must not be touched. */
export const absent: Kind<object, AbsentShell, void> = {
  name: "absent",
  writeShell(node, out: Outlet) {
    if (!out.fresh) return;
    out.w.string(out.reasons.get(node)!.what);
    out.w.string(out.absents++ < MAX_PATHS ? pathOf(out, out.at) : "");
    out.w.byte(typeof node === "function" ? 1 : 0);
  },
  writeContent() {},
  readShell: (inlet: Inlet) => ({
    what: inlet.string(),
    path: inlet.string(),
    callable: inlet.byte() === 1,
  }),
  create(shell, inlet) {
    if (inlet.side === "device") throw new PacketError("the clone can't send what doesn't travel");
    return inlet.values.makeAbsent(shell.what, shell.path, shell.callable);
  },
  readContent() {},
  check() {},
  fill() {},
};
