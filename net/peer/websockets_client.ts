import type { Transport } from "@libp2p/interface";
import { webSockets } from "@libp2p/websockets";
import type { Multiaddr } from "@multiformats/multiaddr";
import { multiaddrToUri } from "@multiformats/multiaddr-to-uri";
import type { Socket } from "node:net";
import { WebSocket } from "ws";
import type { Newcomers } from "./newcomers.ts";

type Components = Parameters<ReturnType<typeof webSockets>>[0];

/** What is used of the transport's listener beyond its public type. */
interface WebSocketListener {
  readonly server: { on(event: "connection", listener: (socket: Socket) => void): void };
  onWsServerConnection(socket: unknown, request: { readonly socket: Socket }): void;
}

/**
 * The websockets transport with `ws` as its client: Deno's own WebSocket leaves small frames waiting for Nagle's
 * algorithm, which makes a round trip 44 to 91 ms instead of 0.2.
 * What connects and never becomes a websocket its listener would hold for ever: those are `newcomers`.
 */
export function webSocketsOverWs(newcomers?: Newcomers): (components: Components) => Transport {
  return (components) => {
    const transport = webSockets()(components) as Transport & { _connect: typeof connect };
    transport._connect = connect;
    const createListener = transport.createListener.bind(transport);
    transport.createListener = (options) => {
      const listener = createListener(options);
      if (newcomers !== undefined) watch(listener as unknown as WebSocketListener, newcomers);
      return listener;
    };
    return transport;
  };
}

function watch(listener: WebSocketListener, newcomers: Newcomers): void {
  listener.server.on("connection", (socket) => {
    newcomers.came(socket, { host: socket.remoteAddress ?? "", cut: () => void socket.destroy() });
    socket.once("close", () => newcomers.left(socket));
  });
  const accepted = listener.onWsServerConnection;
  listener.onWsServerConnection = (socket, request) => {
    newcomers.left(request.socket);
    accepted.call(listener, socket, request);
  };
}

/** Opens a connection as the transport's own `_connect` does. */
function connect(address: Multiaddr, { signal }: { signal?: AbortSignal } = {}): Promise<WebSocket> {
  signal?.throwIfAborted();
  const socket = new WebSocket(multiaddrToUri(address), { perMessageDeflate: false });
  socket.binaryType = "arraybuffer";
  return new Promise((resolve, reject) => {
    const abort = () => {
      socket.terminate();
      reject(signal?.reason ?? new Error(`Cannot connect to ${address}`));
    };
    signal?.addEventListener("abort", abort, { once: true });
    socket.once("error", reject);
    socket.once("open", () => {
      signal?.removeEventListener("abort", abort);
      resolve(socket);
    });
  });
}
