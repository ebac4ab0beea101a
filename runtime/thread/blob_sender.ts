import { BLOB_ASK, BLOB_COMING, BLOB_GONE, BLOB_OFFER, BLOB_PUSH, BLOB_REPLY } from "./frame.ts";
import { totalBytes } from "./bytes.ts";
import { hashOf, MAX_ASKED, packBlobs, packHashes } from "./blobs.ts";

/** Less than that goes without asking first, whatever the link. */
const ASK_FROM_BYTES = 8 * 1024;
/** After that many questions that found nothing, only what is much larger is asked for. */
const MAX_MISSES = 6;
/** Of what nobody waits for so much goes at once: whatever is asked for meanwhile needn't wait for more. */
const STREAMED_BYTES = 32 * 1024;

/** Sends frames towards the clone. */
export type Send = (kind: number, ...parts: Uint8Array[]) => Promise<void> | void;

/**
 * Sees to it that the clone's store has what messages name, from the device's side of one session. What the store has is
 * asked for once; what it lacks is sent before the message that names it.
 */
export class BlobSender {
  readonly #send: Send;
  /** What the store has, or is about to have. */
  readonly #there = new Set<string>();
  /** Code that was named in this session, in case the store loses it. */
  readonly #named = new Map<string, () => Promise<Uint8Array> | Uint8Array>();
  /** Bytes of files that the last answer names. */
  #passing = new Map<string, Uint8Array>();
  /** Questions in a row that found nothing. */
  #misses = 0;
  readonly #roundTripBytes: () => number;
  readonly #isWorthCompressing: (bytes: number) => boolean;
  /** Questions that wait for their answer, in order. */
  readonly #asked: { hashes: readonly string[]; done: (lacks: readonly string[]) => Promise<void> }[] = [];
  /** What the store was told of and hasn't left yet, in the order in which it leaves. */
  readonly #coming = new Map<string, Uint8Array>();
  #streaming: Promise<void> | undefined;
  /** How many bytes of that went. */
  #streamed: (bytes: number) => void = () => {};
  /** How often it was given up. */
  #given = 0;
  #closed = false;
  /** Settled when no question waits. */
  #answered: Promise<void> = Promise.resolve();

  /**
   * `roundTripBytes`: how many bytes the link carries while a question is on its way. `isWorthCompressing`: whether so many bytes are
   * at the clone sooner then.
   */
  constructor(
    send: Send,
    roundTripBytes: () => number = () => 0,
    isWorthCompressing: (bytes: number) => boolean = () => true,
  ) {
    this.#send = send;
    this.#roundTripBytes = roundTripBytes;
    this.#isWorthCompressing = isWorthCompressing;
  }

  /** Whether the store has it, as far as is known. */
  has(hash: string): boolean {
    return this.#there.has(hash);
  }

