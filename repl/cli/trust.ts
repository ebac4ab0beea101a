import { connectLocal, type Home, openTrustStore, type TrustedPeer } from "../../net/mod.ts";
import { type Command, UsageError } from "./command.ts";
import { HOME_OPTION, homeOf } from "./home_option.ts";
import { printTable } from "./table.ts";

/** `trust`: who may run guests here. */
export const trust: Command = {
  summary:
    "Lists the peers that this one trusts, or removes one at once (its guests end, what it sent is wiped).",
  positionals: "list | remove PEERID|NAME",
  options: { ...HOME_OPTION, json: { type: "boolean", help: "print JSON" } },
  async run(parsed) {
    const [action, who, extra] = parsed.positionals;
    const home = await homeOf(parsed);
    if (action === "list" && who === undefined) {
      const peers = (await openTrustStore(home)).list();
      if (parsed.values.json) console.log(JSON.stringify(peers, null, 2));
      else printTable(["NAME", "PEER", "SINCE"], peers.map(({ name, peer, since }) => [name, peer, since]));
      return 0;
    }
    if (action !== "remove" || who === undefined || extra !== undefined) {
      throw new UsageError("trust takes `list`, or `remove` and a peer id or name");
    }
    const removed = await remove(home, who);
    console.log(`Removed ${removed.name} (${removed.peer})`);
    return 0;
  },
};

async function remove(home: Home, who: string): Promise<TrustedPeer> {
  const store = await openTrustStore(home);
  const matches = store.list().filter(({ peer, name }) => peer === who || name === who);
  if (matches.length !== 1) {
    throw new UsageError(
      `${
        matches.length === 0 ? "no trusted peer is" : "several trusted peers are"
      } "${who}"; see \`trust list\``,
    );
  }
  // The running peer ends its guests and wipes its content; without one, content goes when a peer starts next.
  const client = await connectLocal(home);
  if (client === undefined) await store.remove(matches[0]!.peer);
  else await client.request({ op: "trust-remove", peer: matches[0]!.peer });
  return matches[0]!;
}
