import { timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";

/**
 * Refuses whoever didn't mean this server: another name for this address (DNS rebinding), another site's page, anything
 * but reading.
 */
export function onlyThisOrigin(hosts: () => readonly string[]): MiddlewareHandler {
  return async (c, next) => {
    const { req } = c;
    if (!hosts().includes(req.header("host") ?? "")) return c.text("wrong host", 421);
    const origin = req.header("origin");
    if (origin !== undefined && !hosts().some((host) => origin === `http://${host}`)) {
      return c.text("wrong origin", 403);
    }
    // A link from elsewhere may open the page; it may not read anything.
    const site = req.header("sec-fetch-site");
    if (site !== undefined && site !== "same-origin" && site !== "none" && req.path !== "/") {
      return c.text("wrong site", 403);
    }
    if (req.method !== "GET" && req.method !== "HEAD") return c.text("reading only", 405);
    return await next();
  };
}

/** Lets nobody by who doesn't send the token in `Authorization: Bearer`. */
export function onlyWithToken(token: string): MiddlewareHandler {
  const expected = new TextEncoder().encode(`Bearer ${token}`);
  return async (c, next) => {
    const given = new TextEncoder().encode(c.req.header("authorization") ?? "");
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      return c.text("open the address that the peer printed: it has the token", 401);
    }
    return await next();
  };
}
