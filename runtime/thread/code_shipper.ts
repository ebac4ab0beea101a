import type { BlobSender } from "./blob_sender.ts";
import type { CloneMemory } from "./clone_memory.ts";
import type { ShippedCode, SupervisorRequest } from "./protocol.ts";

/** What code is asked for by. */
export type CodeRequest = Extract<SupervisorRequest, { op: "guest" | "makers" }>;

/** What a {@linkcode CodeShipper} works with. */
export interface CodeShipperParts {
  /** Asks the supervisor. */
  ask(request: SupervisorRequest): Promise<any>;
  readonly blobs: BlobSender;
  readonly memory: CloneMemory;
}

/** Names the code of a session's packets, and sees to it that the clone's store has it. */
export class CodeShipper {
  readonly #parts: CodeShipperParts;

  constructor(parts: CodeShipperParts) {
    this.#parts = parts;
  }

  /** The code that the clone lacks goes to its store; the message names it. `bytes`: how many went. */
  async ship(code: any, missing: any): Promise<{ code: ShippedCode; bytes: number }> {
    const requests: CodeRequest[] = [
      ...missing.modules.map(({ key, uninitialised }: any) => ({ op: "guest", key, uninitialised })),
      ...missing.makers.map((item: any) => ({ op: "makers", ...item, place: "guest" })),
    ];
    if (requests.length === 0) return { code: { ...code, modules: [], makers: {} }, bytes: 0 };
    const { hashes, bytes } = await this.#provide(requests);
    this.#parts.memory.addCode(hashes);
    const modules = missing.modules.map(({ key, links, isMain, origin }: any, i: number) => ({
      ...{ key, links, isMain, ...(origin !== undefined && { origin }) },
      hash: hashes[i]!,
    }));
    const makers = missing.makers.map(({ key }: any, i: number) => [key, hashes[modules.length + i]!]);
    return { code: { ...code, modules, makers: Object.fromEntries(makers) }, bytes };
  }

  /** What an earlier run brought there is called by the names it had then: its texts are neither read nor hashed. */
  async #provide(requests: readonly CodeRequest[]): Promise<{ hashes: readonly string[]; bytes: number }> {
    const { ask, blobs } = this.#parts;
    const text = async (request: CodeRequest) => new TextEncoder().encode(await ask(request));
    const known: readonly string[] | null = await ask({ op: "code names", requests });
    if (known && await blobs.hasAll(known, (i) => text(requests[i]!))) return { hashes: known, bytes: 0 };
    const offered = await blobs.offer(await Promise.all(requests.map(text)));
    ask({ op: "code names", requests, names: offered.hashes });
    return offered;
  }
}
