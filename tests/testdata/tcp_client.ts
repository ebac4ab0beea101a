/** Sends standard input to HOST PORT and prints what comes back; "timeout" if there is no connection within MS. */
import { connect } from "node:net";

const [host, port, timeoutMs] = Deno.args;
const socket = connect({ host: host!, port: Number(port) });
const timer = setTimeout(() => {
  console.log("timeout");
  Deno.exit(1);
}, Number(timeoutMs));
socket.on("connect", () => clearTimeout(timer));
socket.on("error", (error) => {
  console.log(error.message);
  Deno.exit(1);
});
socket.on("data", (data: Uint8Array) => Deno.stdout.writeSync(data));
for await (const chunk of Deno.stdin.readable) socket.write(chunk);
socket.end();
