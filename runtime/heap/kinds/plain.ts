import type { Inlet, Properties } from "../inlet.ts";
import { ownKeys } from "../intrinsics.ts";
import type { Outlet } from "../outlet.ts";
import { PacketError } from "../packet_error.ts";
import { applyProperties, checkProperties } from "../properties.ts";
import { isPlannable, type ShapePlan } from "../shape_plan.ts";
import { FILLED, type Kind } from "./kind.ts";

const NOTHING: readonly number[] = [];

/** Objects without internal slots: literals, class instances, prototype objects. */
export const plain: Kind<object, ShapePlan | undefined, Properties> = {
  name: "object",
  writeShell(_, out: Outlet) {
    if (!out.fresh) return;
    const { lastShape } = out;
    if (lastShape === undefined) return out.w.varint(0);
    lastShape.plannable ??= isPlannable(lastShape);
    out.w.varint(lastShape.plannable ? lastShape.number + 1 : 0);
  },
  writeContent(node, out: Outlet) {
    if (!out.knownLayout(node)) out.learnLayout(node, out.properties(node, ownKeys(node)));
  },
  readShell(inlet: Inlet) {
    const number = inlet.varint();
    if (number === 0) return undefined;
    const plan = inlet.plan(number - 1);
    plan.uses++;
    return plan;
  },
  needs: (plan) => plan === undefined ? NOTHING : plan.needs,
  create: (plan, inlet) => plan === undefined ? {} : plan.make(inlet),
  readInto(node, plan, inlet) {
    if (plan === undefined) return inlet.properties();
    if (inlet.varint() !== plan.number) {
      throw new PacketError("an object has another shape than it was made for");
    }
    plan.fill(node, inlet);
    return FILLED;
  },
  readContent: (inlet: Inlet) => inlet.properties(),
  check(node, content, inlet) {
    checkProperties(node, ownKeys(node), content, inlet);
  },
  fill(node, content, inlet) {
    applyProperties(node, ownKeys(node), content, inlet);
  },
};
