import { FailureError, UsageError } from "./command.ts";
import { later } from "./later.ts";

/** How a command ends that failed. */
export interface Failure {
  /** What a person reads. */
  readonly text: string;
  /** Exit code: 2 for a bad argument, 1 for what the machine's state forbids. */
  readonly code: number;
}

/** What is told of an error; undefined if it is a mistake of ours, and where it happened matters. */
export async function failureOf(error: unknown, command: string): Promise<Failure | undefined> {
  if (error instanceof UsageError) {
    const hint = error.typed === undefined ? "" : await didYouMean(error.typed);
    const text = `clonecloud: ${error.message} (${hint}see: deno run -A mod.ts ${command} --help)`;
    return { text, code: 2 };
  }
  const told = error instanceof FailureError ||
    error instanceof Error && error.message.startsWith("Cannot ");
  return told ? { text: `clonecloud: ${error.message}`, code: 1 } : undefined;
}

/** What was probably meant, if that can be told; loaded only for who erred. */
export async function didYouMean({ given, among }: NonNullable<UsageError["typed"]>): Promise<string> {
  const { nearest } = await later<typeof import("../../runtime/rewrite/mod.ts")>(
    "../../runtime/rewrite/mod.ts",
    import.meta.url,
  );
  const near = nearest(given, among);
  return near === undefined ? "" : `did you mean ${near}? `;
}
