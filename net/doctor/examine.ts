import type { PeerRow } from "../peer/mod.ts";
import type { TrustedPeer } from "../trust/mod.ts";
import { type Attempt, diagnoseAttempt, diagnoseNetwork, diagnoseRow, type Finding } from "./diagnose.ts";
import { isNeighbour, neighbourState, type NetworkFacts, readNetwork } from "./network_facts.ts";
import { probeTcp } from "./tcp_probe.ts";

/** One try at an address: longer than any handshake on a link that is of use. */
const PROBE_MS = 2_500;
/** The system needs this long to find out that a neighbour it knew is gone. */
const NEIGHBOUR_MS = 9_000;
const NEIGHBOUR_CHECK_MS = 500;
/** Addresses of one peer that are tried; the last ones it was reached at come first. */
const MAX_ADDRESSES = 4;

/** What keeps peers from being found or reached. */
export interface Examination {
  readonly network: readonly Finding[];
  readonly peers: readonly {
    readonly peer: string;
    readonly name: string;
    readonly findings: readonly Finding[];
  }[];
}

/** Looks at this machine's network and at each trusted peer, or only those that `only` names by id or name. */
export async function examine(
  source: { peers(): Promise<PeerRow[]>; trusted(): readonly TrustedPeer[] },
  { only }: { readonly only?: string } = {},
): Promise<Examination> {
  const facts = readNetwork();
  const rows = source.peers();
  const wanted = source.trusted().filter(({ peer, name }) =>
    only === undefined || only === peer || only === name
  );
  const peers = await Promise.all(wanted.map(async ({ peer, name, addresses }) => {
    // Meanwhile: both wait for what doesn't answer.
    const otherwise = unreached({ name, addresses }, facts);
    const row = (await rows).find((row) => row.peer === peer);
    const findings = row?.connected ? [diagnoseRow(row)] : await otherwise;
    return { peer, name, findings };
  }));
  return { network: diagnoseNetwork(facts), peers };
}

/** What trying one address says, of whoever should be there. */
export async function examineAddress(address: string): Promise<Finding[]> {
  const found = await unreached({ name: "the peer", addresses: [address] }, readNetwork());
  // Nobody has tried yet whether it is the peer.
  const answers: Finding = {
    level: "ok",
    code: "answers",
    what: `something answers at ${address}`,
    todo: `pairing with it shows whether that is the peer: pair CODE ${address}`,
  };
  return [
    ...diagnoseNetwork(readNetwork()),
    ...found.map((finding) => finding.code === "other-peer" ? answers : finding),
  ];
}

async function unreached(
  { name, addresses }: { name: string; addresses: readonly string[] },
  facts: NetworkFacts,
): Promise<Finding[]> {
  const targets = new Map(
    addresses.map(targetOf).filter((target) => target !== undefined).map((t) => [t.join(), t]),
  );
  if (targets.size === 0) {
    return [{
      level: "bad",
      code: "no-address",
      what: `no address of ${name} is known, and it doesn't show up near by`,
      todo: `start \`peer\` on ${name}; its first line is an address: pair CODE ADDR`,
    }];
  }
  return await Promise.all(
    [...targets.values()].slice(0, MAX_ADDRESSES).map(async ([host, port]) => {
      return diagnoseAttempt(name, await look({ host, port }, facts));
    }),
  );
}

async function look(
  { host, port }: { host: string; port: number },
  facts: NetworkFacts,
): Promise<Attempt> {
  let outcome = await probeTcp(host, port, PROBE_MS);
  const isNear = isNeighbour(host, facts);
  const until = performance.now() + NEIGHBOUR_MS;
  let neighbour = isNear ? neighbourState(host) : undefined;
  // Somebody who has just left still counts as there; asking again makes the system look. And a busy machine hears answers late.
  while (outcome === "silent" && neighbour === "answers" && performance.now() < until) {
    outcome = await probeTcp(host, port, NEIGHBOUR_CHECK_MS);
    neighbour = neighbourState(host);
  }
  return {
    host,
    port,
    outcome: neighbour === "silent" && outcome === "no route" ? "silent" : outcome,
    isNear,
    neighbour,
  };
}

function targetOf(address: string): [host: string, port: number] | undefined {
  const match = /^\/(?:ip[46]|dns[46]?)\/([^/]+)\/tcp\/(\d+)/.exec(address);
  return match === null ? undefined : [match[1]!, Number(match[2])];
}