  /** Asks for content that is likely to be named soon; resolves when all that was asked is answered. */
  async expect(hashes: readonly string[]): Promise<void> {
    const unknown = hashes.filter((hash) => !this.#there.has(hash));
    if (unknown.length > 0) await this.#ask(unknown.slice(0, MAX_ASKED));
    else await this.#answered;
  }

  /** Names contents, in hex; those that the store lacks are sent. Returns how many bytes went. */
  async offer(contents: readonly Uint8Array[]): Promise<{ hashes: string[]; bytes: number }> {
    const hashes = await Promise.all(contents.map(hashOf));
    hashes.forEach((hash, i) => this.#named.set(hash, () => contents[i]!));
    const byHash = new Map(hashes.map((hash, i) => [hash, contents[i]!]));
    return { hashes, bytes: await this.#provide(hashes, byHash) };
  }

  /** Whether the store has all of it, as far as was asked. Then it is named like what was offered; `make` is for what gets lost. */
  async hasAll(hashes: readonly string[], make: (index: number) => Promise<Uint8Array>): Promise<boolean> {
    if ((await this.#unknown(hashes)).length > 0) return false;
    hashes.forEach((hash, i) => this.#named.set(hash, () => make(i)));
    return true;
  }

  /**
   * As {@linkcode offer}, for bytes of files, which are there again only until the next ones are passed; it doesn't wait for
   * the store's answer. `sent` is told how many bytes went, once or twice; `lacking` how many contents the store lacked.
   */
  async pass(
    contents: readonly Uint8Array[],
    sent: (bytes: number) => void,
    lacking: (contents: number) => void = () => {},
  ): Promise<string[]> {
    const hashes = await Promise.all(contents.map(hashOf));
    // Now somebody waits for it.
    for (const hash of hashes) if (this.#coming.delete(hash)) this.#there.delete(hash);
    const passing = this.#passing = new Map(hashes.map((hash, i) => [hash, contents[i]!]));
    const unknown = await this.#unknown(hashes);
    if (!this.#isWorthAsking(unknown, passing)) {
      lacking(unknown.length);
      sent(await this.#push(unknown, passing));
    } else {
      // Whatever the answer, it will be there before it is read.
      for (const hash of unknown) this.#there.add(hash);
      this.#question(BLOB_OFFER, unknown, async (lacks) => {
        this.#count(lacks, hashes);
        lacking(lacks.length);
        sent(await this.#push(lacks, passing));
      });
    }
    return hashes;
  }

  /**
   * Names bytes of files that nobody has asked for yet, and tells the store of them. They leave once {@linkcode stream} is called,
   * between what else is sent. `sent` is told how many bytes go.
   */
  async announce(contents: readonly Uint8Array[], sent: (bytes: number) => void): Promise<string[]> {
    this.#streamed = sent;
    const hashes = await Promise.all(contents.map(hashOf));
    const byHash = new Map(hashes.map((hash, i) => [hash, contents[i]!]));
    const unknown = await this.#unknown(hashes);
    if (unknown.length === 0 || this.#closed) return hashes;
    for (const hash of unknown) this.#there.add(hash);
    if (!this.#isWorthAsking(unknown, byHash)) {
      this.#send(BLOB_COMING, packHashes(unknown));
      for (const hash of unknown) this.#coming.set(hash, byHash.get(hash)!);
      return hashes;
    }
    const given = this.#given;
    this.#question(BLOB_OFFER, unknown, (lacks) => {
      this.#count(lacks, hashes);
      if (given !== this.#given) return this.#gone(lacks);
      for (const hash of lacks) this.#coming.set(hash, byHash.get(hash)!);
      this.stream();
    });
    return hashes;
  }

  /** Sends what was announced; resolves when all of it has left, or was given up. */
  stream(): Promise<void> {
    return this.#streaming ??= this.#sendComing().finally(() => this.#streaming = undefined);
  }

  async #sendComing(): Promise<void> {
    while (this.#coming.size > 0) {
      const parts: Uint8Array[] = [];
      let bytes = 0;
      for (const [hash, content] of this.#coming) {
        if (parts.length > 0 && bytes + content.length > STREAMED_BYTES) break;
        this.#coming.delete(hash);
        parts.push(content);
        bytes += content.length;
      }
      for await (const packed of packBlobs(parts, this.#isWorthCompressing)) {
        this.#streamed(totalBytes(packed));
        await this.#send(BLOB_PUSH, ...packed);
      }
    }
  }

  /** Nobody will ask for what was announced and hasn't left. */
  giveUp(): void {
    this.#given++;
    const hashes = [...this.#coming.keys()];
    this.#coming.clear();
    this.#gone(hashes);
  }

  #gone(hashes: readonly string[]): void {
    if (hashes.length === 0) return;
    for (const hash of hashes) this.#there.delete(hash);
    this.#send(BLOB_GONE, packHashes(hashes));
  }

  async #provide(hashes: readonly string[], contents: ReadonlyMap<string, Uint8Array>): Promise<number> {
    let unknown = await this.#unknown(hashes);
    if (this.#isWorthAsking(unknown, contents)) {
      await this.#ask(unknown);
      unknown = unknown.filter((hash) => !this.#there.has(hash));
      this.#count(unknown, hashes);
    }
    return await this.#push(unknown, contents);
  }

  async #unknown(hashes: readonly string[]): Promise<string[]> {
    const unknown = () => [...new Set(hashes)].filter((hash) => !this.#there.has(hash));
    if (unknown().length > 0 && this.#asked.length > 0) await this.#answered;
    return unknown();
  }

  #isWorthAsking(hashes: readonly string[], contents: ReadonlyMap<string, Uint8Array>): boolean {
    const bytes = hashes.reduce((sum, hash) => sum + contents.get(hash)!.length, 0);
    const least = Math.max(ASK_FROM_BYTES, this.#roundTripBytes()) * 2 ** Math.min(this.#misses, MAX_MISSES);
    return bytes > least;
  }

  /** A question that found nothing makes the next one less likely. */
  #count(lacks: readonly string[], hashes: readonly string[]): void {
    this.#misses = lacks.length === new Set(hashes).size ? this.#misses + 1 : 0;
  }

  /** A clone's answer: a byte for each hash that was asked for, 1 where it has the content. */
  async answered(payload: Uint8Array): Promise<void> {
    const question = this.#asked.shift();
    if (question === undefined || payload.length !== question.hashes.length) {
      throw new RangeError("it says what it has without being asked");
    }
    const { hashes, done } = question;
    hashes.forEach((hash, i) => payload[i] === 1 && this.#there.add(hash));
    await done(hashes.filter((_, i) => payload[i] !== 1));
  }

  /** The store lost something, or never had it: it asks by the hash. Resolves when the answer has left. */
  async requested(hash: Uint8Array): Promise<void> {
    const [name, own] = [hash.toHex(), hash.slice()];
    const content = await this.#contentOf(name).catch(() => undefined);
    await this.#send(BLOB_REPLY, own, content ?? new Uint8Array());
  }

  async #contentOf(name: string): Promise<Uint8Array | undefined> {
    return await this.#named.get(name)?.() ?? this.#passing.get(name);
  }

  /** The session has ended: nobody waits for what the store has, now or later. */
  close(): void {
    this.#closed = true;
    this.#coming.clear();
    for (const { done } of this.#asked.splice(0)) done([]);
  }

  async #ask(hashes: readonly string[]): Promise<void> {
    for (let at = 0; at < hashes.length; at += MAX_ASKED) {
      const part = hashes.slice(at, at + MAX_ASKED);
      this.#question(BLOB_ASK, part, () => {});
    }
    await this.#answered;
  }

  #question(
    kind: number,
    hashes: readonly string[],
    answered: (lacks: readonly string[]) => Promise<void> | void,
  ): void {
    if (this.#closed) return;
    this.#answered = new Promise((done) =>
      this.#asked.push({ hashes, done: async (lacks) => done(await answered(lacks)) })
    );
    this.#send(kind, packHashes(hashes));
  }

  async #push(hashes: readonly string[], contents: ReadonlyMap<string, Uint8Array>): Promise<number> {
    let sum = 0;
    for (const hash of hashes) this.#there.add(hash);
    const named = hashes.map((hash) => contents.get(hash)!);
    for await (const parts of packBlobs(named, this.#isWorthCompressing)) {
      this.#send(BLOB_PUSH, ...parts);
      for (const { length } of parts) sum += length;
    }
    return sum;
  }
}
