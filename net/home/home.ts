import { absolutePath } from "../../runtime/paths/mod.ts";
import { HOME_MODE, MAX_HOME_FILE_BYTES, PRIVATE_FILE_MODE } from "./constants.ts";

/** The folder that holds one peer's key, trusted peers, settings and stored content. */
export interface Home {
  readonly folder: string;
  /** The path of a file or folder in it. */
  path(...parts: string[]): string;
  /** A JSON file's content, or undefined if there is none. @throws {Error} if it can't be read or isn't JSON. */
  readJson(name: string): Promise<unknown>;
  /** Replaces a JSON file in one step; readable by the owner only. */
  writeJson(name: string, value: unknown): Promise<void>;
}

/**
 * The home used when none is named: `$CLONECLOUD_HOME`, else `.clonecloud` in the user's folder: `$HOME`, or what the system
 * has noted, as services are started without one. @throws {Error} if there is none
 */
export function defaultHome(): string {
  const named = Deno.env.get("CLONECLOUD_HOME");
  if (named) return absolutePath(Deno.cwd(), named);
  const user = Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE") ?? notedFolder();
  if (!user) throw new Error("Cannot find home: neither CLONECLOUD_HOME nor HOME is set; give --home DIR");
  return `${user}/.clonecloud`;
}

function notedFolder(): string | undefined {
  try {
    // Loaded only then.
    // deno-lint-ignore no-process-global
    return process.getBuiltinModule("node:os").userInfo().homedir ?? undefined;
  } catch {
    return undefined;
  }
}

/** Opens a home, making it (mode 0700) if there is none. @throws {Error} if the folder can't be made or used. */
export async function openHome(folder: string = defaultHome()): Promise<Home> {
  const root = absolutePath(Deno.cwd(), folder);
  try {
    await Deno.mkdir(root, { recursive: true, mode: HOME_MODE });
    if (Deno.build.os !== "windows") await restrict(root, HOME_MODE);
  } catch (cause) {
    throw new Error(`Cannot open home ${root}: ${stateOf(cause as Error)}`, { cause });
  }
  const path = (...parts: string[]) => [root, ...parts].join("/");
  return {
    folder: root,
    path,
    readJson: (name) => readJson(path(name)),
    writeJson: (name, value) => writePrivateFile(path(name), JSON.stringify(value, null, 2) + "\n"),
  };
}

/** Gives a file or folder this mode, unless it has it: a disk that can't be written to says no even then. */
export async function restrict(path: string, mode: number): Promise<void> {
  const now = (await Deno.stat(path)).mode;
  if (now === null || (now & 0o777) !== mode) await Deno.chmod(path, mode);
}

/** Replaces a file in one step (temporary file, then rename), with mode 0600. */
export async function writePrivateFile(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  try {
    await Deno.writeFile(temporary, bytes, { mode: PRIVATE_FILE_MODE, createNew: true });
    await Deno.rename(temporary, path);
  } catch (cause) {
    await Deno.remove(temporary).catch(() => {});
    throw new Error(`Cannot write ${path}: ${stateOf(cause as Error)}`, { cause });
  }
}

/** What the system says, without the call that it said it to. */
export function stateOf({ message }: Error): string {
  return message.replace(/ \(os error \d+\).*$/s, "");
}

async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    const { size } = await Deno.stat(path);
    if (size > MAX_HOME_FILE_BYTES) throw new Error(`it has ${size} bytes, more than ${MAX_HOME_FILE_BYTES}`);
    text = await Deno.readTextFile(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw new Error(`Cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`Cannot read ${path}: it is not JSON; repair it or move it away`, { cause });
  }
}
