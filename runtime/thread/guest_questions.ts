import type { Answer, Aside } from "../host/files_ahead.ts";
import { HASH_BYTES } from "./blobs.ts";
import { joinBytes } from "./bytes.ts";
import { decompress } from "./compression.ts";
import { map } from "../heap/lists.ts";
import { BLOB_REPLY, BLOB_REQUEST, type Frame } from "./frame.ts";
import type { GuestChannel } from "./guest_channel.ts";
import { SafeMap, SafeSet } from "./intrinsics.ts";
import {
  type GuestReply,
  type GuestRequest,
  packPayload,
  REPLY,
  REQUEST,
  unpackPayload,
} from "./protocol.ts";

const now = performance.now.bind(performance);

/**
 * What a guest asks its device and the clone's store, on its only thread. One question is waited for at a time; one more may be
 * asked aside, whose answer is heard whenever something else is waited for.
 */
export class GuestQuestions {
  readonly #channel: GuestChannel;
  readonly #lost: () => never;
  /** Milliseconds that this process has waited. */
  waitedMs = 0;
  /** Number of the last question that was asked aside. */
  #asides = 0;
  #onAside: ((answer: Answer) => void) | undefined;

  /** `lost`: what was named is nowhere. */
  constructor(channel: GuestChannel, lost: () => never) {
    this.#channel = channel;
    this.#lost = lost;
  }

  /** Asks the device and waits. */
  ask(request: GuestRequest): Answer {
    return this.#waiting(() => {
      this.#channel.send(REQUEST, ...packPayload(request));
      while (true) {
        const answer = this.#heard(this.#channel.receive());
        if (answer === undefined) continue;
        const { reply } = answer;
        if (reply.chunks === undefined) return answer;
        return { reply, bytes: joinBytes(this.#contents(reply.chunks) ?? this.#lost()) };
      }
    });
  }

  /** Contents from the clone's store, or from the device if that lost them; all are asked for at once. */
  contents(hashes: readonly string[]): Uint8Array[] {
    return this.#waiting(() => this.#contents(hashes) ?? this.#lost());
  }

  /** What files come by while the thread goes on. */
  readonly aside: Aside = {
    fetch: (hashes) =>
      this.#waiting(() => {
        const contents = this.#contents(hashes);
        return contents === undefined ? undefined : joinBytes(contents);
      }),
    ask: (request, answered) => {
      this.#onAside = answered;
      this.#channel.send(REQUEST, ...packPayload({ ...request, aside: ++this.#asides }));
    },
    settle: () =>
      this.#waiting(() => {
        while (this.#onAside !== undefined) this.#heard(this.#channel.receive());
      }),
  };

  /** The next frame that answers nothing: what was asked aside may be answered when nobody needs it any more. */
  nextFrame(): Frame {
    this.#onAside = undefined;
    while (true) {
      const frame = this.#channel.receive();
      if (frame.kind !== REPLY) return frame;
    }
  }

  /** The answer to what is waited for. */
  #heard({ kind, payload }: Frame): Answer | undefined {
    if (kind !== REPLY) return undefined;
    const { head, bytes } = unpackPayload(decompress(payload));
    const reply = head as GuestReply;
    if (reply.aside === undefined) return { reply, bytes };
    const answered = this.#onAside;
    if (reply.aside !== this.#asides || answered === undefined) return undefined;
    this.#onAside = undefined;
    answered({ reply, bytes });
    return undefined;
  }

  #contents(hashes: readonly string[]): Uint8Array[] | undefined {
    const wanted = new SafeSet<string>();
    for (let i = 0; i < hashes.length; i++) {
      wanted.add(hashes[i]!);
      this.#channel.send(BLOB_REQUEST, Uint8Array.fromHex(hashes[i]!));
    }
    const found = new SafeMap<string, Uint8Array>();
    let isWhole = true;
    while (wanted.size > 0) {
      const frame = this.#channel.receive();
      if (frame.kind !== BLOB_REPLY) {
        this.#heard(frame);
        continue;
      }
      const hash = frame.payload.subarray(0, HASH_BYTES).toHex();
      wanted.delete(hash);
      isWhole &&= frame.payload.length > HASH_BYTES;
      found.set(hash, frame.payload.subarray(HASH_BYTES));
    }
    return isWhole ? map(hashes, (hash) => found.get(hash)!) : undefined;
  }

  #waiting<T>(work: () => T): T {
    const began = now();
    try {
      return work();
    } finally {
      this.waitedMs += now() - began;
    }
  }
}
