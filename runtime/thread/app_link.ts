import {
  type AppAnswer,
  type AppQuestion,
  engineSerializer,
  HEADER_BYTES,
  headerOf,
  type Lane,
  messageParts,
  READ_BYTES,
  sizesOf,
} from "./link_frames.ts";
import { MAX_FRAME_BYTES } from "./constants.ts";
import { Parcel, PARCEL_BYTES } from "./parcel.ts";

/** What an app's main thread says, and whether and where it waits for the answer; `id` is 0 if it doesn't. */
export interface AppMessage {
  readonly op: string;
  readonly id: number;
  readonly lane?: Lane;
  /** It waits for an answer that may come by parcel; so many bytes of its own lie there. */
  readonly parcel?: number;
  // deno-lint-ignore no-explicit-any
  readonly [more: string]: any;
}

/** A message that a pipe has room for, as nobody has more than one unread there. */
const SMALL_BYTES = 32_768;

/** Names of the pipes in their folder, and of the board beside them. */
export const PIPES = ["up", "down", "late"] as const;

function pipesOf(folder: string): readonly string[] {
  return PIPES.map((name) => `${folder}/${name}`);
}

/** Makes the pipes of links to come, in private folders. @throws {Error} if that can't be. */
export function makePipes(folders: readonly string[]): void {
  const args = ["-m", "600", ...folders.flatMap(pipesOf)];
  const { success, stderr } = new Deno.Command("mkfifo", { args }).outputSync();
  if (!success) throw new Error(`Cannot make pipes: ${new TextDecoder().decode(stderr)}`);
}

/**
 * The supervisor's end of the channel to its app's main thread; the other one is `sync_port.ts`.
 *
 * It opens both ends of each pipe, so that neither side waits for the other to come. The app sees the end of a pipe when this
 * process is gone; this one sees the end of `up` when the app's thread is gone, once that has said something.
 */
