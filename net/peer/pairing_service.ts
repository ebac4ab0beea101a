import type { Connection, Stream } from "@libp2p/interface";
import { ControlChannel, streamChannel } from "../channel/mod.ts";
import { addressOf, type Finder, isPlainAddress } from "../discovery/mod.ts";
import {
  PAIR_PROTOCOL,
  type Paired,
  PairingDesk,
  PairingError,
  type PairingOffer,
  type TrustStore,
} from "../trust/mod.ts";
import type { Host } from "./host.ts";

/** Addresses of one peer that are remembered from what it told. */
const MAX_TOLD_ADDRESSES = 8;

/** What a {@linkcode PairingService} works with. */
export interface PairingParts {
  readonly host: Host;
  readonly finder: Finder;
  readonly trust: TrustStore;
  readonly ownName: string;
  /** In place of the usual limits on guessing, for tests. */
  readonly guesses?: { readonly aCode: number; readonly aMinute: number };
}

/** Codes shown and typed over the network. */
export class PairingService {
  readonly #parts: PairingParts;
  readonly #desk: PairingDesk;

  constructor(parts: PairingParts) {
    const { trust, host, ownName, guesses } = parts;
    this.#parts = parts;
    this.#desk = new PairingDesk({
      trust,
      ownPeer: host.peerId.toString(),
      ownName,
      ...(guesses && { guesses }),
    });
  }

  /** Shows a code. */
  offer(): PairingOffer {
    return this.#desk.offer();
  }

  /** Types a code, at an address or at whoever near by shows one. @throws {Error} that says why it failed. */
  async join(code: string, address?: string): Promise<Paired> {
    const { finder } = this.#parts;
    if (address !== undefined) {
      const connection = await finder.connectTo(address, { anyone: true });
      const open = await streamTo(connection) ??
        await streamTo(await finder.connectTo(address, { anyone: true }));
      if (open === undefined) throw new Error(`Cannot pair: the peer at ${address} closes the connection`);
      return await this.#joinOver(open.connection, open.stream, code);
    }
    for await (const connection of finder.nearby()) {
      try {
        return await this.#joinOver(connection, await connection.newStream(PAIR_PROTOCOL), code);
      } catch (error) {
        if (!(error instanceof PairingError) || error.code !== "no-code") throw error;
      }
    }
    throw new Error(
      "Cannot pair: nobody near by shows a code; run `pair` on the other machine, or give its address: pair CODE ADDR (`doctor` says what may keep machines apart)",
    );
  }

  /** Serves one attempt of another peer; never rejects. */
  async serve(stream: Stream, connection: Connection): Promise<void> {
    const { host, trust } = this.#parts;
    const peer = connection.remotePeer.toString();
    await this.#desk.respond(new ControlChannel(streamChannel(stream)), peer);
    if (!trust.has(peer)) return;
    // Where it listens, as it told: so that this side can dial as well.
    const known = await host.peerStore.get(connection.remotePeer).catch(() => undefined);
    const addresses = known?.addresses.map(({ multiaddr }) => multiaddr).filter(isPlainAddress) ?? [];
    for (const address of addresses.slice(0, MAX_TOLD_ADDRESSES)) {
      await trust.reachedAt(peer, address.toString());
    }
  }

  /** Ends the offer, if any. */
  close(): void {
    this.#desk.close();
  }

  async #joinOver(connection: Connection, stream: Stream, code: string): Promise<Paired> {
    const control = new ControlChannel(streamChannel(stream));
    try {
      return await this.#desk.join(control, {
        peer: connection.remotePeer.toString(),
        code,
        address: addressOf(connection),
      });
    } catch (error) {
      control.channel.abort(error as Error);
      throw error;
    }
  }
}

/** Undefined if the connection has just been closed: a peer that forgets another one does that. */
async function streamTo(
  connection: Connection,
): Promise<{ connection: Connection; stream: Stream } | undefined> {
  try {
    return { connection, stream: await connection.newStream(PAIR_PROTOCOL) };
  } catch (error) {
    if (connection.status === "open") throw error;
    return undefined;
  }
}
