import { PRIVATE_FILE_MODE } from "./constants.ts";
import { type Home, stateOf } from "./home.ts";

/** Thrown when another process serves this home. */
export class HomeBusyError extends Error {
  override name = "HomeBusyError";
}

/**
 * Takes a home for this process: one home serves one peer at a time.
 *
 * The lock is the operating system's (`flock`): it goes with the process, however that ends, so a killed peer
 * leaves nothing to clean up.
 *
 * @throws {HomeBusyError} if another process has it; {Error} if the home can't be written to.
 */
export async function lockHome(home: Home): Promise<{ release(): void }> {
  const file = await Deno.open(home.path("peer.lock"), { create: true, write: true, mode: PRIVATE_FILE_MODE })
    .catch((cause) => {
      throw new Error(`Cannot use home ${home.folder}: ${stateOf(cause)}`, { cause });
    });
  if (!await file.tryLock(true)) {
    file.close();
    throw new HomeBusyError(
      `Cannot use home ${home.folder}: another peer serves it; stop that one or give another --home`,
    );
  }
  return {
    release() {
      // A process that is just being started has a copy of the descriptor, so that closing alone would not do.
      file.unlockSync();
      file.close();
    },
  };
}
