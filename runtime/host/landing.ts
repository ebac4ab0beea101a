/**
 * What migrated code did to files, done on the device: all of it or nothing, also if this process is killed meanwhile.
 *
 * 1. Everything new is staged next to where it belongs, with what is needed to undo it; then the plan is written down.
 * 2. What has to go is renamed aside, new names are given by rename or link, device files are changed in place (so that
 *    other names and open handles of theirs still hold).
 * 3. Only when the heap was merged, what was put aside is removed; until then it can be undone.
 *
 * A journal that is left when a process starts belongs to one that was killed: with a whole plan it is carried out, else
 * undone.
 */
import { readAt, writeAt } from "./file_bytes.ts";
import type { ChangedPiece, FileChanges, MadeFile, PatchedFile } from "./file_changes.ts";
import { FileSteps, keepingFolderTimes } from "./file_steps.ts";
import {
  endLeftJournals,
  type FileState,
  LandingJournal,
  type LandingPlan,
  type LeftJournal,
  type StagedBytes,
} from "./landing_journal.ts";
import { folderOf } from "./plain_path.ts";

/** Told of each step that is about to be done: tests end the process there. */
export type OnStep = (step: string) => void;

/** Changes that have landed, and can still be undone. */
export interface Landed {
  /** They stay. */
  keep(): void;
  /** @throws {Error} if something stands in the way: then a journal is left. */
  undo(): void;
}

/** Lands changes. @throws {Error} with everything as it was */
export function land(
  journals: string,
  changes: FileChanges,
  data: Uint8Array,
  onStep: OnStep = () => {},
): Landed {
  const id = crypto.randomUUID();
  const stage = new Stage(id, changes, data, onStep);
  const journal = LandingJournal.create(journals, id);
  journal.add({ folders: stage.folders });
  const steps = new FileSteps(onStep);
  const clear = () => {
    for (const folder of stage.folders) steps.clear(folder);
    journal.remove();
  };
  let plan: LandingPlan;
  try {
    plan = stage.prepare();
    journal.add({ plan });
  } catch (error) {
    clear();
    throw error;
  }
  const undo = (taken: boolean) => {
    try {
      journal.add({ mark: "undo" });
      undoPlan(steps, plan, { taken, attached: true, note: () => journal.add({ mark: "unattached" }) });
    } catch (error) {
      journal.leave();
      throw error;
    }
    clear();
  };
  let taken = plan.taken.length === 0;
  try {
    for (const step of plan.taken) steps.take(step);
    if (!taken) journal.add({ mark: "taken" });
    taken = true;
    carryOut(steps, plan);
    journal.add({ mark: "landed" });
  } catch (error) {
    undo(taken);
    throw error;
  }
  const keep = () => {
    try {
      clear();
    } catch {
      // What is left to remove is removed when the next process starts.
      journal.leave();
    }
  };
  return { keep, undo: () => undo(true) };
}

/** Ends what a killed process left. Returns what could not be ended, one line each. */
export function recoverLandings(journals: string, onStep: OnStep = () => {}): string[] {
  const problems: string[] = [];
  endLeftJournals(journals, ({ path, lines }) => {
    try {
      recover(lines, new FileSteps(onStep));
      Deno.removeSync(path);
    } catch (error) {
      problems.push(`cannot end what ${path} says about changed files: ${(error as Error).message}`);
    }
  });
  return problems;
}

function recover(lines: LeftJournal["lines"], steps: FileSteps): void {
  const folders = lines.flatMap((line) => "folders" in line ? line.folders : []);
  const plan = lines.flatMap((line) => "plan" in line ? [line.plan] : [])[0];
  const marks = new Set(lines.flatMap((line) => "mark" in line ? [line.mark] : []));
  if (plan !== undefined && (!marks.has("landed") || marks.has("undo"))) {
    let taken = marks.has("taken") || plan.taken.length === 0;
    let forward = !marks.has("undo");
    if (forward) {
      try {
        if (!taken) { for (const step of plan.taken) steps.take(step); }
        taken = true;
        carryOut(steps, plan);
      } catch {
        forward = false;
      }
    }
    if (!forward) undoPlan(steps, plan, { taken, attached: !marks.has("unattached"), note: () => {} });
  }
  for (const folder of folders) steps.clear(folder);
}