export class AppLink {
  readonly #files: Record<typeof PIPES[number], Deno.FsFile>;
  readonly #folder: string;
  readonly #parcel: Parcel;
  #holdsOneEnd = false;
  readonly #serializer = engineSerializer();
  readonly #onMessage: (
    message: AppMessage,
    link: AppLink,
    packet: Uint8Array<ArrayBuffer> | undefined,
  ) => void;
  readonly #questions = new Map<number, (value: unknown) => void>();
  #asked = 1;
  #writing: Record<Lane, Promise<void> | undefined> = { down: undefined, late: undefined };
  #closed = false;
  readonly #mayBlock: boolean;

  /**
   * Makes the pipes in a private folder, if it isn't `piped` already. `mayBlock`: whether this process may stand still over an
   * app that doesn't read what it asked for. @throws {Error} if that can't be.
   */
  constructor(
    folder: string,
    onMessage: (message: AppMessage, link: AppLink, packet: Uint8Array<ArrayBuffer> | undefined) => void,
    { mayBlock = true, piped = false }: { readonly mayBlock?: boolean; readonly piped?: boolean } = {},
  ) {
    this.#folder = folder;
    this.#onMessage = onMessage;
    this.#mayBlock = mayBlock;
    if (!piped) makePipes([folder]);
    const [up, down, late] = pipesOf(folder).map((path) => Deno.openSync(path, { read: true, write: true }));
    this.#files = { up: up!, down: down!, late: late! };
    this.#parcel = new Parcel(folder, { create: true });
    this.#read();
  }

  /** Answers a message where its sender waits for it. */
  answer(
    { id, lane = "down", parcel }: Pick<AppMessage, "id" | "lane" | "parcel">,
    value: unknown,
    packet?: Uint8Array,
  ): void {
    if (id === 0 || this.#closed) return;
    const inParcel = parcel !== undefined && packet !== undefined && packet.length >= PARCEL_BYTES &&
      this.#parcel.put(packet);
    if (inParcel) this.#send(lane, { id, value, parcel: packet.length });
    else this.#send(lane, { id, value }, packet);
  }

  /** Asks the app's thread, which waits for an answer on that lane meanwhile. */
  ask(lane: Lane, question: AppQuestion): Promise<unknown> {
    const id = this.#asked++;
    return new Promise((resolve) => {
      this.#questions.set(id, resolve);
      this.#send(lane, { id, question });
    });
  }

  /** Whether the app's thread is gone, or this end was closed. */
  get closed(): boolean {
    return this.#closed;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    // Wakes who reads; whoever has spoken does so by ending.
    if (!this.#holdsOneEnd) this.#files.up.writeSync(headerOf(0, 0));
    this.#closeFiles();
  }

  #closeFiles(): void {
    for (const lane of ["down", "late"] as const) this.#files[lane].close();
    this.#parcel.close();
  }

  #send(lane: Lane, answer: AppAnswer, packet?: Uint8Array): void {
    if (this.#closed) return;
    const parts = messageParts(this.#serializer.serialize(answer), packet === undefined ? [] : [packet]);
    const first = parts[0]!;
    const file = this.#files[lane];
    const writing = this.#writing[lane];
    // Who waits on `down` reads; an app that waits for a late answer may do anything else first, for as long as it likes.
    const isSmall = parts.length === 1 && first.length <= SMALL_BYTES;
    if (this.#mayBlock && lane === "down" && writing === undefined && isSmall) {
      writeAllSync(file, first);
      return;
    }
    const mine: Promise<void> = (writing ?? Promise.resolve()).then(async () => {
      for (const part of parts) await writeAll(file, part);
    }).catch(() => {}).then(() => {
      if (this.#writing[lane] === mine) this.#writing[lane] = undefined;
    });
    this.#writing[lane] = mine;
  }

  async #read(): Promise<void> {
    const inlet = new Inlet(this.#files.up);
    try {
      while (true) {
        const header = await inlet.exactly(HEADER_BYTES);
        if (this.#closed) break;
        const { headBytes, packetBytes } = sizesOf(header);
        if (headBytes > MAX_FRAME_BYTES || packetBytes > MAX_FRAME_BYTES) break;
        const head = await inlet.exactly(headBytes);
        const sent = packetBytes === 0 ? undefined : await inlet.exactly(packetBytes);
        if (!this.#holdsOneEnd) await this.#holdOneEnd(inlet);
        const message = this.#serializer.deserialize(head) as AppMessage;
        const packet = message.parcel ? this.#parcel.take(message.parcel) : sent;
        if (message.op === "answered") this.#answered(message.question, message.value);
        else this.#onMessage(message, this, packet);
      }
    } catch {
      // The end of the pipe, or something that no app of ours says: either way it goes on alone.
    }
    this.#files.up.close();
    if (this.#closed) return;
    this.#closed = true;
    this.#closeFiles();
  }

  /** The app's thread has its end of `up` open: from now on it alone keeps it from ending. */
  async #holdOneEnd(inlet: Inlet): Promise<void> {
    this.#holdsOneEnd = true;
    const both = this.#files.up;
    this.#files.up = inlet.file = await Deno.open(`${this.#folder}/up`);
    both.close();
  }

  #answered(id: number, value: unknown): void {
    this.#questions.get(id)?.(value);
    this.#questions.delete(id);
  }
}

/** Nobody has the other end open any more. */
class PipeEnd extends Error {}

/** Takes bytes from a pipe. */
class Inlet {
  /** The end to read from. */
  file: Deno.FsFile;
  readonly #buffer = new Uint8Array(READ_BYTES);
  #rest = this.#buffer.subarray(0, 0);

  constructor(file: Deno.FsFile) {
    this.file = file;
  }

  /** So many bytes, in memory of their own. @throws {PipeEnd} */
  async exactly(bytes: number): Promise<Uint8Array<ArrayBuffer>> {
    const out = new Uint8Array(bytes);
    let filled = 0;
    while (filled < bytes) {
      if (this.#rest.length > 0) {
        const some = this.#rest.subarray(0, bytes - filled);
        out.set(some, filled);
        filled += some.length;
        this.#rest = this.#rest.subarray(some.length);
      } else if (bytes - filled >= READ_BYTES) {
        filled += await this.#some(out.subarray(filled));
      } else {
        this.#rest = this.#buffer.subarray(0, await this.#some(this.#buffer));
      }
    }
    return out;
  }

  async #some(into: Uint8Array): Promise<number> {
    const count = await this.file.read(into) ?? 0;
    if (count === 0) throw new PipeEnd();
    return count;
  }
}

function writeAllSync(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
}
