import { SafeMap } from "../heap/intrinsics.ts";
import type { GuestReply, GuestRequest } from "../thread/protocol.ts";

/** What the device answered. */
export interface Answer {
  readonly reply: GuestReply;
  readonly bytes: Uint8Array;
}

/** What comes to a guest while its thread goes on. */
export interface Aside {
  /** Contents by their names, one after the other; undefined if neither the clone nor the device has them any more. */
  fetch(hashes: readonly string[]): Uint8Array | undefined;
  /** Asks without waiting. The answer is heard while something else is waited for; one to an earlier question isn't. */
  ask(request: GuestRequest, answered: (answer: Answer) => void): void;
  /** Waits for the answer, if one is due. */
  settle(): void;
}

/** Of what was announced, as much may be unread when more is asked for: it comes while this is read. */
const ASK_AT = 0.75;

/** A file that was not asked for: its bytes, or what they are called. */
type Coming =
  & { readonly length: number }
  & (
    | { readonly bytes: Uint8Array }
    | { readonly chunks: readonly string[] }
  );

/**
 * Files that the device thinks are read next: they come to the clone while the method goes on, each is fetched from the clone's
 * store when it is read, and before the last one is read more are asked for.
 */
export class FilesAhead {
  readonly #aside: Aside;
  readonly #took: (reply: GuestReply) => void;
  #files = new SafeMap<string, Coming>();
  /** Bytes of what was announced last and isn't read. */
  #unread = 0;
  #announced = 0;
  #next: string | undefined;
  #isAsked = false;

  /** `took` is given each answer that was asked for aside. */
  constructor(aside: Aside, took: (reply: GuestReply) => void) {
    this.#aside = aside;
    this.#took = took;
  }

  /** A new invocation. */
  begin(): void {
    this.#files = new SafeMap();
    this.#unread = this.#announced = 0;
    this.#next = undefined;
    this.#isAsked = false;
  }

  /** Takes what an answer tells of; returns those of its bytes that were asked for. */
  take({ reply, bytes }: Answer): Uint8Array {
    const { ahead, next, chunks } = reply;
    if (ahead === undefined) return bytes;
    let own = bytes.length;
    if (chunks === undefined) { for (let i = 0; i < ahead.length; i++) own -= ahead[i]!.bytes; }
    let at = own;
    for (let i = 0; i < ahead.length; i++) {
      const { path, bytes: length, chunks } = ahead[i]!;
      this.#files.set(
        path,
        chunks === undefined ? { length, bytes: bytes.subarray(at, at += length) } : { length, chunks },
      );
      this.#unread += length;
    }
    this.#announced = this.#unread;
    this.#next = next;
    this.#askForMore();
    return bytes.subarray(0, own);
  }

  /** Some bytes of a file, if it came or is on its way. */
  read(path: string, at: number, bytes: number): Uint8Array | undefined {
    const coming = this.#files.get(path) ?? (this.awaits(path) ? this.#files.get(path) : undefined);
    if (coming === undefined || at + bytes > coming.length) return undefined;
    if ("bytes" in coming) return coming.bytes.subarray(at, at + bytes);
    this.#files.delete(path);
    this.#unread -= coming.length;
    this.#askForMore();
    const found = this.#aside.fetch(coming.chunks);
    if (found?.length !== coming.length) return undefined;
    this.#files.set(path, { length: coming.length, bytes: found });
    return found.subarray(at, at + bytes);
  }

  /** Whether a file was what an answer that is due begins with, and came with it: it is waited for. */
  awaits(path: string): boolean {
    if (!this.#isAsked || path !== this.#next) return false;
    this.#aside.settle();
    return this.#files.has(path);
  }

  #askForMore(): void {
    const next = this.#next;
    if (next === undefined || this.#isAsked || this.#unread > ASK_AT * this.#announced) return;
    this.#isAsked = true;
    this.#aside.ask({ op: "file", call: "ahead", path: next }, (answer) => {
      this.#isAsked = false;
      this.#next = undefined;
      this.#took(answer.reply);
      this.take(answer);
    });
  }
}
