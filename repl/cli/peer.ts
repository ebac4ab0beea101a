import { stateOf } from "../../net/home/mod.ts";
import { HomeBusyError, type Peer, type PeerOptions, startPeer } from "../../net/mod.ts";
import { type Command, type Parsed, UsageError } from "./command.ts";
import { HOME_OPTION, homeOf } from "./home_option.ts";
import { bestAddress, isLoopback, qrCode } from "./qr.ts";

/** `peer`: serves and uses clones until it is stopped. */
export const peer: Command = {
  summary: "Runs a peer: it lends this machine to paired devices, and finds clones for the apps of this one.",
  positionals: "",
  options: {
    ...HOME_OPTION,
    listen: {
      type: "string",
      multiple: true,
      value: "ADDR",
      help: "multiaddr to listen on, exactly these (default: tcp and websockets, all interfaces)",
    },
    name: { type: "string", value: "NAME", help: "what people call this machine (default: its host name)" },
    trust: {
      type: "string",
      multiple: true,
      value: "PEERID",
      help: "trust this peer from now on, as if paired",
    },
    "max-guests": { type: "string", value: "N", help: "guests at once; 0 lends nothing (default: 128)" },
    heap: { type: "string", value: "MIB", help: "heap limit of one guest (default: 2048)" },
    deno: { type: "string", value: "PATH", help: "the Deno that runs guests (default: this one)" },
    "no-mdns": { type: "boolean", help: "don't look around on the local network, nor be seen there" },
    dashboard: { type: "string", value: "PORT", help: "port of this peer's page on loopback (default: any)" },
    "no-dashboard": { type: "boolean", help: "serve no page" },
    qr: { type: "boolean", help: "show the address as a QR code as well, also where stderr is no terminal" },
    metered: {
      type: "boolean",
      help: "the network costs by the byte: don't probe links, learn them from what is sent",
    },
    "stay-awake": {
      type: "boolean",
      help:
        "on mains power, don't let this machine sleep while a device's session lives (half an hour without a migration at most)",
    },
    verbose: { type: "boolean", help: "say what happens, on stderr" },
  },
  async run(parsed) {
    const port = pagePort(parsed);
    const running = await start(parsed);
    await serveRuns(running, (await homeOf(parsed)).folder);
    for (const address of running.addresses()) console.log(address);
    const address = bestAddress(running.addresses());
    if (address === undefined || isLoopback(address) && parsed.values.listen === undefined) {
      console.error(
        "clonecloud: this machine is in no network now: others can't reach it until it joins one",
      );
    } else if (parsed.values.qr || Deno.stderr.isTerminal()) {
      console.error(qrCode(address).lines);
    }
    await startPage(running, port);
    await stopSignal();
    await running.stop();
    return 0;
  },
};

async function start(parsed: Parsed): Promise<Peer> {
  const { values } = parsed;
  const options: PeerOptions = {
    home: (await homeOf(parsed)).folder,
    ...(values.listen ? { listen: (values.listen as string[]).map(listenAddress) } : {}),
    ...(values.name ? { name: values.name as string } : {}),
    trust: ((values.trust ?? []) as string[]).map(peerId),
    ...(values["max-guests"] ? { maxGuests: count(values, "max-guests", [0, 10_000]) } : {}),
    ...(values.heap ? { heapMiB: count(values, "heap", [16, 1_048_576]) } : {}),
    ...(values.deno ? { denoPath: denoAt(values.deno as string) } : {}),
    mdns: values["no-mdns"] !== true,
    metered: values.metered === true,
    stayAwake: values["stay-awake"] === true,
    ...(values.verbose ? { log: (line) => console.error(`clonecloud: ${line}`) } : {}),
  };
  try {
    return await startPeer(options);
  } catch (error) {
    if (error instanceof HomeBusyError || error instanceof RangeError) {
      throw new UsageError((error as Error).message);
    }
    throw error;
  }
}

/** Where the page is to be; undefined for nowhere. */
function pagePort({ values }: Parsed): number | undefined {
  if (values["no-dashboard"]) return undefined;
  return values.dashboard ? count(values, "dashboard", [0, 65_535]) : 0;
}

/** The peer's page; a peer without one is as good a peer. */
async function startPage(running: Peer, port: number | undefined): Promise<void> {
  if (port === undefined) return;
  try {
    const { startDashboard } = await import("../dashboard/mod.ts");
    const page = await startDashboard(running, { port });
    running.showPage(page.url);
    running.onStop(() => page.close());
    console.error(`clonecloud: this peer's page, for you only: ${page.url}`);
  } catch (error) {
    const at = port === 0 ? "" : ` at port ${port}`;
    console.error(`clonecloud: no page${at}: ${stateOf(error as Error)}`);
  }
}

/** Runs of this home's apps are served here. */
async function serveRuns(running: Peer, home: string): Promise<void> {
  const { RunService } = await import("./run_service.ts");
  const service = RunService.open(running, home);
  if (service === undefined) return;
  running.answerLocal("run", (control, message) => service.serve(control, message));
  running.onStop(() => service.ended());
}

function listenAddress(text: string): string {
  if (/^\/[a-z0-9]+\//.test(text)) return text;
  const port = /^\d+$/.test(text) ? text : "4001";
  throw new UsageError(`--listen ${text} is no address; give one like /ip4/0.0.0.0/tcp/${port}`);
}

function peerId(text: string): string {
  if (!/^(12D3Koo|16Uiu2|Qm)[1-9A-HJ-NP-Za-km-z]{40,}$/.test(text)) {
    throw new UsageError(
      `--trust ${text} is not a peer id; the other machine's \`id\` command prints it (12D3Koo…)`,
    );
  }
  return text;
}

function count(values: Parsed["values"], option: string, [least, most]: [number, number]): number {
  const text = values[option] as string;
  const number = /^\d+$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError(`--${option} ${text}: give a whole number from ${least} to ${most}`);
}

/** Guests are started later, where nobody would see that they can't be. */
function denoAt(path: string): string {
  try {
    const { success, stdout } = new Deno.Command(path, { args: ["--version"], stderr: "null" }).outputSync();
    if (success && new TextDecoder().decode(stdout).startsWith("deno ")) return path;
    throw new Error("it is not Deno");
  } catch (error) {
    throw new UsageError(`--deno ${path} can't be started: ${(error as Error).message.split("\n")[0]}`);
  }
}

/** Resolves at SIGINT or SIGTERM; a second one ends the process as usual. */
function stopSignal(): Promise<void> {
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM", "SIGHUP"];
  return new Promise((resolve) => {
    const stop = () => {
      for (const signal of signals) Deno.removeSignalListener(signal, stop);
      resolve();
    };
    for (const signal of signals) Deno.addSignalListener(signal, stop);
  });
}
