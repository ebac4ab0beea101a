/**
 * The folder that holds one peer's identity and what it remembers.
 *
 * @module
 */
export { PRIVATE_FILE_MODE } from "./constants.ts";
export { defaultHome, type Home, openHome, stateOf, writePrivateFile } from "./home.ts";
export { keyOfPeer, loadKey, peerIdOf, peerOfKey } from "./key.ts";
export { HomeBusyError, lockHome } from "./lock.ts";
export { readSettings, type Settings, updateSettings } from "./settings.ts";
export { prepareSocketPath, removeSocketPath, socketPathOf } from "./socket_path.ts";
