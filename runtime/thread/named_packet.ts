import { chunksOf } from "../host/chunks.ts";
import type { BlobSender } from "./blob_sender.ts";

/** Shorter packets aren't worth a name: they cost little more than the question whether the clone has them. */
const NAMED_FROM_BYTES = 128 * 1024;
/** A longer one would take more requests than a clone may make at once. */
const NAMED_TO_BYTES = 64 * 1024 * 1024;

/**
 * Packets by what they consist of. Large ones are cut where their content says so, and the clone's store is offered the parts: what
 * an earlier session, or another app, brought there isn't sent again, wherever in the packet it stands. Where the store had
 * none of it, the rest of the session's packets go whole.
 */
export class PacketNamer {
  readonly #blobs: BlobSender;
  #isWorth = true;

  constructor(blobs: BlobSender) {
    this.#blobs = blobs;
  }

  /**
   * Hashes of a packet's parts, in order; undefined if it is to be sent as it is. `sent` is told how many bytes went, once or
   * twice.
   */
  async name(packet: Uint8Array, sent: (bytes: number) => void): Promise<string[] | undefined> {
    if (!this.#isWorth || packet.length < NAMED_FROM_BYTES || packet.length > NAMED_TO_BYTES) {
      return undefined;
    }
    const chunks = chunksOf(packet);
    return await this.#blobs.pass(chunks, sent, (lacks) => this.#isWorth = lacks < chunks.length);
  }
}
