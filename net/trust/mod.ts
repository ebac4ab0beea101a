/**
 * Who may run guests here, and how two peers come to trust each other.
 *
 * @module
 */
export { PAIR_PROTOCOL } from "./constants.ts";
export { closedNow, type Grants, grantsOf, type Limits, parseLimits, toldGrants } from "./grants.ts";
export { PairingError, parseCode } from "./pairing.ts";
export { type Paired, PairingDesk, type PairingOffer } from "./pairing_desk.ts";
export { cleanName, openTrustStore, type TrustedPeer, type TrustStore } from "./trust_store.ts";
