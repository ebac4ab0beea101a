import type { PrivateKey } from "@libp2p/interface";
import { PRIVATE_FILE_MODE } from "./constants.ts";
import { type Home, restrict, stateOf } from "./home.ts";

/** In variables, so that the engine doesn't resolve packages for a command that needs no key. */
const PEER_ID = "@libp2p/peer-id";
const KEYS = "@libp2p/crypto/keys";

/**
 * The home's Ed25519 key, made at the first call.
 *
 * Two processes that make it at once end with the same key: only one file gets the name.
 *
 * @throws {Error} if the key file can't be read or made.
 */
export async function loadKey(home: Home): Promise<PrivateKey> {
  return await readKey(home) ?? await makeKey(home);
}

/** The peer id that belongs to a home's key, as text. */
export async function peerIdOf(home: Home): Promise<string> {
  const { peerIdFromPrivateKey } = await import(PEER_ID) as typeof import("@libp2p/peer-id");
  return peerIdFromPrivateKey(await loadKey(home)).toString();
}

/** The Ed25519 key (32 bytes) that a peer id stands for; undefined for an id of another kind. */
export async function keyOfPeer(peer: string): Promise<Uint8Array | undefined> {
  const { peerIdFromString } = await import(PEER_ID) as typeof import("@libp2p/peer-id");
  const { type, publicKey } = peerIdFromString(peer);
  return type === "Ed25519" ? publicKey.raw : undefined;
}

/** The peer id that stands for an Ed25519 key. */
export async function peerOfKey(key: Uint8Array): Promise<string> {
  const { peerIdFromPublicKey } = await import(PEER_ID) as typeof import("@libp2p/peer-id");
  const { publicKeyFromRaw } = await keyLibrary();
  return peerIdFromPublicKey(publicKeyFromRaw(key)).toString();
}

/** Loaded when needed: commands that need no key start without it. */
async function keyLibrary() {
  return await import(KEYS) as typeof import("@libp2p/crypto/keys");
}

async function readKey(home: Home): Promise<PrivateKey | undefined> {
  const path = home.path("key");
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(path);
    if (Deno.build.os !== "windows") await restrict(path, PRIVATE_FILE_MODE);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw new Error(`Cannot read key ${path}: ${(cause as Error).message}`, { cause });
  }
  const { privateKeyFromProtobuf } = await keyLibrary();
  try {
    return privateKeyFromProtobuf(bytes);
  } catch (cause) {
    throw new Error(`Cannot read key ${path}: it is damaged; move it away to get a new id`, { cause });
  }
}

async function makeKey(home: Home): Promise<PrivateKey> {
  const { generateKeyPair, privateKeyToProtobuf } = await keyLibrary();
  const key = await generateKeyPair("Ed25519");
  const temporary = home.path(`key.${crypto.randomUUID()}.tmp`);
  try {
    await Deno.writeFile(temporary, privateKeyToProtobuf(key), { mode: PRIVATE_FILE_MODE, createNew: true });
    return await giveName(temporary, home) ? key : (await readKey(home))!;
  } catch (cause) {
    throw new Error(`Cannot make a key in ${home.folder}: ${stateOf(cause as Error)}`, { cause });
  } finally {
    await Deno.remove(temporary).catch(() => {});
  }
}

/** False if another process was first. */
async function giveName(temporary: string, home: Home): Promise<boolean> {
  try {
    await Deno.link(temporary, home.path("key"));
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    // File systems without hard links (some phones' shared storage).
    await Deno.rename(temporary, home.path("key"));
  }
  return true;
}
