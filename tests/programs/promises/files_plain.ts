import fs from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
fs.writeFileSync("in.txt", "one two three two");
function words(path: string): Promise<Map<string, number>> {
  return readFile(path, "utf8").then((text) => {
    const counts = new Map<string, number>();
    for (const word of text.split(" ")) counts.set(word, (counts.get(word) ?? 0) + 1);
    return counts;
  });
}
function callback(path: string): Promise<number> {
  return new Promise((resolve, reject) =>
    fs.readFile(path, (error, bytes) => error ? reject(error) : resolve(bytes.length))
  );
}
function streamed(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let length = 0;
    fs.createReadStream(path).on("data", (chunk) => length += chunk.length).on("end", () => resolve(length))
      .on("error", reject);
  });
}
function writes(path: string): Promise<string> {
  return writeFile(path, "written").then(() => Deno.readTextFile(path));
}
console.log(await words("in.txt"));
console.log(await callback("in.txt"));
console.log(await streamed("in.txt"));
console.log(await writes("out.txt"));
try {
  await callback("missing.txt");
} catch (error) {
  console.log((error as { code: string }).code);
}
