import { chunksOf } from "../host/chunks.ts";
import type { DeviceFiles, FilePart } from "../host/device_files.ts";
import type { AskedPermissions } from "../host/file_permissions.ts";
import { machineFact } from "../host/machine_facts.ts";
import type { BlobSender } from "./blob_sender.ts";
import { totalBytes } from "./bytes.ts";
import type { CloneMemory } from "./clone_memory.ts";
import type { Conditions } from "./conditions.ts";
import type { LackingFiles } from "./lacking_files.ts";
import type { AppQuestion } from "./link_frames.ts";
import {
  type GuestReply,
  type GuestRequest,
  type MadeForGuest,
  type MadeModule,
  packPayload,
  REPLY,
  type SupervisorRequest,
} from "./protocol.ts";
import { parseGuestStop, type StageStop } from "./stages.ts";
import { compressing, isWorthCompressing, plain } from "./stream_compression.ts";

/** Bytes of files that are fewer aren't worth a name. */
const NAMED_FROM_BYTES = 1024;

/** Characters of scripts that a session's clone may have rewritten; each counts as if it were this much longer. */
const MAX_MADE = 1 << 22;
const MADE_COST = 1 << 12;

/** What a guest asked for during one migration. */
export interface Asked {
  /** Questions for files, and what the answers weighed. */
  readonly faults: number;
  readonly fileBytes: number;
  /** Of these: what crossed the link, as the clone lacked it. */
  readonly fileBytesSent: number;
  /** Of files whose bytes it was told, also by name. */
  readonly fileBytesRead: number;
  /** Whether it asked for the frames below its method. */
  readonly framesAsked: boolean;
  /** Functions that it made of texts. */
  readonly made: readonly MadeModule[];
}

/** What a guest's questions are answered with. */
export interface AnswerParts {
  /** Asks the supervisor. */
  // deno-lint-ignore no-explicit-any
  ask(request: SupervisorRequest): Promise<any>;
  /** Asks the app's thread, which waits: for a variable of its environment or all, its terminal's size, or who called the method. */
  askApp(
    question: Extract<AppQuestion, { about: "environment" | "terminal" | "caller" }>,
  ): Promise<GuestReply>;
  /** The stack below the method that is away, as lines. */
  frames(): Promise<unknown>;
  /** What the app may do with files; asked of its thread. */
  readonly permissions: AskedPermissions;
  readonly files: DeviceFiles;
  readonly blobs: BlobSender;
  readonly memory: CloneMemory;
  readonly lacking: LackingFiles;
  /** The link now, if it is known. */
  conditions(): Conditions | undefined;
  /** It waited for so many bytes of files. */
  fault(reason: string, bytes: number): void;
  /** Stops here until the person goes on, if anybody steps. */
  stop(makeStop: () => Omit<StageStop, "thread" | "method">): Promise<void>;
  send(kind: number, ...payload: Uint8Array[]): Promise<void> | void;
}

/** Answers what the guest of one session asks while its thread waits. */
export class GuestAnswers {
  readonly #parts: AnswerParts;
  #asked = nothingAsked();
  #mayMake = false;
  #roomForMade = MAX_MADE;

  constructor(parts: AnswerParts) {
    this.#parts = parts;
  }

  /** Another thread leaves; `mayMake`: with code that calls `Function`. */
  begin(mayMake: boolean): void {
    this.#asked = nothingAsked();
    this.#mayMake ||= mayMake;
  }

