import type { Channel } from "./channel.ts";
import { READ_BYTES, SLAB_BYTES } from "./constants.ts";
import { descriptorChannel } from "./descriptor_channel.ts";

/** A channel over a local socket's connection, which it owns from now on. */
export function socketChannel(conn: Deno.Conn): Channel {
  let freed = false;
  return descriptorChannel({
    read: slabReader(conn),
    write: (bytes) => conn.write(bytes),
    closeWrite: () => conn.closeWrite(),
    free: () => {
      if (!freed) conn.close();
      freed = true;
    },
  });
}

/** Reads pieces that share allocations, so that a small one costs no more than its bytes. */
function slabReader(source: Pick<Deno.Conn, "read">): () => Promise<Uint8Array | null> {
  let slab = new Uint8Array(SLAB_BYTES);
  let at = 0;
  return async () => {
    if (slab.length - at < READ_BYTES) [slab, at] = [new Uint8Array(SLAB_BYTES), 0];
    const count = await source.read(slab.subarray(at, at + READ_BYTES));
    if (count === null) return null;
    at += count;
    return slab.subarray(at - count, at);
  };
}
