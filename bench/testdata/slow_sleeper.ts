import { slowDevice } from "../slow_device.ts";

const device = slowDevice(50, { how: "duty cycle" });
const child = device.spawn(["sleep", "60"]);
console.log(child.pid);
await child.status;
