// What waits for a stream's events.
import { Readable, Transform } from "node:stream";
function collect(words: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const parts: string[] = [];
    const upper = new Transform({
      transform(chunk, _encoding, done) {
        done(null, String(chunk).toUpperCase());
      },
    });
    upper.on("data", (chunk) => parts.push(String(chunk)));
    upper.on("end", () => resolve(parts.join("|")));
    upper.on("error", reject);
    Readable.from(words).pipe(upper);
  });
}
console.log(await collect(["a", "bc", "def"]));
