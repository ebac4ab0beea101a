import { formatStacksWith } from "../heap/mod.ts";
import type { GuestCode } from "./guest_code.ts";
import { apply } from "./intrinsics.ts";
import { REMOTE_END } from "./stack.ts";

/** Where app code is entered: frames from here on are the guest's own and never shown. */
export const guestStack = {
  enter(fn: Function, self: unknown, args: unknown[]): unknown {
    return apply(fn, self, args);
  },
};

/** What the person's own file calls that offset of the module's source: `line:column`, from 1. */
export type PositionOf = (key: string, offset: number) => string;

const OWN = new URL("../", import.meta.url).href;

/**
 * Stack traces made here name the app's own lines: the guest's forms keep the person's text in known stretches. They end
 * with a mark where the device's frames go.
 */
export function formatGuestStacks(code: GuestCode, positionOf: PositionOf): void {
  const format = (error: Error, sites: NodeJS.CallSite[]) => {
    const lines: string[] = [];
    for (const site of sites) {
      const url = urlOf(site);
      if (url.startsWith(OWN)) {
        lines.push(REMOTE_END);
        break;
      }
      if (!/^(ext|node):/.test(url)) lines.push(`    at ${frame(site, url, code, positionOf)}`);
    }
    return [header(error), ...lines].join("\n");
  };
  Error.prepareStackTrace = format;
  formatStacksWith(format as (error: Error, sites: unknown[]) => string);
}

function header(error: Error): string {
  try {
    return String(error);
  } catch {
    return "Error";
  }
}

function frame(site: NodeJS.CallSite, url: string, code: GuestCode, positionOf: PositionOf): string {
  const offset = code.sourceOffset(url, site.getLineNumber() ?? 1, site.getColumnNumber() ?? 1);
  const place = offset === undefined
    ? url
    : `${code.urlOf(offset.key)}:${positionOf(offset.key, offset.offset)}`;
  const name = site.getFunctionName();
  const type = site.isToplevel() ? null : site.getTypeName();
  const full = name !== null && type !== null && !site.isConstructor() && !name.startsWith(`${type}.`) &&
      type !== "Object"
    ? `${type}.${name}`
    : name;
  if (full === null) return place;
  return `${site.isAsync() ? "async " : ""}${site.isConstructor() ? "new " : ""}${full} (${place})`;
}

function urlOf(site: NodeJS.CallSite): string {
  const name = site.getScriptNameOrSourceURL() ?? site.getFileName() ?? "";
  return name.startsWith("/") ? `file://${name}` : name;
}
