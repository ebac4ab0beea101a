import { createSocket } from "node:dgram";
import { networkInterfaces } from "node:os";
import type { Settings } from "../home/mod.ts";

/** Default addresses to listen on: tcp and websockets, on the ports of last time where they are free. */
export async function defaultListen({ tcpPort, wsPort }: Settings): Promise<string[]> {
  const host = await listenHost();
  return [`/ip4/${host}/tcp/${freePort(tcpPort)}`, `/ip4/${host}/tcp/${freePort(wsPort)}/ws`];
}

/** The ports that a host listens on, to be remembered. */
export function portsOf(addresses: readonly string[]): Settings {
  const port = (pattern: RegExp) =>
    addresses.map((a) => pattern.exec(a)?.[1]).find((found) => found !== undefined);
  const tcpPort = port(/\/tcp\/(\d+)(?:\/p2p\/|$)/);
  const wsPort = port(/\/tcp\/(\d+)\/ws(?:\/|$)/);
  return {
    ...(tcpPort === undefined ? {} : { tcpPort: Number(tcpPort) }),
    ...(wsPort === undefined ? {} : { wsPort: Number(wsPort) }),
  };
}

function freePort(port: number | undefined): number {
  if (port === undefined) return 0;
  try {
    Deno.listen({ port, hostname: "0.0.0.0" }).close();
    return port;
  } catch {
    return 0;
  }
}

/** All interfaces; where the system doesn't list them (Android), libp2p can't turn that into addresses. */
async function listenHost(): Promise<string> {
  try {
    networkInterfaces();
    return "0.0.0.0";
  } catch {
    return await routedAddress() ?? "127.0.0.1";
  }
}

/** This machine's address on the route to elsewhere; connecting a datagram socket sends nothing. */
function routedAddress(): Promise<string | undefined> {
  const socket = createSocket("udp4");
  return new Promise<string | undefined>((resolve) => {
    socket.once("error", () => resolve(undefined));
    // An address of TEST-NET-1, which nobody has.
    socket.connect(9, "192.0.2.1", () => resolve(socket.address().address));
  }).finally(() => socket.close());
}
