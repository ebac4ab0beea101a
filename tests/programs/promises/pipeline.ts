import { pipeline, Readable, Writable } from "node:stream";
import { pipeline as pipelined } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
class Collect extends Writable {
  parts: Buffer[] = [];
  override _write(chunk: Buffer, _encoding: string, done: () => void) {
    this.parts.push(chunk);
    done();
  }
}
async function squeeze(text: string): Promise<number> {
  const sink = new Collect();
  await pipelined(Readable.from([text]), createGzip(), createGunzip(), sink);
  return Buffer.concat(sink.parts).length;
}
function plainly(rows: string[]): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const sink = new Collect();
    pipeline(
      Readable.from(rows),
      async function* (source) {
        for await (const row of source) yield `<${row}>`;
      },
      sink,
      (error) => error ? reject(error) : resolve(sink.parts.map(String)),
    );
  });
}
async function webStreams(rows: string[]): Promise<string> {
  const stream = new ReadableStream<string>({
    start(controller) {
      for (const row of rows) controller.enqueue(row);
      controller.close();
    },
  }).pipeThrough(new TransformStream<string, string>({
    transform: (chunk, controller) => controller.enqueue(chunk.toUpperCase()),
  }));
  let all = "";
  for await (const chunk of stream) all += chunk;
  return all;
}
async function compressed(text: string): Promise<number> {
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  const back = packed.pipeThrough(new DecompressionStream("gzip"));
  return (await new Response(back).text()).length;
}
console.log(await squeeze("row\n".repeat(5000)));
console.log(await plainly(["a", "b", "c"]));
console.log(await webStreams(["x", "y"]));
console.log(await compressed("z".repeat(3000)));
