import type { Inlet, Properties } from "../inlet.ts";
import { dateSetTime, dateValue, newDate, objectIs, ownKeys } from "../intrinsics.ts";
import type { Outlet } from "../outlet.ts";
import { applyProperties, checkProperties } from "../properties.ts";
import type { Kind } from "./kind.ts";

interface DateContent {
  readonly time: number;
  readonly properties: Properties;
}

/** Dates, invalid ones too. */
export const date: Kind<Date, void, DateContent> = {
  name: "Date",
  writeShell() {},
  writeContent(node, out: Outlet) {
    out.w.float(dateValue(node));
    out.properties(node, ownKeys(node));
  },
  readShell() {},
  create: () => new newDate(NaN),
  readContent: (inlet: Inlet) => ({ time: inlet.float(), properties: inlet.properties() }),
  check(node, content, inlet) {
    checkProperties(node, ownKeys(node), content.properties, inlet);
  },
  fill(node, content, inlet) {
    if (!objectIs(dateValue(node), content.time)) dateSetTime(node, content.time);
    applyProperties(node, ownKeys(node), content.properties, inlet);
  },
};
