import type { Channel } from "./channel.ts";
import { descriptorChannel } from "./descriptor_channel.ts";

/** A channel over a child process's stdout and stdin (both piped), which it owns from now on. */
export function childChannel(child: Pick<Deno.ChildProcess, "stdin" | "stdout">): Channel {
  const writer = child.stdin.getWriter();
  const reader = child.stdout.getReader();
  const ignore = () => {};
  writer.closed.catch(ignore);
  return descriptorChannel({
    read: async () => (await reader.read()).value ?? null,
    write: async (bytes) => {
      await writer.write(bytes as Uint8Array<ArrayBuffer>);
      return bytes.length;
    },
    closeWrite: () => writer.close(),
    free: () => {
      writer.abort().catch(ignore);
      reader.cancel().catch(ignore);
    },
  });
}
