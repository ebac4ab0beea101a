import { CodeService } from "../../runtime/mod.ts";
import { modulePath } from "./app.ts";
import { learn, type Report } from "./learning.ts";
import { type LessonNote, Lessons, notesOf } from "./lessons.ts";
import { FolderCache } from "./text_cache.ts";

/** Learns from one lesson. */
export async function teach(
  place: string,
  { home, tell }: { home: string; tell: (line: string) => void },
): Promise<void> {
  const note = Lessons.read(place);
  const code = codeOf(note, home);
  const given = Lessons.report(place);
  if (given !== undefined) code.restore(given.code);
  const report = given?.report ?? await readNotes(place, code);
  if (report === undefined) return;
  await code.load();
  const candidates = await learn({
    ...note,
    ...{ home, report, code },
    conditions: note.conditions,
    starts: note.starts,
    input: note.args.join(" "),
    onProblem: tell,
  });
  if (candidates !== undefined && candidates.length > 0) {
    await prepare(codeOf({ ...note, methods: candidates }, home), code);
  }
}

/** Rewrites the app's code for the migration points of the next run, so that it starts as soon as later ones. */
async function prepare(next: CodeService, seen: CodeService): Promise<void> {
  for (const { url, source, isModule } of seen.modules()) {
    const kind = isModule ? "module" : "script";
    const bytes = new TextEncoder().encode(source);
    const { key } = await next.answer({ op: "rewrite", url, kind }, bytes) as { key?: string };
    if (key === undefined) continue;
    await next.answer({ op: "tables", keys: [key] });
    await next.answer({ op: "guest", key, uninitialised: [] });
  }
}

function codeOf({ app, methods }: Pick<LessonNote, "app" | "methods">, home: string): CodeService {
  return new CodeService({
    cache: new FolderCache(`${home}/cache`),
    methods: new Set(methods),
    pathOf: (url) => modulePath(url, app.root),
    diagnose: () => {}, // the run said so itself
  });
}

/** What a watched run left; undefined if it ended before its profile was written. */
async function readNotes(place: string, code: CodeService): Promise<Report | undefined> {
  const lines = Deno.readTextFileSync(notesOf(place)).split("\n");
  for (const line of lines) {
    const note = line === "" ? undefined : JSON.parse(line);
    if (note?.profile !== undefined) {
      return { profile: note.profile, reached: {}, migrated: {}, learned: null };
    }
    if (note !== undefined) await code.answer({ op: "note", ...note });
  }
  return undefined;
}
