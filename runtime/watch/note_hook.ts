import { fileURLToPath } from "node:url";
import { failedImport } from "./failed_import.ts";
import { kindOf, type SourceKind } from "./source_kind.ts";
import { FROM_DISK, hookModules, isRaw, isShownWrongly, looksLikeModule, PAST_HOOKS } from "./unhooked.ts";

/** A module as the engine ran it. */
export interface ModuleNote {
  readonly url: string;
  readonly source: string;
  readonly kind: SourceKind;
}

/** Tells what is loaded, so that a run can be learnt from. Modules run as they are. */
export function installNoteHook(tell: (note: ModuleNote) => void): void {
  hookModules((loadRequired) => ({
    load(url: string, hook: any, next: any) {
      if (isRaw(hook)) return PAST_HOOKS;
      const result = next(url, hook);
      const { source } = result;
      const required = hook.conditions?.includes("require") === true;
      if (required && looksLikeModule(url, source)) return loadRequired(fileURLToPath(url));
      if (isShownWrongly(source)) return PAST_HOOKS;
      const failed = required || source === null
        ? undefined
        : failedImport(url, source, hook.importAttributes);
      if (failed !== undefined) throw failed;
      if (typeof source === "string" && !/^(node|ext|data):/.test(url) && !/\.json$/.test(url)) {
        tell({ url, source, kind: kindOf(url, required, result.format) });
      }
      return required && result.format !== "module" ? FROM_DISK : result;
    },
  }));
}
