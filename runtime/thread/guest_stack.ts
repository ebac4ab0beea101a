import { formatStacksWith } from "../heap/mod.ts";
import type { SiteEntry } from "../rewrite/mod.ts";
import type { CodeRegistry } from "./code_registry.ts";
import type { GuestCode } from "./guest_code.ts";
import { apply, isArray, SafeMap } from "./intrinsics.ts";
import { REMOTE_END, undisturbed } from "./stack.ts";
import { filter, findIndex, flatMap, join, map, some } from "../heap/lists.ts";
import { endsWith, startsWith, testRegExp } from "../heap/texts.ts";

/** Where app code is entered: frames from here on are the guest's own and never shown. */
export const guestStack = {
  /** The device's frames below the method, as they were when it was called; undefined if they weren't asked for yet. */
  below: undefined as readonly string[] | undefined,

  /** Where the app's code is, as its stack traces say; worded when somebody asks. Undefined where nothing can be told. */
  place: undefined as (() => () => string | undefined) | undefined,

  enter(fn: Function, self: unknown, args: unknown[]): unknown {
    return apply(fn, self, args);
  },
};

/** Where the engine calls a timer's callback while nothing watches timers, as here something does: `line:column`. */
let timerCall: string | undefined;

/** Notes how stack traces in timers read. To be called before anything watches them. */
export async function noteTimerCall(): Promise<void> {
  const stack = await new Promise<string>((resolve) => setTimeout(() => resolve(new Error().stack ?? ""), 0));
  timerCall = TIMER_CALL.exec(stack)?.[1];
}

const TIMER_CALL = /cb \[as _onTimeout\] \(ext:deno_node\/internal\/timers\.mjs:(\d+:\d+)\)/;

/** What the person's own file calls that offset of the module's source: `line:column`, from 1. */
export type PositionOf = (key: string, offset: number) => string;

/** What is known of modules' functions. */
type Tables = Pick<CodeRegistry, "tableOf">;

/** Asks the device for its frames below the method. */
export type FramesBelow = () => readonly string[];

const OWN = new URL("../", import.meta.url).href;
/** What stands for built-in functions. */
const STANDS = [`${OWN}host/`, new URL("./appearance.ts", import.meta.url).href];
/** Where a function made of texts begins in the script that stands for it. */
const MADE_AT = "return ".length;
/** Frames that are looked through for methods. */
const MAX_METHODS = 40;

/**
 * Stack traces made here name the app's own lines: the guest's forms keep the person's text in known stretches. They go
 * on with the device's frames; after an `await` only the device can tell those, and a mark stands for them: the app's own code
 * never reads it.
 */
export function formatGuestStacks(
  code: GuestCode,
  { tables, positionOf, framesBelow, abandon }: {
    readonly tables: Tables;
    readonly positionOf: PositionOf;
    readonly framesBelow: FramesBelow;
    readonly abandon: (reason: string) => never;
  },
): void {
  const known = new SafeMap<string, string>();
  const position = (key: string, offset: number): string => {
    const name = `${key}:${offset}`;
    let text = known.get(name);
    if (text === undefined) known.set(name, text = positionOf(key, offset));
    return text;
  };
  const format = (error: Error, sites: NodeJS.CallSite[], isApp: boolean) => {
    const lines: string[] = [];
    for (let i = 0; i < sites.length; i++) {
      const site = sites[i]!;
      const url = urlOf(site);
      if (some(STANDS, (stand) => startsWith(url, stand))) continue;
      if (startsWith(url, OWN)) {
        const isUnknown = site.isAsync();
        if (isUnknown && isApp && lines.length < Error.stackTraceLimit) {
          abandon("it reads the stack of an error that was made after an await");
        }
        lines.push(...(isUnknown ? [REMOTE_END] : guestStack.below ??= framesBelow()));
        break;
      }
      if (!isHidden(site, url)) {
        lines[lines.length] = `    at ${frame(site, url, { code, tables, position })}`;
      }
    }
    return join([header(error), ...lines.slice(0, Error.stackTraceLimit)], "\n");
  };
  guestStack.place = () => {
    const site = callerHere();
    return () => site && frame(site, urlOf(site), { code, tables, position });
  };
  Error.prepareStackTrace = (error, sites) => format(error, sites, true);
  formatStacksWith((error, sites) => format(error, sites as NodeJS.CallSite[], false));
}

/** The call sites of here; a text inside of the app's own `Error.prepareStackTrace`: the engine makes no other. */
function stackHere(): unknown {
  return undisturbed<unknown>(MAX_METHODS, () => {
    Error.prepareStackTrace = (_error, sites) => sites;
    return new Error().stack;
  });
}

/** Who called the rewriter's own function that called the runtime. */
function callerHere(): NodeJS.CallSite | undefined {
  const sites = stackHere();
  if (!isArray(sites)) return undefined;
  return sites[findIndex(sites, (site: NodeJS.CallSite) => !startsWith(urlOf(site), OWN)) + 1];
}

