import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { NewcomerLimits } from "../../net/mod.ts";
import { boundedServer } from "./bounded_server.ts";
import { PAGE_LIMITS } from "./constants.ts";
import { Live, type ShownPeer } from "./live.ts";
import { routes } from "./routes.ts";

/** A running page. */
export interface Dashboard {
  /** With the token: for this user only. */
  readonly url: string;
  /** Ends it and every open view. */
  close(): Promise<void>;
}

/** How a page is served. */
export interface DashboardOptions {
  /** On loopback; 0 takes any free one. */
  readonly port: number;
  /** In place of the usual ones, for tests. */
  readonly limits?: NewcomerLimits;
}

/** Serves a peer's page on loopback. @throws {Error} if the port is taken. */
export async function startDashboard(
  peer: ShownPeer,
  { port, limits = PAGE_LIMITS }: DashboardOptions,
): Promise<Dashboard> {
  const token = randomBytes(24).toString("base64url");
  const closing = new AbortController();
  let hosts: readonly string[] = [];
  const app = routes({ live: new Live(peer), token, hosts: () => hosts, signal: closing.signal });
  const server = boundedServer(getRequestListener(app.fetch, { overrideGlobalObjects: false }), limits);
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const { port: bound } = server.address() as AddressInfo;
  hosts = ["127.0.0.1", "localhost"].map((name) => `${name}:${bound}`);
  return {
    url: `http://127.0.0.1:${bound}/#${token}`,
    async close() {
      closing.abort();
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
