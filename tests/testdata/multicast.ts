/** Joins multicast DNS's group; as "ask" it sends a packet and prints the answer, as "answer" it answers one. */
import { createSocket } from "node:dgram";

const GROUP = "224.0.0.251";
const PORT = 5353;
const [role] = Deno.args;
const socket = createSocket({ type: "udp4", reuseAddr: true });
socket.on("message", (message, sender) => {
  const text = String(message);
  if (role === "answer" && text === "who is there?") {
    console.log(`asked by ${sender.address}`);
    socket.send("I am", PORT, GROUP, () => socket.close());
  } else if (role === "ask" && text === "I am") {
    console.log(`answered by ${sender.address}`);
    socket.close();
  }
});
socket.bind(PORT, () => {
  socket.addMembership(GROUP);
  console.log("joined");
  if (role === "ask") socket.send("who is there?", PORT, GROUP);
});
