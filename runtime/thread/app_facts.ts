/** What only the app's own process knows; its thread answers while it waits. */
import type { PermissionState } from "../host/file_permissions.ts";
import { getOwnPropertyDescriptor, getPrototypeOf } from "./intrinsics.ts";
import type { AppQuestion } from "./link_frames.ts";
import type { Caller, GuestReply } from "./protocol.ts";

const { consoleSize, permissions, env } = Deno;
const { NotCapable } = Deno.errors;
const querySync = permissions.querySync.bind(permissions);
const getVariable = env.get.bind(env);
const allVariables = env.toObject.bind(env);

/** What the app may do with files at all. */
export function filePermissions(): Record<"read" | "write", PermissionState> {
  return { read: stateOf(querySync({ name: "read" })), write: stateOf(querySync({ name: "write" })) };
}

/** Answers the supervisor. */
export class AppFacts {
  /** The stack below the method that is away, as lines. */
  framesBelow: () => readonly string[] = () => [];

  /** What is known of the caller of the method that is away. */
  caller: () => Caller = () => ({ awaits: false, changesNothing: false });

  answer(question: AppQuestion): unknown {
    switch (question.about) {
      case "permission":
        return stateOf(querySync(question.permission));
      case "frames":
        return this.framesBelow();
      case "caller":
        return { ok: true, value: this.caller() };
      case "environment":
        return environment(question.name);
      case "terminal":
        return told(() => consoleSize());
    }
  }
}

function stateOf(
  { state, partial }: Deno.PermissionStatus & { readonly partial?: boolean },
): PermissionState {
  return { state, partial: partial === true };
}

/** A variable of the app's environment, as its own permissions allow it. */
function environment(variable: string | undefined): GuestReply {
  return told(() => {
    // Nobody would answer a question while the app is stopped.
    const { state } = querySync({ name: "env", ...(variable !== undefined && { variable }) });
    if (state === "prompt") throw new NotCapable("it needs permission");
    return variable === undefined ? allVariables() : getVariable(variable) ?? null;
  });
}

/** What a call of the host's comes to. */
function told(call: () => unknown): GuestReply {
  try {
    return { ok: true, value: call() };
  } catch (error) {
    return { ok: false, error: { name: textOf(error, "name"), message: textOf(error, "message") } };
  }
}

/** An error's text, without running anything of the app's. */
function textOf(error: unknown, key: "name" | "message"): string {
  for (let at = error as object | null; at !== null; at = getPrototypeOf(at)) {
    const value = getOwnPropertyDescriptor(at, key)?.value;
    if (typeof value === "string") return value;
  }
  return "Error";
}