function carryOut(steps: FileSteps, plan: LandingPlan): void {
  for (const step of plan.attached) steps.attach(step);
  for (const { path, next } of plan.patched) steps.patch(path, next);
}

/** `taken`: all that had to go was put aside; `attached`: new names may be there. */
function undoPlan(
  steps: FileSteps,
  plan: LandingPlan,
  { taken, attached, note }: { taken: boolean; attached: boolean; note: () => void },
): void {
  if (taken && attached) {
    for (const { path, before } of plan.patched.toReversed()) {
      if (before !== undefined) steps.unpatch(path, before);
    }
    for (const step of plan.attached.toReversed()) steps.detach(step);
    note();
  }
  for (const step of plan.taken.toReversed()) steps.untake(step);
  for (const { origin, before } of plan.patched) {
    if (origin !== undefined && before !== undefined) steps.restoreTimes(origin, before);
  }
}

/** Makes the plan, and everything that it needs, aside. */
class Stage {
  readonly #id: string;
  readonly #changes: FileChanges;
  readonly #data: Uint8Array;
  readonly #onStep: OnStep;
  /** By file system. */
  readonly #folders = new Map<number, string>();
  #at = 0;
  #serial = 0;

  constructor(id: string, changes: FileChanges, data: Uint8Array, onStep: OnStep) {
    this.#id = id;
    this.#changes = changes;
    this.#data = data;
    this.#onStep = onStep;
    const { taken, attached, patched } = changes;
    for (
      const path of [
        ...taken,
        ...attached.map((item) => item.path),
        ...patched.map((item) => item.path),
      ]
    ) {
      this.#folderFor(path);
    }
  }

