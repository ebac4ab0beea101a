import {
  connectLocal,
  type Grants,
  grantsOf,
  type Home,
  type Limits,
  openTrustStore,
  parseLimits,
  revoke,
  type TrustedPeer,
} from "../../net/mod.ts";
import { type Command, type Parsed, UsageError } from "./command.ts";
import { HOME_OPTION, homeOf } from "./home_option.ts";
import { printTableOrRecords } from "./table.ts";

/** `trust`: who may run guests here, and what they may use. */
export const trust: Command = {
  summary:
    "Lists the peers that this one trusts and what they may use; removes one at once (its guests end, what it sent is wiped); or limits one.",
  positionals: "list | remove PEERID|NAME | limit PEERID|NAME",
  options: {
    ...HOME_OPTION,
    json: { type: "boolean", help: "print JSON" },
    guests: { type: "string", value: "N", help: "limit: its guests at once (default: 8)" },
    cores: {
      type: "string",
      value: "N",
      help: "limit: cores its guests may keep busy, e.g. 0.5 (default: all)",
    },
    memory: { type: "string", value: "MIB", help: "limit: memory of one guest (default: 3072)" },
    storage: {
      type: "string",
      value: "MIB",
      help: "limit: what is kept of its code and files (default: 1024)",
    },
    minutes: { type: "string", value: "N", help: "limit: longest migration (default: 1440)" },
    hours: { type: "string", value: "FROM-TO", help: "limit: time of day, e.g. 08:00-18:30, or always" },
    "mains-only": { type: "boolean", help: "limit: only while this machine isn't on battery" },
    "on-battery": { type: "boolean", help: "limit: on battery too (default)" },
    "no-gpu": { type: "boolean", help: "limit: its guests get no graphics processor (WebGPU)" },
    gpu: { type: "boolean", help: "limit: the graphics processor too (default)" },
    reset: { type: "boolean", help: "limit: back to the defaults" },
  },
  async run(parsed) {
    const [action, who, extra] = parsed.positionals;
    const limiting = Object.keys(parsed.values).find((option) => !OF_ALL.includes(option));
    if (limiting !== undefined && action !== "limit") {
      throw new UsageError(`--${limiting} belongs to: trust limit PEERID|NAME`);
    }
    const home = await homeOf(parsed);
    if (action === "list" && who === undefined) return await list(home, parsed);
    if ((action !== "remove" && action !== "limit") || who === undefined || extra !== undefined) {
      throw new UsageError("trust takes `list`, or `remove` or `limit` and a peer id or name");
    }
    const peer = await find(home, who);
    if (action === "remove") {
      await remove(home, peer);
      console.log(`Removed ${peer.name} (${peer.peer})`);
    } else {
      await limit(home, peer, limitsOf(parsed));
      console.log(
        `${peer.name} (${peer.peer}) may use: ${describe((await openTrustStore(home)).grants(peer.peer))}`,
      );
    }
    return 0;
  },
};

async function list(home: Home, parsed: Parsed): Promise<number> {
  const peers = (await openTrustStore(home)).list();
  const rows = peers.map((peer) => ({ ...peer, grants: grantsOf(peer.limits) }));
  if (parsed.values.json) console.log(JSON.stringify(rows, null, 2));
  else if (rows.length === 0) console.log("No paired peers; run `pair` here and on the other machine.");
  else {
    printTableOrRecords(
      ["NAME", "PEER", "SINCE", "MAY USE"],
      rows.map(({ name, peer, since, grants }) => [name, peer, since, describe(grants)]),
    );
  }
  return 0;
}

/** Grants in words, defaults left out where they mean no limit. */
export function describe(grants: Grants): string {
  const { guests, cores, memoryMiB, storageMiB, minutes, hours, mainsOnly, gpu } = grants;
  return [
    `${guests} guests`,
    cores >= 1024 ? "all cores" : `${cores} cores`,
    `${memoryMiB} MiB each`,
    `${storageMiB} MiB kept`,
    `${minutes} minutes a migration`,
    ...(hours === undefined || hours === ALWAYS ? [] : [hours]),
    ...(mainsOnly ? ["on mains only"] : []),
    ...(gpu ? [] : ["no graphics processor"]),
  ].join(", ");
}

/** Options that aren't a limit. */
const OF_ALL: readonly string[] = ["home", "json", "help"];

const ALWAYS = "00:00-24:00";

/** The limits that options name; undefined for `--reset`. @throws {UsageError} */
function limitsOf({ values }: Parsed): Limits | undefined {
  const { reset, json: _, home: __, ...limited } = values;
  if (reset && Object.keys(limited).length > 0) {
    throw new UsageError(`--reset takes all limits back; give it without --${Object.keys(limited)[0]}`);
  }
  if (reset) return undefined;
  const eitherOf = (yes: string, no: string) => {
    if (values[yes] && values[no]) throw new UsageError(`--${yes} and --${no} exclude each other`);
    return values[yes] ? true : values[no] ? false : undefined;
  };
  const number = (option: string) => values[option] === undefined ? undefined : Number(values[option]);
  const given = {
    guests: number("guests"),
    cores: number("cores"),
    memoryMiB: number("memory"),
    storageMiB: number("storage"),
    minutes: number("minutes"),
    hours: values.hours === "always" ? ALWAYS : values.hours,
    mainsOnly: eitherOf("mains-only", "on-battery"),
    gpu: eitherOf("gpu", "no-gpu"),
  };
  try {
    const limits = parseLimits(given);
    const [from, to] = (limits.hours ?? "").split("-");
    if (from !== undefined && from === to) {
      throw new RangeError(
        `${limits.hours} is no time at all; \`always\` is all day, \`trust remove\` is never`,
      );
    }
    if (Object.keys(limits).length > 0) return limits;
  } catch (error) {
    const said = (error as Error).message.replace(/^memoryMiB|^storageMiB/, (name) => name.slice(0, -3));
    throw new UsageError(`cannot limit: ${said}`);
  }
  throw new UsageError(
    "nothing to limit: give --guests, --cores, --memory, --storage, --minutes, --hours, --mains-only, --no-gpu or --reset",
  );
}

async function find(home: Home, who: string): Promise<TrustedPeer> {
  const matches = (await openTrustStore(home)).list().filter(({ peer, name }) =>
    peer === who || name === who
  );
  if (matches.length === 1) return matches[0]!;
  const problem = matches.length === 0 ? "no trusted peer is" : "several trusted peers are";
  throw new UsageError(`${problem} "${who}"; see \`trust list\``);
}

/** The running peer ends its guests and wipes its content at once. */
async function remove(home: Home, { peer }: TrustedPeer): Promise<void> {
  const client = await connectLocal(home);
  if (client === undefined) await revoke(home, peer);
  else await client.request({ op: "trust-remove", peer });
}

async function limit(home: Home, { peer }: TrustedPeer, limits: Limits | undefined): Promise<void> {
  const client = await connectLocal(home);
  if (client === undefined) await (await openTrustStore(home)).limit(peer, limits);
  else await client.request({ op: "trust-limit", peer, limits: limits ?? null });
}
