import { networkInterfaces } from "node:os";

/** An address of this machine. */
export interface OwnAddress {
  readonly name: string;
  readonly address: string;
  readonly prefixLength: number;
}

/** What can be read of this machine's network without sending anything. */
export interface NetworkFacts {
  /** IPv4 addresses besides loopback; undefined where the system doesn't tell (some phones). */
  readonly addresses: readonly OwnAddress[] | undefined;
  /** Interfaces that look like a VPN's. */
  readonly vpns: readonly string[];
  /** Whether multicast leaves this machine; undefined where that can't be read. */
  readonly multicastRoute: boolean | undefined;
}

/** Whether somebody on the same network answered to an address lately; undefined where that can't be read. */
export type Neighbour = "answers" | "silent" | undefined;

const VPN = /^(tun|tap|wg|utun|ppp|tailscale|zt|nordlynx|proton|ipsec)/;

/** Reads what the system says of its network. */
export function readNetwork(): NetworkFacts {
  const addresses = readAddresses();
  return {
    addresses: addresses?.filter(({ name }) => !VPN.test(name)),
    vpns: [...new Set(addresses?.filter(({ name }) => VPN.test(name)).map(({ name }) => name) ?? [])],
    multicastRoute: readMulticastRoute(),
  };
}

/** Whether an IPv4 address is on a network of this machine, reached without a router. */
export function isNeighbour(address: string, { addresses = [] }: NetworkFacts): boolean {
  return addresses.some((own) => {
    const mask = -1 << (32 - own.prefixLength);
    return (toNumber(own.address) & mask) === (toNumber(address) & mask);
  });
}

/** What the system's neighbour table says of an IPv4 address. */
export function neighbourState(address: string): Neighbour {
  try {
    const row = Deno.readTextFileSync("/proc/net/arp").split("\n").map((line) => line.split(/\s+/))
      .find(([ip]) => ip === address);
    return row !== undefined && Number(row[2]) !== 0 ? "answers" : "silent";
  } catch {
    return undefined;
  }
}

function readAddresses(): OwnAddress[] | undefined {
  const routes = readRoutes();
  // One that is down keeps its address, but no route.
  const isUp = (name: string) => routes?.some(([routed]) => routed === name) ?? true;
  try {
    return Object.entries(networkInterfaces()).filter(([name]) => isUp(name)).flatMap(([name, own = []]) =>
      own.filter(({ family, internal }) => family === "IPv4" && !internal)
        .map(({ address, cidr }) => ({ name, address, prefixLength: Number(cidr?.split("/")[1] ?? 24) }))
    );
  } catch {
    return undefined;
  }
}

/** A default route, or one that covers 224.0.0.0/4: without, mDNS neither asks nor hears. */
function readMulticastRoute(): boolean | undefined {
  return readRoutes()?.some(([name, destination, , , , , , mask]) => {
    const [to, bits] = [swapped(destination!), swapped(mask!)];
    return name !== "lo" && ((0xe0000000 & bits) >>> 0) === to;
  });
}

/** Rows of Linux's table of IPv4 routes, interface first; undefined where there is none. */
function readRoutes(): string[][] | undefined {
  try {
    const rows = Deno.readTextFileSync("/proc/net/route").trim().split("\n").slice(1);
    return rows.map((row) => row.split("\t"));
  } catch {
    return undefined;
  }
}

/** `/proc/net/route` has addresses in hexadecimal, last byte first. */
function swapped(hex: string): number {
  return parseInt(hex.match(/../g)!.reverse().join(""), 16);
}

function toNumber(address: string): number {
  return address.split(".").reduce((value, part) => value << 8 | Number(part), 0);
}