  /** Since the last thread left. */
  get asked(): Asked {
    return { ...this.#asked };
  }

  /** @throws {Error} if the session can't go on without an answer. */
  async answer(request: Exclude<GuestRequest, { op: "abandon" }>): Promise<void> {
    const { ask, askApp, frames, permissions, stop } = this.#parts;
    if (request.op === "position" || request.op === "source") {
      const value = await ask(request);
      return await this.#reply({ ok: true, value });
    }
    if (request.op === "make") {
      return await this.#reply({ ok: true, value: await this.#made(request.script) });
    }
    if (request.op === "stage") {
      await stop(() => parseGuestStop(request));
      return await this.#reply({ ok: true });
    }
    if (request.op === "frames") {
      this.#asked.framesAsked = true;
      return await this.#reply({ ok: true, value: await frames() });
    }
    if (request.op === "caller") return await this.#reply(await askApp({ about: "caller" }));
    if (request.op === "env") {
      const { name } = request;
      return await this.#reply(
        await askApp({ about: "environment", ...(name !== undefined && { name }) }),
      );
    }
    if (request.op === "machine") {
      return await this.#reply(
        await machineFact(request.name, {
          permissionOf: (permission) => permissions.ask(permission),
          terminal: () => askApp({ about: "terminal" }),
        }),
      );
    }
    await this.#answerFile(request);
  }

  /** What a clone brings must be no more than its program's own code could make there. */
  async #made(script: unknown): Promise<MadeForGuest | null> {
    if (!this.#mayMake || typeof script !== "string" || script.length > this.#roomForMade) return null;
    this.#roomForMade -= script.length + MADE_COST;
    const made: MadeForGuest | null = await this.#parts.ask({ op: "make", script });
    if (made !== null) this.#asked.made.push({ url: made.url, key: made.key, script });
    return made;
  }

  async #answerFile(request: Extract<GuestRequest, { op: "file" }>): Promise<void> {
    const { permissions, files, blobs, fault } = this.#parts;
    const served = await permissions.while(() => files.serve(request));
    const { reply, parts, opened = [], ahead = [] } = served;
    const all = [...parts, ...opened, ...ahead];
    const bytes = all.reduce((sum, { cost }) => sum + cost, 0);
    const length = totalBytes(all);
    this.#asked.fileBytes += bytes;
    this.#asked.fileBytesRead += length;
    const { aside } = request;
    // Nobody waits for it.
    if (aside === undefined) {
      this.#asked.faults++;
      fault(`${request.call} ${request.path}`, bytes);
    }
    const answer = aside === undefined ? reply : { ...reply, aside };
    if (length < NAMED_FROM_BYTES && all.every(({ chunks }) => chunks === undefined)) {
      this.#asked.fileBytesSent += length;
      return await this.#reply(answer, ...all.map((part) => part.bytes!));
    }
    const sent = (bytes: number) => void (this.#asked.fileBytesSent += bytes);
    const wanted = [...parts, ...opened];
    const own = await this.#nameParts(wanted, (contents) => blobs.pass(contents, sent));
    const more = await this.#nameParts(ahead, (contents) => blobs.announce(contents, sent));
    const names = [...own.splice(parts.length), ...more];
    const coming = reply.ahead?.map((item, i) => ({ ...item, chunks: names[i]! })) ?? [];
    await this.#reply({ ...answer, chunks: own.flat(), ahead: coming });
    blobs.stream();
  }

  async #reply(head: GuestReply, ...bytes: Uint8Array[]): Promise<void> {
    const { conditions, send } = this.#parts;
    await send(REPLY, ...await packedFor(conditions(), [...packPayload(head), ...bytes]));
  }

  /** Names the bytes of each file; `pass` sees to those that the clone's store may lack. */
  async #nameParts(
    parts: readonly FilePart[],
    pass: (contents: readonly Uint8Array[]) => Promise<string[]>,
  ): Promise<string[][]> {
    const { memory, lacking } = this.#parts;
    const cut = parts.map(({ bytes }) => bytes === undefined ? [] : chunksOf(bytes));
    const contents = cut.flat();
    const hashes = contents.length === 0 ? [] : await pass(contents);
    let at = 0;
    return parts.map(({ path, state, chunks }, i) => {
      if (chunks !== undefined) return chunks.map(({ hash }) => hash);
      const own = cut[i]!.map(({ length }, n) => ({ hash: hashes[at + n]!, bytes: length }));
      at += own.length;
      if (state !== undefined) {
        memory.addRead({ path, state, chunks: own });
        lacking.arrived(path);
      }
      return own.map(({ hash }) => hash);
    });
  }
}

function nothingAsked() {
  return {
    faults: 0,
    fileBytes: 0,
    fileBytesSent: 0,
    fileBytesRead: 0,
    framesAsked: false,
    made: [] as MadeModule[],
  };
}

/** As it goes to the clone soonest. */
export function packedFor(
  conditions: Conditions | undefined,
  parts: readonly Uint8Array[],
): Promise<Uint8Array[]> | Uint8Array[] {
  return isWorthCompressing(totalBytes(parts), conditions) ? compressing(parts) : plain(parts);
}
