/**
 * A device with a session at one clone, on a machine of a lab: prints what it has measured of the link, one JSON object a line, ten
 * times a second: `deno run -A tests/link_watcher.ts ADDRESS HOME`.
 */
import { Scene } from "./net_fixtures.ts";

const [address, home] = Deno.args;
const scene = new Scene();
const device = await scene.peer({ home: home!, serve: false });
const app = await scene.app(device, { clones: [address] });
const reply = await app.message();
if (reply.ok !== true) throw new Error(reply.error);
setInterval(() => console.log(JSON.stringify(device.status().apps[0]?.conditions)), 100);
