import { availableParallelism } from "node:os";
import { SESSION_VERSION } from "../../runtime/mod.ts";
import { type Power, readPower } from "../link/mod.ts";
import type { TrustStore } from "../trust/mod.ts";
import type { CloneService } from "./clone_service.ts";
import { MAX_KNOWN_PEERS } from "./constants.ts";
import type { PeerInfo, ToldInfo } from "./info_messages.ts";
import type { PeerOptions } from "./options.ts";

/** What a peer is described from. */
export interface SelfParts {
  /** Who asks. */
  readonly peer: string;
  readonly name: string;
  readonly trust: TrustStore;
  readonly clone: CloneService;
  readonly options: PeerOptions;
  readonly unitsPerMs: number;
}

/** What this peer tells a trusted one of itself. */
export async function describeSelf(
  parts: SelfParts,
): Promise<ToldInfo> {
  const { peer, name, trust, clone, options, unitsPerMs } = parts;
  const closed = await clone.closedTo(peer);
  const { gpu, ...grants } = trust.grants(peer);
  const own = [...clone.sessions].filter(({ device }) => device === peer).length;
  return {
    name,
    deno: Deno.version.deno,
    sessionVersion: SESSION_VERSION,
    now: Date.now(),
    unitsPerMs,
    cores: availableParallelism(),
    load: options.machine?.load?.() ?? Deno.loadavg()[0]!,
    ...await powerOf(options),
    free: clone.maxGuests === 0 ? 0 : Math.max(0, Math.min(clone.free, grants.guests - own)),
    busy: clone.busy,
    ...(closed !== undefined && { closed }),
    storedBytes: clone.bytesOf(peer),
    // Earlier versions know no such grant, and refuse it.
    grants: gpu ? grants : { ...grants, gpu },
    capabilities: gpu && "gpu" in navigator ? ["webgpu"] : [],
    knows: trust.list().filter((known) => known.peer !== peer).slice(0, MAX_KNOWN_PEERS)
      .map(({ peer, name, addresses }) => ({ peer, name, addresses: addresses.slice(0, 4) })),
  };
}

async function powerOf({ machine }: PeerOptions): Promise<Pick<PeerInfo, "power" | "batteryPercent">> {
  const { source, batteryPercent }: Power = machine?.power === undefined
    ? await readPower(machine?.supplies)
    : { source: await machine.power() };
  return { power: source, ...(batteryPercent !== undefined && { batteryPercent }) };
}
