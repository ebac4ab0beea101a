/** Prints the port it listens on, then echoes. */
const listener = Deno.listen({ hostname: "0.0.0.0", port: 0 });
console.log((listener.addr as Deno.NetAddr).port);
for await (const connection of listener) connection.readable.pipeTo(connection.writable).catch(() => {});
