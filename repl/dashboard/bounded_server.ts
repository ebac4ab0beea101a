import { createServer, type RequestListener, type Server } from "node:http";
import type { Socket } from "node:net";
import { type NewcomerLimits, Newcomers } from "../../net/mod.ts";

/**
 * An HTTP server that whoever reaches it can't fill: connections that have nothing asked are bounded in number and time, from their
 * start and from one answer to the end of the next request's head. What is being answered takes as long as it takes.
 */
export function boundedServer(answer: RequestListener, limits: NewcomerLimits): Server {
  // Its own limits don't count what has sent part of a head, nor how many there are.
  const server = createServer({ headersTimeout: 0, requestTimeout: 0, keepAliveTimeout: 0 }, answer);
  const waiting = new Newcomers(limits);
  const wait = (socket: Socket) => {
    if (socket.destroyed) return;
    waiting.came(socket, { host: socket.remoteAddress ?? "", cut: () => socket.destroy() });
  };
  server.on("connection", (socket) => {
    socket.once("close", () => waiting.left(socket));
    wait(socket);
  });
  server.on("request", ({ socket }, response) => {
    waiting.left(socket);
    response.once("close", () => wait(socket));
  });
  return server;
}
