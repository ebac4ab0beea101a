import type { NewcomerLimits } from "../../net/mod.ts";

/** Changes that come together are told together: a page needs no more than ten pictures a second. */
export const SETTLE_MS = 100;
/** How often peers are pinged while somebody looks. */
export const PEERS_INTERVAL_MS = 10_000;
/** Pages open at once: a person's few tabs. */
export const MAX_VIEWERS = 16;
/** Connections on which nothing is asked: a browser opens six at once to one server, some in advance, and dials again when it needs one. */
export const PAGE_LIMITS: NewcomerLimits = { most: 48, timeoutMs: 10_000 };
