import { within } from "../channel/mod.ts";
import type { PeerRow } from "../peer/mod.ts";
import type { TrustedPeer } from "../trust/mod.ts";
import { type Attempt, diagnoseAttempt, diagnoseNetwork, diagnoseRow, type Finding } from "./diagnose.ts";
import { isNeighbour, neighbourState, type NetworkFacts, readNetwork } from "./network_facts.ts";
import { probeTcp } from "./tcp_probe.ts";

/** One try at an address: longer than any handshake on a link that is of use. */
const PROBE_MS = 2_500;
/** Whoever answers at none of its known addresses shows up near by within this time, or not at all: mDNS and a weak device's handshake. */
const ELSEWHERE_MS = 6_000;
/** The system needs this long, from the first try, to find out that a neighbour it knew is gone. */
const NEIGHBOUR_MS = 9_000;
/** Ports that machines often answer at, if only to refuse: then they are there. */
const COMMON_PORTS = [22, 80, 443, 445];
const NEIGHBOUR_CHECK_MS = 500;
/** Addresses of one peer that are tried; the last ones it was reached at come first. */
const MAX_ADDRESSES = 4;

/** Told for people what takes long. */
type Waits = (what: string) => void;

interface Look {
  readonly facts: NetworkFacts;
  readonly waits: Waits;
}

/** What keeps peers from being found or reached. */
export interface Examination {
  readonly network: readonly Finding[];
  readonly peers: readonly {
    readonly peer: string;
    readonly name: string;
    readonly findings: readonly Finding[];
  }[];
}

/** Looks at this machine's network and at each trusted peer, or only those that `only` names by id or name; all at once. */
export async function examine(
  source: { peers(): Promise<PeerRow[]>; trusted(): readonly TrustedPeer[] },
  { only, waits = () => {} }: { readonly only?: string; readonly waits?: Waits } = {},
): Promise<Examination> {
  const facts = readNetwork();
  const start = performance.now();
  const rows = source.peers();
  const wanted = source.trusted().filter(({ peer, name }) =>
    only === undefined || only === peer || only === name
  );
  const peers = await Promise.all(wanted.map(async ({ peer, name, addresses }) => {
    // Meanwhile: both wait for what doesn't answer.
    const otherwise = await unreached({ name, addresses }, { facts, waits });
    const somebodyAnswers = otherwise.some(({ code }) => code === "other-peer");
    const left = somebodyAnswers ? Infinity : start + ELSEWHERE_MS - performance.now();
    const row = await inTime(left, rows, () => waits(`looking for ${name} near by`))
      .then((rows) => rows?.find((row) => row.peer === peer));
    const findings = row?.connected ? [diagnoseRow(row)] : otherwise;
    return { peer, name, findings };
  }));
  return { network: diagnoseNetwork(facts), peers };
}

/** What comes in so many milliseconds; undefined if nothing does. `waits` is called if it isn't there yet. */
async function inTime<T>(ms: number, value: Promise<T>, waits: () => void): Promise<T | undefined> {
  if (await within(0, value)) return await value;
  if (ms <= 0) return undefined;
  waits();
  return ms === Infinity || await within(ms, value) ? await value : undefined;
}

/** What trying one address says, of whoever should be there. */
export async function examineAddress(address: string, waits: Waits = () => {}): Promise<Finding[]> {
  const facts = readNetwork();
  const found = await unreached({ name: "the peer", addresses: [address] }, { facts, waits });
  // Nobody has tried yet whether it is the peer.
  const answers: Finding = {
    level: "ok",
    code: "answers",
    what: `something answers at ${address}`,
    todo: `pairing with it shows whether that is the peer: pair CODE ${address}`,
  };
  return [
    ...diagnoseNetwork(facts),
    ...found.map((finding) => finding.code === "other-peer" ? answers : finding),
  ];
}

async function unreached(
  { name, addresses }: { name: string; addresses: readonly string[] },
  { facts, waits }: Look,
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
      return diagnoseAttempt(name, await look({ host, port }, { facts, waits }));
    }),
  );
}

async function look(
  { host, port }: { host: string; port: number },
  { facts, waits }: Look,
): Promise<Attempt> {
  const isNear = isNeighbour(host, facts);
  const until = performance.now() + NEIGHBOUR_MS;
  const isThere = isNear ? answersSomewhere(host) : Promise.resolve(false);
  let outcome = await probeTcp(host, port, PROBE_MS);
  if (outcome === "silent" && await isThere) return { host, port, outcome, isNear, neighbour: "answers" };
  let neighbour = isNear ? neighbourState(host) : undefined;
  if (outcome === "silent" && neighbour === "answers") {
    waits(`finding out whether the machine at ${host} is still there, ${NEIGHBOUR_MS / 1000} s at most`);
  }
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

/** Whether a machine answers at any common port, if only to refuse. */
async function answersSomewhere(host: string): Promise<boolean> {
  const outcomes = await Promise.all(COMMON_PORTS.map((port) => probeTcp(host, port, PROBE_MS)));
  return outcomes.some((outcome) => outcome === "connected" || outcome === "refused");
}

function targetOf(address: string): [host: string, port: number] | undefined {
  const match = /^\/(?:ip[46]|dns[46]?)\/([^/]+)\/tcp\/(\d+)/.exec(address);
  return match === null ? undefined : [match[1]!, Number(match[2])];
}