  get folders(): readonly string[] {
    return [...this.#folders.values()];
  }

  prepare(): LandingPlan {
    const { taken, made, attached, patched } = this.#changes;
    for (const folder of this.folders) {
      this.#onStep(`stage ${folder}`);
      keepingFolderTimes(folder, () => Deno.mkdirSync(folder, { mode: 0o700 }));
    }
    const slots = taken.map((path) => this.#slot(path));
    const places = new Map(attached.flatMap(({ path, made }) => made === undefined ? [] : [[made, path]]));
    const madeSlots = made.map((item, i) => this.#make(item, places.get(i)!));
    return {
      taken: taken.map((path, i) => ({ path, slot: slots[i]! })),
      attached: attached.map(({ path, taken, made, link }) => ({
        path,
        ...(taken !== undefined && { slot: slots[taken]! }),
        ...(made !== undefined && { slot: madeSlots[made]! }),
        ...(link !== undefined && { link }),
      })),
      patched: patched.map((item) => this.#patch(item)),
    };
  }

  #make(made: MadeFile, path: string): string {
    const slot = this.#slot(path);
    this.#onStep(`make ${slot}`);
    if (made.kind === "directory") Deno.mkdirSync(slot, { mode: 0o700 });
    else if (made.kind === "symlink") Deno.symlinkSync(made.target, slot);
    else {
      if (made.base !== undefined) Deno.copyFileSync(made.base, slot);
      using file = Deno.openSync(slot, { write: true, create: true, mode: 0o600 });
      file.truncateSync(made.kept);
      for (const { at, bytes } of made.pieces) writeAt(file, at, this.#take(bytes));
      file.truncateSync(made.size);
      file.syncDataSync();
      if (made.mode !== undefined) Deno.chmodSync(slot, made.mode);
      setTimes(slot, made);
    }
    return slot;
  }

  #patch(item: PatchedFile): LandingPlan["patched"][number] {
    const { path, content, ...attributes } = item;
    const next: FileState = {
      ...attributes,
      ...(content !== undefined && { content: this.#stageBytes(path, content) }),
    };
    const origin = this.#originOf(path);
    if (origin === undefined) return { path, next };
    const info = Deno.lstatSync(origin);
    const before = { mode: info.mode! & 0o7777, atime: info.atime!.getTime(), mtime: info.mtime!.getTime() };
    if (content === undefined) return { path, origin, next, before };
    return { path, origin, next, before: { ...before, content: this.#stageOld(origin, content, info.size) } };
  }

  /** The new bytes of a device file. */
  #stageBytes(path: string, content: NonNullable<PatchedFile["content"]>): StagedBytes {
    const file = this.#slot(path);
    this.#onStep(`stage bytes ${file}`);
    using out = Deno.openSync(file, { write: true, createNew: true, mode: 0o600 });
    let at = 0;
    for (const { bytes } of content.pieces) {
      writeAt(out, at, this.#take(bytes));
      at += bytes;
    }
    out.syncDataSync();
    return { file, ...content };
  }

  /** The bytes that will be overwritten or cut off. */
  #stageOld(origin: string, content: NonNullable<PatchedFile["content"]>, size: number): StagedBytes {
    const cut = Math.min(content.kept, content.size, size);
    const pieces: ChangedPiece[] = content.pieces
      .map(({ at, bytes }) => ({ at, bytes: Math.min(at + bytes, cut) - at }))
      .filter(({ bytes }) => bytes > 0);
    for (let at = cut; at < size; at += OLD_PIECE_BYTES) {
      pieces.push({ at, bytes: Math.min(OLD_PIECE_BYTES, size - at) });
    }
    const file = this.#slot(origin);
    using from = Deno.openSync(origin);
    using out = Deno.openSync(file, { write: true, createNew: true, mode: 0o600 });
    let to = 0;
    for (const { at, bytes } of pieces) {
      const old = readAt(from, at, bytes);
      if (old.length < bytes) throw new RangeError("Cannot land changes: a file got shorter meanwhile");
      writeAt(out, to, old);
      to += bytes;
    }
    out.syncDataSync();
    return { file, pieces, kept: size, size };
  }

  /** Where something is now that will have this path; undefined if it is new. */
  #originOf(path: string): string | undefined {
    const { attached, taken } = this.#changes;
    let best: FileChanges["attached"][number] | undefined;
    for (const item of attached) {
      if (path !== item.path && !path.startsWith(`${item.path}/`)) continue;
      if (best === undefined || item.path.length > best.path.length) best = item;
    }
    if (best === undefined) return path;
    if (best.link !== undefined) return this.#originOf(best.link);
    return best.taken === undefined ? undefined : taken[best.taken]! + path.slice(best.path.length);
  }

  #slot(path: string): string {
    return `${this.#folderFor(path)}/${this.#serial++}`;
  }

  /** A staging folder on the file system where a path is, or will be. */
  #folderFor(path: string): string {
    let parent = this.#outside(folderOf(path));
    let dev: number | undefined;
    while (dev === undefined) {
      try {
        const info = Deno.lstatSync(parent);
        if (info.isDirectory) dev = info.dev;
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) {
          throw error;
        }
      }
      if (dev === undefined) parent = folderOf(parent);
    }
    let folder = this.#folders.get(dev);
    if (folder === undefined) {
      folder = `${parent === "/" ? "" : parent}/.clonecloud-${this.#id}`;
      this.#folders.set(dev, folder);
    }
    return folder;
  }

  /** Above whatever is about to move. */
  #outside(folder: string): string {
    const moving = this.#changes.taken.filter((path) => folder === path || folder.startsWith(`${path}/`));
    return moving.reduce(
      (least, path) => folderOf(path).length < least.length ? folderOf(path) : least,
      folder,
    );
  }

  #take(bytes: number): Uint8Array {
    const part = this.#data.subarray(this.#at, this.#at += bytes);
    if (part.length !== bytes) throw new RangeError("Cannot land changes: their bytes are missing");
    return part;
  }
}

const OLD_PIECE_BYTES = 1024 * 1024;

function setTimes(path: string, { atime, mtime }: { atime?: number; mtime?: number }): void {
  if (atime !== undefined && mtime !== undefined) Deno.utimeSync(path, new Date(atime), new Date(mtime));
}
