/** Between questions to the local network. Answers come in 5 to 75 ms, and a new peer asks at once. */
export const MDNS_INTERVAL_MS = 10_000;
/** How long a peer whose addresses fail or are unknown may take to show up on the local network. */
export const MDNS_WAIT_MS = 2_000;
/** Peers of the local network that are remembered at once. */
export const MAX_SEEN_PEERS = 256;
/** Peers that aren't trusted of whom libp2p knows addresses and the like, at once. */
export const MAX_KNOWN_STRANGERS = 256;
/** Dialling one peer, all its addresses together. */
export const CONNECT_TIMEOUT_MS = 10_000;
/** How long a peer may take to answer at the address that was asked for before it is looked for elsewhere. */
export const ELSEWHERE_MS = 1_000;
/** Addresses that a peer says it listens on, or that others tell of it, as far as they are tried. */
export const MAX_SAID_ADDRESSES = 16;
/** By how much plain tcp on a network address is preferred to websockets and to loopback. */
export const HEAD_START_MS = 150;
/** A connection that said nothing for this long is tried with a ping before it is used. */
export const STALE_MS = 5_000;
/** How long that ping may take. */
export const STALE_PING_MS = 2_000;
