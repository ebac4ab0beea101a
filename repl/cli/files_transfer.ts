import cliProgress from "cli-progress";
import {
  type FileClient,
  hashesOf,
  indexName,
  type Peer,
  type PushProgress,
  pushTree,
  readTreeIndex,
  startPeer,
  type TreeIndex,
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
  const json = parsed.values.json === true;
  let peer: Peer | undefined;
  try {
    peer = await startPeer({ home: home.folder, serve: false, mdns: address === undefined });
    const { client, peer: clone } = await peer.openFiles(address);
    try {
      await Deno.mkdir(home.path("sent"), { recursive: true, mode: 0o700 });
      using _turn = await ourTurn(home.path("sent", `${clone}.lock`), clone);
      const indexPath = home.path("sent", await indexName(clone, path));
      const sent = { path, clone, client, indexPath, index: await readTreeIndex(indexPath), json };
      return await (verb === "push" ? push : verify)(sent);
    } finally {
      await client.close();
    }
  } catch (error) {
    console.error(`clonecloud: ${(error as Error).message}`);
    return 1;
  } finally {
    await peer?.stop();
  }
}

/** One transfer to a clone at a time, of all that use this home: what several have to send goes once. */
async function ourTurn(path: string, clone: string): Promise<Disposable> {
  const file = await Deno.open(path, { write: true, create: true, mode: 0o600 });
  try {
    if (!await file.tryLock(true)) {
      console.error(`clonecloud: another transfer to ${clone} is under way: this one goes on after it`);
      await file.lock(true);
    }
    return file;
  } catch (error) {
    file.close();
    throw error;
  }
}

/** A path, and what is known of it at a clone. */
interface Sent {
  readonly path: string;
  readonly clone: string;
  readonly client: FileClient;
  readonly indexPath: string;
  readonly index: TreeIndex;
  readonly json: boolean;
}

async function push({ path, clone, client, indexPath, index, json }: Sent): Promise<number> {
  using bar = progressBar(json);
  const result = await pushTree(path, client, { index, onProgress: (progress) => bar.update(progress) });
  await writeTreeIndex(indexPath, index);
  bar.stop();
  if (json) console.log(JSON.stringify({ path, clone, ...result }));
  else {
    const files = result.files === 1 ? "file" : "files";
    const sent = `${result.sentBytes} bytes were sent to ${clone}`;
    console.log(`${result.files} ${files}, ${result.bytes} bytes; ${sent}`);
    for (const item of result.skipped) console.error(`clonecloud: ${item} stays here`);
  }
  return 0;
}

async function verify({ path, clone, client, indexPath, index, json }: Sent): Promise<number> {
  using bar = progressBar(json);
  const hashes = [...hashesOf(index), ...(index.root === undefined ? [] : [index.root])];
  let missing = 0;
  for (let at = 0; at < hashes.length; at += CHECKED_AT_ONCE) {
    const found = await client.ask(hashes.slice(at, at + CHECKED_AT_ONCE), true);
    missing += found.filter((item) => !item).length;
    bar.update({ files: at, bytes: 0, sentBytes: client.sentBytes });
  }
  bar.stop();
  const wasSent = index.root !== undefined;
  const ok = missing === 0 && wasSent;
  if (missing > 0) {
    // The next push asks for everything again.
    index.distrust();
    await writeTreeIndex(indexPath, index);
  }
  if (json) console.log(JSON.stringify({ path, clone, contents: hashes.length, missing, ok }));
  else if (!wasSent) console.log(`${path} was not sent to ${clone}: files push ${path}`);
  else {console.log(
      `${clone} has ${hashes.length - missing} of ${hashes.length} contents, each with its hash`,
    );}
  return ok ? 0 : 1;
}

function realPath(given: string): string {
  try {
    const path = Deno.realPathSync(given);
    const { isFile, isDirectory } = Deno.statSync(path);
    if (isFile || isDirectory) return path;
  } catch (error) {
    throw new UsageError(`cannot find ${given}: ${stateOf(error as Error)}`);
  }
  throw new UsageError(`cannot send ${given}: it is no file and no folder`);
}

interface Bar extends Disposable {
  update(progress: PushProgress): void;
  stop(): void;
}

/** Only a person sees it. */
function progressBar(quiet: boolean): Bar {
  if (quiet || !Deno.stderr.isTerminal()) {
    return { update: () => {}, stop: () => {}, [Symbol.dispose]: () => {} };
  }
  const bar = new cliProgress.SingleBar({
    format: "{files} files, {mib} MiB looked at, {sent} MiB sent, {duration_formatted}",
    hideCursor: true,
    clearOnComplete: true,
  });
  bar.start(0, 0, { files: 0, mib: 0, sent: 0 });
  let stopped = false;
  const stop = () => {
    if (!stopped) bar.stop();
    stopped = true;
  };
  return {
    update: ({ files, bytes, sentBytes }) =>
      bar.update(files, { files, mib: (bytes / 2 ** 20).toFixed(1), sent: (sentBytes / 2 ** 20).toFixed(1) }),
    stop,
    [Symbol.dispose]: stop,
  };
}
