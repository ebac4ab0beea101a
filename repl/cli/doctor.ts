import { connectLocal, type Home, openTrustStore, type PeerRow, startPeer } from "../../net/mod.ts";
import { stateOf } from "../../net/home/mod.ts";
import { parseAddress } from "../../net/discovery/mod.ts";
import { examine, examineAddress, type Finding } from "../../net/doctor/mod.ts";
import { unreadableIn } from "../../runtime/mod.ts";
import { type Command, UsageError } from "./command.ts";
import { HOME_OPTION, homeOf } from "./home_option.ts";

/** `doctor`: why peers can't be found or reached, or what of some files a clone couldn't read. */
export const doctor: Command = {
  summary:
    "Says why a peer can't be found or reached, and what to do. Exits 1 if something keeps peers apart.",
  positionals: "[PEERID|NAME|ADDR]",
  options: {
    ...HOME_OPTION,
    files: {
      type: "string",
      multiple: true,
      value: "ROOT",
      help: "says instead what in this folder clones couldn't read (repeatable)",
    },
    json: { type: "boolean", help: "print JSON" },
  },
  async run(parsed) {
    const roots = parsed.values.files as string[] | undefined;
    if (roots !== undefined) return reportFiles(roots, parsed.values.json === true);
    const [who, extra] = parsed.positionals;
    if (extra !== undefined) throw new UsageError("doctor takes at most one peer or address");
    const home = await homeOf(parsed);
    const found = who?.startsWith("/")
      ? { network: await examineAddress(addressOf(who), waits), peers: [] }
      : await examineHome(home, who);
    const all = [...found.network, ...found.peers.flatMap(({ findings }) => findings)];
    if (parsed.values.json) console.log(JSON.stringify(found, null, 2));
    else for (const finding of all) print(finding);
    return all.some(({ level }) => level === "bad") ? 1 : 0;
  },
};

/** @throws {UsageError} for what is no address */
function addressOf(text: string): string {
  try {
    return parseAddress(text).toString();
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function reportFiles(roots: readonly string[], json: boolean): number {
  const files = roots.flatMap((root) => {
    try {
      return unreadableIn(root);
    } catch (error) {
      throw new UsageError(`Cannot look at ${root}: ${stateOf(error as Error)}`);
    }
  });
  if (json) console.log(JSON.stringify({ files }, null, 2));
  else if (files.length === 0) print({ level: "ok", code: "files", what: "a clone could read all of it" });
  for (const { path, why } of json ? [] : files) {
    print({ level: "warn", code: "unreadable", what: `${path}: ${why}` });
  }
  return 0;
}

async function examineHome(home: Home, only: string | undefined) {
  const trust = await openTrustStore(home);
  const trusted = trust.list();
  if (only !== undefined && !trusted.some(({ peer, name }) => peer === only || name === only)) {
    throw new UsageError(`no paired peer is "${only}"; see \`trust list\`, or give an address`);
  }
  const found = await examine({ peers: () => peersOf(home), trusted: () => trusted }, {
    ...(only && { only }),
    waits,
  });
  if (trusted.length > 0) return found;
  const unpaired: Finding = {
    level: "bad",
    code: "unpaired",
    what: "this device is paired with no other",
    todo: "run `pair` on the other machine and type its code here: pair CODE",
  };
  return { ...found, network: [...found.network, unpaired] };
}

/** Peers as the running peer sees them, or one for this moment. */
async function peersOf(home: Home): Promise<PeerRow[]> {
  const client = await connectLocal(home);
  if (client !== undefined) {
    const { peers } = await client.request({ op: "peers" });
    client.close();
    return peers as PeerRow[];
  }
  const peer = await startPeer({ home: home.folder, serve: false });
  const rows = await peer.peers();
  await peer.stop();
  return rows;
}

/** Not part of what was found: on stderr. */
function waits(what: string): void {
  console.error(`clonecloud: ${what} …`);
}

function print({ level, what, todo }: Finding): void {
  console.log(`${level === "ok" ? "ok  " : level === "warn" ? "note" : "BAD "} ${what}`);
  if (todo !== undefined) console.log(`     → ${todo}`);
}
