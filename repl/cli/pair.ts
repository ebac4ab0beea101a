import { connectLocal, type Home, parseCode, type Peer, startPeer } from "../../net/mod.ts";
import { type Command, UsageError } from "./command.ts";
import { HOME_OPTION, homeOf } from "./home_option.ts";

/** `pair`: two peers come to trust each other by a short code. */
export const pair: Command = {
  summary: "Pairs this machine with another: without CODE it shows one; type that at the other machine.",
  positionals: "[CODE [ADDR]]",
  options: {
    ...HOME_OPTION,
    listen: {
      type: "string",
      multiple: true,
      value: "ADDR",
      help: "multiaddr to listen on while the code is shown, if no peer runs",
    },
  },
  async run(parsed) {
    const [code, address, extra] = parsed.positionals;
    if (extra !== undefined) throw new UsageError("pair takes at most a code and an address");
    if (code !== undefined && parseCode(code) === undefined) {
      throw new UsageError(`"${code}" is not a code: \`pair\` on the other machine shows one (123-456)`);
    }
    const home = await homeOf(parsed);
    try {
      if (code === undefined) await show(home, parsed.values.listen as string[] | undefined);
      else await type(home, code, address);
      return 0;
    } catch (error) {
      console.error(`clonecloud: ${(error as Error).message}`);
      return 1;
    }
  },
};

/** Shows a code, by the running peer or by one that lives as long as the code. */
async function show(home: Home, listen: readonly string[] | undefined): Promise<void> {
  const client = await connectLocal(home);
  if (client !== undefined) {
    const offer = await client.request({ op: "offer" });
    printCode(String(offer.code), offer.addresses as string[]);
    const result = await client.next();
    if (result?.ok !== true) throw new Error(String(result?.error ?? "Cannot pair: the peer stopped"));
    return printPaired(String(result.name), String(result.peer));
  }
  await withPeer({ home, ...(listen ? { listen } : {}) }, async (peer) => {
    const offer = peer.offerPairing();
    printCode(offer.code, peer.addresses());
    const { name, peer: id } = await offer.done;
    printPaired(name, id);
  });
}

/** Types a code, through the running peer or one for this moment. */
async function type(home: Home, code: string, address: string | undefined): Promise<void> {
  const client = await connectLocal(home);
  if (client !== undefined) {
    const paired = await client.request({ op: "join", code, ...(address ? { address } : {}) });
    return printPaired(String(paired.name), String(paired.peer));
  }
  await withPeer({ home, serve: false }, async (peer) => {
    const paired = await peer.joinPairing(code, address);
    printPaired(paired.name, paired.peer);
  });
}

async function withPeer(
  { home, ...options }: { home: Home; serve?: boolean; listen?: readonly string[] },
  body: (peer: Peer) => Promise<void>,
): Promise<void> {
  const peer = await startPeer({ home: home.folder, maxGuests: 0, ...options });
  try {
    await body(peer);
  } finally {
    await peer.stop();
  }
}

function printCode(code: string, addresses: readonly string[]): void {
  console.log(`Code: ${code}`);
  console.log(`Type on the other machine within two minutes: pair ${code}`);
  const address = addresses.find((text) => !text.includes("/127.0.0.1/") && !text.includes("/ws")) ??
    addresses[0];
  if (address !== undefined) console.log(`If it finds nobody: pair ${code} ${address}`);
}

function printPaired(name: string, peer: string): void {
  console.log(`Paired with ${name} (${peer})`);
}
