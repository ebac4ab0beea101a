import type { Channel } from "./channel.ts";
import { descriptorChannel } from "./descriptor_channel.ts";

/** A channel over a local socket's connection, which it owns from now on. */
export function socketChannel(conn: Deno.Conn): Channel {
  let freed = false;
  return descriptorChannel({
    read: (buffer) => conn.read(buffer),
    write: (bytes) => conn.write(bytes),
    closeWrite: () => conn.closeWrite(),
    free: () => {
      if (!freed) conn.close();
      freed = true;
    },
  });
}
