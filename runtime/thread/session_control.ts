import type { Conditions } from "./conditions.ts";

/**
 * What an app's session says first on its connection to a peer (frame kind `HOP_CONTROL`, JSON). The peer finds a
 * clone, opens a session there and answers with a {@linkcode SessionReply}; from then on frames of kind ≥ 16 are forwarded
 * verbatim in both directions, and closing the connection ends the session and its guest.
 */
export interface SessionRequest {
  readonly op: "session";
  /** Version of the session's own messages; a clone with another one is not used. */
  readonly sessionVersion: number;
  /** `auto`: the best trusted peer in reach; else multiaddrs, tried in order. */
  readonly clones: readonly string[];
  /** Name of an emulated link to put in between (`wifi`, `3g`), or none. */
  readonly link?: string;
  /** For people: what runs. */
  readonly app: string;
  /** The device's Deno version: a clone with another minor version is not used. */
  readonly deno: string;
  /** The device's language (BCP 47): its guest speaks it too. */
  readonly locale?: string;
  /** The device's time zone (IANA): its guest's clock shows that. */
  readonly timeZone?: string;
}

/** The peer's answer. */
export type SessionReply =
  | {
    readonly ok: true;
    readonly clone: { readonly peer: string; readonly name: string; readonly address: string };
    /** What made it this clone, for people. */
    readonly why?: string;
    readonly conditions: Conditions;
    /** Bytes of an answer that this machine can hold. */
    readonly returnBytes?: number;
  }
  | { readonly ok: false; readonly error: string };

/** What a peer may say to a session while a session lives (frame kind `HOP_CONTROL`, JSON). */
export type SessionNotice =
  | { readonly type: "conditions"; readonly conditions: Conditions }
  /** Said every second, so that an app can tell a peer that hangs from a method that takes long. */
  | { readonly type: "alive" }
  | { readonly type: "lost"; readonly reason: string };

/** What a session may say to its own peer while it lives (frame kind `HOP_CONTROL`, JSON); it goes no further. */
export type SessionNote =
  /** For people: what the next migration is of. */
  { readonly type: "method"; readonly method: string };
