import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { streamSSE } from "hono/streaming";
import { MAX_VIEWERS } from "./constants.ts";
import { onlyThisOrigin, onlyWithToken } from "./guard.ts";
import type { Live } from "./live.ts";

const FILES = {
  "/": ["index.html", "text/html; charset=utf-8"],
  "/page.css": ["page.css", "text/css; charset=utf-8"],
  "/page.js": ["page.js", "text/javascript; charset=utf-8"],
} as const;

/** What the routes need. */
export interface RouteParts {
  readonly live: Live;
  readonly token: string;
  /** Values of `Host` that mean this server. */
  readonly hosts: () => readonly string[];
  /** Aborted when the page closes. */
  readonly signal: AbortSignal;
}

/**
 * The page's server: files that hold no data, and the data itself for who has the token. The token travels in the
 * address's fragment and then in a header: browsers send neither by themselves, unlike a cookie, which every server on
 * this machine's other ports would get as well.
 */
export function routes({ live, token, hosts, signal }: RouteParts): Hono {
  const app = new Hono();
  app.use(onlyThisOrigin(hosts));
  app.use(secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      connectSrc: ["'self'"],
      imgSrc: ["data:"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
    referrerPolicy: "no-referrer",
    xFrameOptions: "DENY",
  }));
  app.use(async (c, next) => {
    await next();
    c.header("Cache-Control", "no-store");
  });
  for (const [path, [name, type]] of Object.entries(FILES)) {
    app.get(path, async (c) => c.body(await fileText(name), 200, { "Content-Type": type }));
  }
  app.use("/api/*", onlyWithToken(token));
  app.get("/api/status", (c) => c.json(live.snapshot()));
  app.get("/api/events", (c) => {
    if (live.viewers >= MAX_VIEWERS) return c.text("too many pages are open", 503);
    return streamSSE(c, async (stream) => {
      const { promise: gone, resolve: leave } = Promise.withResolvers<void>();
      const unwatch = live.watch((snapshot) =>
        void stream.writeSSE({ event: "status", data: JSON.stringify(snapshot) })
      );
      stream.onAbort(leave);
      signal.addEventListener("abort", () => leave());
      if (signal.aborted) leave();
      await gone;
      unwatch();
    });
  });
  return app;
}

const texts = new Map<string, Promise<string>>();

/** Read once, from wherever this module came from. */
function fileText(name: string): Promise<string> {
  let text = texts.get(name);
  if (text === undefined) {
    const url = new URL(`./page/${name}`, import.meta.url);
    text = url.protocol === "file:" ? Deno.readTextFile(url) : fetch(url).then((response) => response.text());
    texts.set(name, text);
  }
  return text;
}
