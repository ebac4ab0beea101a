import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Conditions } from "../../runtime/mod.ts";
import type { ProfileTree } from "./profile_tree.ts";

/** Which program an execution ran: results of one text of the code say nothing certain of another. */
export interface AppVersion {
  /** The main module, as the user would name it again: its URL or path. */
  readonly app: string;
  /** Hash of the sources that were loaded. */
  readonly codeHash: string;
}

/** Where the figures come from: a sampler's counts are lower bounds, a trace's are exact. */
export type ProfileSource = "samples" | "trace" | "run";

/** One run of an app, as §3.2 records it. */
export interface Execution {
  /** For people: arguments and files it was given. */
  readonly input: string;
  /** Sizes of the input, by position; decisions are given them before those of a method's arguments. */
  readonly features?: readonly number[];
  /** For people: the device's name. */
  readonly device: string;
  readonly source: ProfileSource;
  /** When it began, milliseconds since 1970. */
  readonly atMs: number;
  /** How often this execution counts beside the others; 1 if nothing is known. */
  readonly weight: number;
  /** Time with nothing to run (waiting), milliseconds; in no tree. Undefined if not known. */
  readonly idleMs?: number;
  /** The tree T, measured on the device. */
  readonly onDevice: ProfileTree;
  /** The tree T', measured on a clone, and how fast that clone was; else T and the clone's speed stand in for it. */
  readonly onClone?: { readonly tree: ProfileTree; readonly clone: string; readonly cloneSpeed: number };
  /** What it ran under, if a clone was in reach. */
  readonly conditions?: Conditions;
}

/** The key of an app in a store: its main module as a URL, wherever the command was typed. */
export function appKey(app: string, folder: string): string {
  if (/^[a-z][a-z+.-]+:/i.test(app)) return new URL(app).href;
  return pathToFileURL(resolve(folder, app)).href;
}
