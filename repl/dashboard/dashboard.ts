import { randomBytes } from "node:crypto";
import { Live, type ShownPeer } from "./live.ts";
import { routes } from "./routes.ts";

/** A running page. */
export interface Dashboard {
  /** With the token: for this user only. */
  readonly url: string;
  /** Ends it and every open view. */
  close(): Promise<void>;
}

/** Serves a peer's page on loopback; port 0 takes any free one. @throws {Error} if the port is taken. */
export function startDashboard(peer: ShownPeer, { port }: { readonly port: number }): Dashboard {
  const token = randomBytes(24).toString("base64url");
  const closing = new AbortController();
  let hosts: readonly string[] = [];
  const app = routes({ live: new Live(peer), token, hosts: () => hosts, signal: closing.signal });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port, onListen: () => {} },
    (request) => app.fetch(request),
  );
  hosts = ["127.0.0.1", "localhost"].map((name) => `${name}:${server.addr.port}`);
  return {
    url: `http://127.0.0.1:${server.addr.port}/#${token}`,
    async close() {
      closing.abort();
      await server.shutdown();
    },
  };
}
