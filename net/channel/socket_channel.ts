import { slabReader } from "../../runtime/mod.ts";
import type { Channel } from "./channel.ts";
import { READ_BYTES, SLAB_BYTES } from "./constants.ts";
import { descriptorChannel } from "./descriptor_channel.ts";

/** A channel over a local socket's connection, which it owns from now on. */
export function socketChannel(conn: Deno.Conn): Channel {
  let freed = false;
  return descriptorChannel({
    read: slabReader(conn, { readBytes: READ_BYTES, slabBytes: SLAB_BYTES }),
    write: (bytes) => conn.write(bytes),
    closeWrite: () => conn.closeWrite(),
    free: () => {
      if (!freed) conn.close();
      freed = true;
    },
  });
}
