import { connectLocal, type PeerRow, startPeer } from "../../net/mod.ts";
import type { Command } from "./command.ts";
import { HOME_OPTION, homeOf } from "./home_option.ts";
import { printTable } from "./table.ts";

/** `peers`: lists paired peers, and others near by. */
export const peers: Command = {
  summary: "Lists paired peers and whether they can be reached, and other peers near by.",
  positionals: "",
  options: { ...HOME_OPTION, json: { type: "boolean", help: "print JSON" } },
  async run(parsed) {
    const home = await homeOf(parsed);
    const client = await connectLocal(home);
    let rows: PeerRow[];
    if (client !== undefined) rows = (await client.request({ op: "peers" })).peers as PeerRow[];
    else {
      const peer = await startPeer({ home: home.folder, serve: false });
      rows = await peer.peers();
      await peer.stop();
    }
    if (parsed.values.json) console.log(JSON.stringify(rows, null, 2));
    else if (rows.length === 0) console.log("No paired peers; run `pair` here and on the other machine.");
    else {
      printTable(
        ["NAME", "PEER", "PAIRED", "RTT", "ADDRESS"],
        rows.map((row) => [
          row.name,
          row.peer,
          row.trusted ? "yes" : "no",
          row.rttMs === undefined ? "-" : `${row.rttMs.toFixed(1)} ms`,
          row.address ?? "-",
        ]),
      );
    }
    return 0;
  },
};