/** The app's methods that are running here, from the one that migrated to the innermost. */
export function methodsOnStack(code: GuestCode, tables: Tables): string[] {
  const stack = stackHere();
  const places = isArray(stack) ? map(stack, placeOf) : placesIn(String(stack));
  const methods = flatMap(places, ({ url, line, column }) => {
    const place = line === null ? undefined : code.sourceOffset(url, line, column ?? 1);
    if (place === undefined) return [];
    const site = functionAt(tables, place);
    return site === undefined ? [] : [site.id];
  });
  // One that calls itself, or whose class has a static block, is one step of the way.
  return filter(methods.reverse(), (method, i) => method !== methods[i - 1]);
}

/** The innermost function around a place in a module's source. */
function functionAt(tables: Tables, { key, offset }: { key: string; offset: number }): SiteEntry | undefined {
  const around = filter(
    tables.tableOf(key).sites,
    ({ start, end, kind }) => start <= offset && offset < end && kind !== "class",
  );
  return around.length === 0 ? undefined : around.reduce((a, b) => a.start > b.start ? a : b);
}

/** A place in a guest's module, from 1. */
interface Place {
  readonly url: string;
  readonly line: number | null;
  readonly column: number | null;
}

function placeOf(site: NodeJS.CallSite): Place {
  return { url: urlOf(site), line: site.getLineNumber(), column: site.getColumnNumber() };
}

/** Inside of the app's own `Error.prepareStackTrace` the engine makes texts only. */
function placesIn(stack: string): Place[] {
  return map(
    [...stack.matchAll(/^ +at (?:.* \()?(\S+?):(\d+):(\d+)\)?$/gm)],
    ({ 1: url, 2: line, 3: column }) => ({
      url: url!,
      line: Number(line),
      column: Number(column),
    }),
  );
}

/** As the engine does it: `toString` of the error is not called. */
function header(error: Error): string {
  try {
    const { name, message } = error;
    const kind = name === undefined ? "Error" : String(name);
    const text = message === undefined ? "" : String(message);
    return text === "" ? kind : kind === "" ? text : `${kind}: ${text}`;
  } catch {
    return "Error";
  }
}

/** What the guest put in: the runtime's virtual modules and the makers' own frames. */
function isHidden(site: NodeJS.CallSite, url: string): boolean {
  return testRegExp(/^clonecloud:(runtime|host)/, url) ||
    (startsWith(url, "clonecloud:") && site.isToplevel() && site.getFunctionName() === "eval" &&
      site.getLineNumber() === undefined);
}

function frame(
  site: NodeJS.CallSite,
  url: string,
  { code, tables, position }: {
    readonly code: GuestCode;
    readonly tables: Tables;
    readonly position: PositionOf;
  },
): string {
  const line = site.getLineNumber();
  const place = line === null ? undefined : code.sourceOffset(url, line, site.getColumnNumber() ?? 1);
  const origin = place && code.originOf(place.key);
  const where = place !== undefined
    ? `${origin === undefined ? place.url : `${origin}, <anonymous>`}:${position(place.key, place.offset)}`
    : url === ""
    ? site.isNative() ? "native" : "<anonymous>"
    : line === null
    ? url
    : timerCall !== undefined && site.getMethodName() === "_onTimeout" && site.getFunctionName() === "cb"
    ? `${url}:${timerCall}`
    : `${url}:${line}:${site.getColumnNumber()}`;
  const own = functionNameOf(site, url);
  const written = place && (own === null || origin !== undefined) ? functionAt(tables, place) : undefined;
  const name = origin !== undefined && written?.start === MADE_AT ? "eval" : own ?? written?.shown ?? null;
  const full = site.isConstructor()
    ? `new ${name ?? "<anonymous>"}`
    : site.isToplevel()
    ? name
    : methodCall(site, name);
  const prefix = site.isAsync() ? "async " : "";
  return full === null ? `${prefix}${where}` : `${prefix}${full} (${where})`;
}

/** Code that `eval` made has a name of its own where the engine's frame would have none. */
function functionNameOf(site: NodeJS.CallSite, url: string): string | null {
  const name = site.getFunctionName();
  return name === "" || (name === "eval" && startsWith(url, "clonecloud:")) ? null : name;
}

function methodCall(site: NodeJS.CallSite, name: string | null): string | null {
  const type = site.getTypeName();
  const method = site.getMethodName();
  if (name === null) return type === null ? null : `${type}.${method ?? "<anonymous>"}`;
  const typed = type !== null && !startsWith(name, type) ? `${type}.${name}` : name;
  const same = method === null || typed === method || endsWith(typed, `.${method}`) ||
    endsWith(typed, ` ${method}`);
  return same ? typed : `${typed} [as ${method}]`;
}

function urlOf(site: NodeJS.CallSite): string {
  const name = site.getScriptNameOrSourceURL() ?? site.getFileName() ?? "";
  return name.startsWith("/") ? `file://${name}` : name;
}
