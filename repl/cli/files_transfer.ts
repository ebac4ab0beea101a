import cliProgress from "cli-progress";
import {
  hashesOf,
  indexName,
  type Peer,
  type PushProgress,
  pushTree,
  readTreeIndex,
  startPeer,
  writeTreeIndex,
} from "../../net/mod.ts";
import { stateOf } from "../../net/home/mod.ts";
import { type Parsed, UsageError } from "./command.ts";
import { homeOf } from "./home_option.ts";

/** Hashes in one question of `verify`: the clone reads as many contents before it answers. */
const CHECKED_AT_ONCE = 64;

/** `files push PATH` and `files verify PATH`. Exits 1 if the clone lacks something, or isn't reached. */
export async function transfer(parsed: Parsed, verb: "push" | "verify"): Promise<number> {
  const [, given, extra] = parsed.positionals;
  if (given === undefined || extra !== undefined) throw new UsageError(`files ${verb} takes one PATH`);
  const path = realPath(given);
  const home = await homeOf(parsed);
  const address = typeof parsed.values.clone === "string" ? parsed.values.clone : undefined;
  let peer: Peer | undefined;
  try {
    peer = await startPeer({ home: home.folder, serve: false, mdns: address === undefined });
    const { client, peer: clone } = await peer.openFiles(address);
    const indexPath = home.path("sent", await indexName(clone, path));
    const index = await readTreeIndex(indexPath);
    const bar = progressBar(parsed.values.json === true);
    try {
      if (verb === "push") {
        const result = await pushTree(path, client, {
          index,
          onProgress: (progress) => bar.update(progress),
        });
        await Deno.mkdir(home.path("sent"), { recursive: true, mode: 0o700 });
        await writeTreeIndex(indexPath, index);
        bar.stop();
        if (parsed.values.json === true) console.log(JSON.stringify({ path, clone, ...result }));
        else {
          console.log(
            `${result.files} ${
              result.files === 1 ? "file" : "files"
            }, ${result.bytes} bytes; ${result.sentBytes} bytes were sent to ${clone}`,
          );
          for (const item of result.skipped) console.error(`clonecloud: ${item} stays here`);
        }
        return 0;
      }
      const hashes = [...hashesOf(index), ...(index.root === undefined ? [] : [index.root])];
      let missing = 0;
      for (let at = 0; at < hashes.length; at += CHECKED_AT_ONCE) {
        const found = await client.ask(hashes.slice(at, at + CHECKED_AT_ONCE), true);
        missing += found.filter((item) => !item).length;
        bar.update({ files: at, bytes: 0, sentBytes: client.sentBytes });
      }
      bar.stop();
      const ok = missing === 0 && index.root !== undefined;
      if (missing > 0) {
        // The next push asks for everything again.
        index.distrust();
        await writeTreeIndex(indexPath, index);
      }
      if (parsed.values.json === true) {
        console.log(JSON.stringify({ path, clone, contents: hashes.length, missing, ok }));
      } else if (index.root === undefined) {
        console.log(`${path} was not sent to ${clone}: files push ${path}`);
      } else {console.log(
          `${clone} has ${hashes.length - missing} of ${hashes.length} contents, each with its hash`,
        );}
      return ok ? 0 : 1;
    } finally {
      bar.stop();
      await client.close();
    }
  } catch (error) {
    console.error(`clonecloud: ${(error as Error).message}`);
    return 1;
  } finally {
    await peer?.stop();
  }
}

function realPath(given: string): string {
  try {
    return Deno.realPathSync(given);
  } catch (error) {
    throw new UsageError(`cannot find ${given}: ${stateOf(error as Error)}`);
  }
}

interface Bar {
  update(progress: PushProgress): void;
  stop(): void;
}

/** Only a person sees it. */
function progressBar(quiet: boolean): Bar {
  if (quiet || !Deno.stderr.isTerminal()) return { update: () => {}, stop: () => {} };
  const bar = new cliProgress.SingleBar({
    format: "{files} files, {mib} MiB looked at, {sent} MiB sent, {duration_formatted}",
    hideCursor: true,
    clearOnComplete: true,
  });
  bar.start(0, 0, { files: 0, mib: 0, sent: 0 });
  let stopped = false;
  return {
    update: ({ files, bytes, sentBytes }) =>
      bar.update(files, { files, mib: (bytes / 2 ** 20).toFixed(1), sent: (sentBytes / 2 ** 20).toFixed(1) }),
    stop: () => {
      if (!stopped) bar.stop();
      stopped = true;
    },
  };
}
