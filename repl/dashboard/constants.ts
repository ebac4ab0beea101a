/** Changes that come together are told together: a page needs no more than ten pictures a second. */
export const SETTLE_MS = 100;
/** How often peers are pinged while somebody looks. */
export const PEERS_INTERVAL_MS = 10_000;
/** Pages open at once: a person's few tabs. */
export const MAX_VIEWERS = 16;
