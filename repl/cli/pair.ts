import { connectLocal, type Home, parseCode, type Peer, startPeer } from "../../net/mod.ts";
import { type Command, UsageError } from "./command.ts";
import { HOME_OPTION, homeOf } from "./home_option.ts";
import { bestAddress, isLoopback, pairingUri, parsePairingUri, qrCode } from "./qr.ts";

/** `pair`: two peers come to trust each other by a short code. */
export const pair: Command = {
  summary: "Pairs this machine with another: without CODE it shows one; type that at the other machine.",
  positionals: "[CODE [ADDR] | SCANNED]",
  options: {
    ...HOME_OPTION,
    listen: {
      type: "string",
      multiple: true,
      value: "ADDR",
      help: "multiaddr to listen on while the code is shown, if no peer runs",
    },
    qr: { type: "boolean", help: "show the code as a QR code as well, also where the output is no terminal" },
  },
  async run(parsed) {
    const [first, second, extra] = parsed.positionals;
    const scanned = first === undefined ? undefined : await readScanned(first);
    const { code, address } = scanned ?? { code: first, address: second };
    const qr = parsed.values.qr === true || Deno.stdout.isTerminal();
    if (extra !== undefined) throw new UsageError("pair takes at most a code and an address");
    if (code !== undefined && parseCode(code) === undefined) {
      throw new UsageError(`"${code}" is not a code: \`pair\` on the other machine shows one (123-456)`);
    }
    if (address !== undefined && !address.startsWith("/")) {
      throw new UsageError(
        `"${address}" is no address: the other machine shows one like /ip4/192.168.1.5/tcp/4001`,
      );
    }
    const home = await homeOf(parsed);
    try {
      if (code === undefined) await show(home, { listen: parsed.values.listen as string[] | undefined, qr });
      else await type(home, code, address);
      return 0;
    } catch (error) {
      console.error(`clonecloud: ${(error as Error).message}`);
      return 1;
    }
  },
};

/** Shows a code, by the running peer or by one that lives as long as the code. */
async function show(
  home: Home,
  { listen, qr }: { listen: readonly string[] | undefined; qr: boolean },
): Promise<void> {
  const client = await connectLocal(home);
  if (client !== undefined) {
    const offer = await client.request({ op: "offer" });
    await printCode(String(offer.code), { addresses: offer.addresses as string[], qr });
    const result = await client.next();
    if (result?.ok !== true) throw new Error(String(result?.error ?? "Cannot pair: the peer stopped"));
    return printPaired(String(result.name), String(result.peer));
  }
  await withPeer({ home, ...(listen ? { listen } : {}) }, async (peer) => {
    const offer = peer.offerPairing();
    await printCode(offer.code, { addresses: peer.addresses(), qr });
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

async function printCode(
  code: string,
  { addresses, qr }: { addresses: readonly string[]; qr: boolean },
): Promise<void> {
  console.log(`Code: ${code}`);
  console.log(`Type on the other machine within two minutes: pair ${code}`);
  const address = bestAddress(addresses);
  if (address === undefined) return;
  console.log(`If it finds nobody: pair ${code} ${address}`);
  if (isLoopback(address)) {
    console.log(
      "(Only programs on this machine reach that address: it is in no network now, or listens on none.)",
    );
  }
  if (!qr) return;
  const drawn = qrCode(await pairingUri(code, address));
  const { columns } = Deno.stdout.isTerminal() ? Deno.consoleSize() : { columns: Infinity };
  if (columns >= drawn.columns) console.log(`Or scan this there and type: pair SCANNED\n${drawn.lines}`);
  else {console.log(
      `(Make this window ${drawn.columns} columns wide to see a QR code here; it has ${columns}.)`,
    );}
}

/** Code and address of what was scanned; undefined for what is typed. @throws {UsageError} if a part is missing */
async function readScanned(text: string): Promise<{ code: string; address: string } | undefined> {
  try {
    return await parsePairingUri(text);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function printPaired(name: string, peer: string): void {
  console.log(`Paired with ${name} (${peer})`);
}
