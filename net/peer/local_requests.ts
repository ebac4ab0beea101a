import type { ControlChannel, Message } from "../channel/mod.ts";
import type { Limits } from "../trust/mod.ts";
import type { DeviceService } from "./device_service.ts";
import type { LocalHandler } from "./local_server.ts";
import type { Peer } from "./options.ts";

/** Answers this user's processes: sessions of apps, what commands ask for, and what others than this peer answer (`more`, by `op`). */
export function localRequests(
  peer: Peer,
  device: DeviceService,
  more: ReadonlyMap<string, LocalHandler["serve"]>,
): LocalHandler {
  return {
    async serve(control, message) {
      const other = more.get(String(message.op));
      if (other !== undefined) return await other(control, message);
      if (message.op === "session") return await device.serve(control, message);
      if (message.op === "offer") return await serveOffer(peer, control);
      control.send({ ok: true, ...await answer(peer, message) });
    },
  };
}

/** @throws {Error} that says why not */
async function answer(peer: Peer, message: Message): Promise<object> {
  switch (message.op) {
    case "status":
      return peer.status();
    case "peers":
      return { peers: await peer.peers() };
    case "join": {
      const address = typeof message.address === "string" ? message.address : undefined;
      return await peer.joinPairing(String(message.code), address);
    }
    case "trust-list":
      return { peers: peer.trust.list() };
    case "trust-limit":
      await peer.limit(
        String(message.peer),
        message.limits === null ? undefined : message.limits as Limits,
      );
      return {};
    case "trust-remove":
      return { removed: await peer.untrust(String(message.peer)) };
    default:
      throw new Error(`Cannot serve request: no operation "${String(message.op).slice(0, 40)}"`);
  }
}

/** Shows a code for as long as the asking process stays connected. */
async function serveOffer(peer: Peer, control: ControlChannel): Promise<void> {
  const offer = peer.offerPairing();
  control.handOver({ data: () => {}, end: () => offer.cancel() });
  control.send({ ok: true, code: offer.code, expiresAt: offer.expiresAt, addresses: peer.addresses() });
  try {
    control.send({ ok: true, ...await offer.done });
  } catch (error) {
    control.send({ ok: false, error: (error as Error).message });
  }
}
