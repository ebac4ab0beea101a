/**
 * Lists the commands of a README's `sh` blocks, so that CI can run each of them: a command a line, each once.
 *
 * `deno run -A tests/readme_commands.ts [FILE]`. A block that CI can't run carries its reason in a comment right
 * before it: `<!-- not run by CI: needs a second machine -->`. `--skipped` lists those, with the reason.
 */

/** A command that a reader is told to type. */
export interface ReadmeCommand {
  readonly command: string;
  /** Why CI doesn't run it. */
  readonly notRun?: string;
}

const BLOCK =
  /(?:<!--\s*not run by CI:\s*([^>]*?)\s*-->\s*\n\s*)?^[ \t]*```(sh|shell|bash|console)?[^\n]*\n([\s\S]*?)^[ \t]*```/gm;

/**
 * The commands of a Markdown text's `sh` blocks, in order, each once. Lines that end in a backslash are joined; comments
 * and a leading `$ ` are dropped. @throws {SyntaxError} for a block of commands in another shell's name.
 */
export function readmeCommands(markdown: string): ReadmeCommand[] {
  const commands = new Map<string, ReadmeCommand>();
  for (const [, reason, language, body] of markdown.matchAll(BLOCK)) {
    if (language === undefined) continue;
    if (language !== "sh") {
      throw new SyntaxError(`Cannot list the commands: mark the \`${language}\` block as \`sh\``);
    }
    for (const line of body!.replaceAll(/\s*\\\n\s*/g, " ").split("\n")) {
      const command = line.replace(/(^|\s)#.*$/, "").trim().replace(/^\$ /, "");
      if (command === "" || commands.has(command)) continue;
      commands.set(command, reason === undefined ? { command } : { command, notRun: reason });
    }
  }
  return [...commands.values()];
}

if (import.meta.main) {
  const skipped = Deno.args.includes("--skipped");
  const file = Deno.args.find((arg) => !arg.startsWith("--")) ?? new URL("../README.md", import.meta.url);
  for (const { command, notRun } of readmeCommands(await Deno.readTextFile(file))) {
    if (skipped && notRun !== undefined) console.log(`${command}\t${notRun}`);
    else if (!skipped && notRun === undefined) console.log(command);
  }
}
