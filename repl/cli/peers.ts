import { connectLocal, grantsOf, type Home, type Peer, type PeerRow, startPeer } from "../../net/mod.ts";
import type { Command } from "./command.ts";
import { HOME_OPTION, homeOf } from "./home_option.ts";
import { printTableOrRecords } from "./table.ts";
import { describe } from "./trust.ts";

/** Between two lists of `--watch`. */
const WATCH_MS = 2_000;

/** `peers`: lists paired peers, and others near by. */
export const peers: Command = {
  summary:
    "Lists paired peers, their links and what they are like now; and others near by, or known by paired ones.",
  positionals: "",
  options: {
    ...HOME_OPTION,
    json: { type: "boolean", help: "print JSON; with --watch one list a line" },
    watch: { type: "boolean", short: "w", help: "list again every two seconds, until stopped" },
  },
  async run(parsed) {
    const { json, watch } = parsed.values;
    const source = openSource(await homeOf(parsed));
    for (;;) {
      const rows = await source.peers();
      if (watch && !json && Deno.stdout.isTerminal()) {
        Deno.stdout.writeSync(new TextEncoder().encode("\x1b[H\x1b[2J"));
      }
      if (json) console.log(watch ? JSON.stringify(rows) : JSON.stringify(rows, null, 2));
      else print(rows);
      if (!watch) break;
      await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
    }
    await source.close();
    return 0;
  },
};

/** The running peer, or where none runs (any more) one for this moment. */
function openSource(home: Home): { peers(): Promise<PeerRow[]>; close(): Promise<void> } {
  let own: Peer | undefined;
  return {
    async peers() {
      const told = own === undefined ? await askRunning(home) : undefined;
      return told ?? await (own ??= await startPeer({ home: home.folder, serve: false })).peers();
    },
    close: async () => await own?.stop(),
  };
}

async function askRunning(home: Home): Promise<PeerRow[] | undefined> {
  const client = await connectLocal(home);
  try {
    return (await client?.request({ op: "peers" }))?.peers as PeerRow[] | undefined;
  } catch {
    // It stopped just now.
    return undefined;
  } finally {
    client?.close();
  }
}

function print(rows: readonly PeerRow[]): void {
  if (rows.length === 0) {
    console.log("No paired peers; run `pair` here and on the other machine.");
    return;
  }
  printTableOrRecords(
    [
      "NAME",
      "PEER",
      "PAIRED",
      "RTT",
      "UP/DOWN MBIT/S",
      "SPEED",
      "LOAD",
      "POWER",
      "GRANTS",
      "REACHED BY",
      "NOTE",
    ],
    rows.map((row) => [
      row.name || "-",
      row.peer,
      row.trusted ? "yes" : "no",
      row.rttMs === undefined ? "-" : `${row.rttMs.toFixed(1)} ms`,
      row.upBytesPerSecond === undefined
        ? "-"
        : `${mbit(row.upBytesPerSecond)}/${mbit(row.downBytesPerSecond!)}`,
      row.speed === undefined ? "-" : `${row.speed.toPrecision(2)}x`,
      row.load === undefined ? "-" : `${row.load.toFixed(1)} of ${row.cores}`,
      powerOf(row),
      grantsThere(row),
      row.addressKind ?? "-",
      noteOf(row),
    ]),
  );
}

function powerOf({ power, batteryPercent }: PeerRow): string {
  const known = power === "unknown" ? undefined : power;
  const level = batteryPercent === undefined ? undefined : `${batteryPercent} %`;
  return [known, level].filter((part) => part !== undefined).join(", ") || "-";
}

/** What this machine may use there, as far as that isn't the usual. */
function grantsThere({ grantsThere: grants }: PeerRow): string {
  if (grants === undefined) return "-";
  const usual = describe(grantsOf()).split(", ");
  return describe(grants).split(", ").filter((part) => !usual.includes(part)).join(", ") || "usual";
}

function noteOf({ trusted, connected, problem, knownBy, capabilities = [] }: PeerRow): string {
  if (knownBy !== undefined) return `known by ${knownBy.join(", ")}`;
  if (!trusted) return "near by; `pair` to use it";
  if (!connected) return "not reached; `doctor` says why";
  return problem ?? capabilities.join(", ");
}

function mbit(bytesPerSecond: number): string {
  const value = bytesPerSecond * 8 / 1e6;
  return value < 100 ? value.toPrecision(2) : value.toFixed(0);
}
