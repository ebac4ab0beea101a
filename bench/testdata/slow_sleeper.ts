/** Starts a slow process, prints its group's id and waits: to be killed. */
import { slowDevice, type SlowDown } from "../slow_device.ts";

const device = slowDevice(50, { how: Deno.args[0] as SlowDown });
const child = device.spawn(["sleep", "60"]);
console.log(child.pid);
await child.status;
