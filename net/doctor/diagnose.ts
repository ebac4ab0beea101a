/** Says in plain words what keeps a peer from being found or reached, and what to do. */
import type { PeerRow } from "../peer/mod.ts";
import type { Neighbour, NetworkFacts } from "./network_facts.ts";
import type { TcpOutcome } from "./tcp_probe.ts";

/** One thing that was found. */
export interface Finding {
  /** `bad`: it keeps peers apart. `warn`: it may. */
  readonly level: "ok" | "warn" | "bad";
  /** Short name, stable for scripts. */
  readonly code: string;
  readonly what: string;
  /** What to do; nothing if all is well. */
  readonly todo?: string;
}

/** Clocks further apart than this are told of. */
const CLOCK_MS = 60_000;

/** What this machine's own network says. */
export function diagnoseNetwork(facts: NetworkFacts): Finding[] {
  const found: Finding[] = [];
  if (facts.addresses?.length === 0) {
    found.push({
      level: "bad",
      code: "no-network",
      what: "this machine has no network address",
      todo: "join a WiFi or plug in a cable",
    });
  } else if (facts.multicastRoute === false) {
    const name = facts.addresses?.[0]?.name ?? "eth0";
    found.push({
      level: "bad",
      code: "no-multicast",
      what: "multicast has no route here: peers near by can't be found by themselves",
      todo: `as root: ip route add 224.0.0.0/4 dev ${name}; or pair by address: pair CODE ADDR`,
    });
  }
  if (facts.vpns.length > 0) {
    found.push({
      level: "warn",
      code: "vpn",
      what: `a VPN is on (${facts.vpns.join(", ")}): it may take what is meant for machines near by`,
      todo: "allow local network access in the VPN's settings, or turn it off",
    });
  }
  if (found.length === 0) {
    found.push({ level: "ok", code: "network", what: `network: ${addressesOf(facts)}` });
  }
  return found;
}

/** What trying one address of a peer says. */
export interface Attempt {
  readonly host: string;
  readonly port: number;
  readonly outcome: TcpOutcome;
  /** Whether the address is on this machine's own network. */
  readonly isNear: boolean;
  /** Whether it answers there at all. */
  readonly neighbour: Neighbour;
}

/** Why a peer isn't reached at an address. */
export function diagnoseAttempt(name: string, attempt: Attempt): Finding {
  const { host, port, outcome, isNear, neighbour } = attempt;
  switch (outcome) {
    case "connected":
      return {
        level: "bad",
        code: "other-peer",
        what: `something answers at ${host} port ${port}, but it isn't ${name}`,
        todo: `look up ${name}'s address (its \`peer\` command prints it) and pair again: pair CODE ADDR`,
      };
    case "refused":
      return {
        level: "bad",
        code: "not-running",
        what: `the machine at ${host} answers, but no peer listens on port ${port}`,
        todo:
          `start \`peer\` on ${name}; if it runs there, it has another port or address now: pair CODE ADDR`,
      };
    case "no route":
      return {
        level: "bad",
        code: "no-route",
        what: `this machine has no way to ${host}`,
        todo: `bring both machines into the same network, or pair by ${name}'s address there: pair CODE ADDR`,
      };
    case "silent":
      return silent(name, { host, port, isNear, neighbour });
  }
}

function silent(name: string, { host, port, isNear, neighbour }: Omit<Attempt, "outcome">): Finding {
  if (host.includes(":")) {
    return {
      level: "bad",
      code: "silent",
      what: `nobody answers at ${host} port ${port}: ${name} is off, asleep, behind a firewall or elsewhere`,
      todo:
        `wake ${name} and bring both machines into the same network, or pair by its IPv4 address: pair CODE ADDR`,
    };
  }
  if (!isNear) {
    return {
      level: "bad",
      code: "elsewhere",
      what: `${host} is on another network and doesn't answer on port ${port}`,
      todo:
        `bring both machines into the same network; between networks, a router must pass port ${port} on to ${name}`,
    };
  }
  if (neighbour === "answers") {
    return {
      level: "bad",
      code: "firewall",
      what: `the machine at ${host} is there but drops what is sent to port ${port}: a firewall`,
      todo: `on ${name}, allow incoming TCP on port ${port} (e.g. sudo ufw allow ${port}/tcp)`,
    };
  }
  return {
    level: "bad",
    code: "isolated",
    what:
      `nobody answers at ${host}: ${name} is off, asleep or elsewhere, or the WiFi keeps its devices apart (client isolation, common in cafés and guest networks)`,
    todo: `wake ${name}; if it is awake and on this network, use another one, e.g. a phone's hotspot`,
  };
}

/** What a peer that answers says of itself. */
export function diagnoseRow(row: PeerRow): Finding {
  const { name, address, rttMs, problem, clockAheadMs = 0 } = row;
  if (problem !== undefined) {
    const [code, todo] = /not paired/.test(problem)
      ? ["not-paired", `run \`pair\` on ${name} and type its code here`]
      : /version|Deno/.test(problem)
      ? ["version", "update the older side; both need the same Deno minor version and clonecloud version"]
      : ["unwilling", `ask whoever owns ${name}: \`trust limit\` there changes what this device may use`];
    return { level: "bad", code: code!, what: `${name} is reached, but ${problem}`, todo: todo! };
  }
  if (Math.abs(clockAheadMs) > CLOCK_MS) {
    return {
      level: "warn",
      code: "clock",
      what: `${name}'s clock is ${roughly(Math.abs(clockAheadMs))} ${
        clockAheadMs > 0 ? "ahead of" : "behind"
      } this one`,
      todo: "set both by the network (NTP): hours granted and times of files are meant by the clock",
    };
  }
  return { level: "ok", code: "reached", what: `${name} is reached at ${address} (${rttMs?.toFixed(1)} ms)` };
}

/** A time of minutes to days, in words. */
function roughly(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 120) return `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}

function addressesOf({ addresses }: NetworkFacts): string {
  return addresses === undefined
    ? "addresses unknown"
    : addresses.map(({ name, address }) => `${address} (${name})`).join(", ");
}
