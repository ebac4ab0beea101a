import { deepEqual as equals, ok as assert } from "node:assert/strict";
import { LackingFiles } from "./lacking_files.ts";

Deno.test("LackingFiles.share falls with each file that arrives, once", () => {
  const files = new LackingFiles();
  equals(files.share, undefined);
  files.add("/empty", { bytes: 0, isThere: false });
  equals(files.share, undefined);
  files.add("/there", { bytes: 100, isThere: true });
  files.add("/long", { bytes: 200, isThere: false });
  files.add("/short", { bytes: 100, isThere: false });
  const shares = ["/there", "/else", "/long", "/long", "/short"].map((path) => {
    files.arrived(path);
    return files.share;
  });
  equals(shares, [0.75, 0.75, 0.25, 0.25, 0]);
});

Deno.test("LackingFiles.weigh() takes off what compression saves on the link, and adds what it takes the device", async () => {
  const folder = Deno.makeTempDirSync();
  const [text, noise] = [`${folder}/text`, `${folder}/noise`];
  const words = Array.from({ length: 60_000 }, (_, i) => `word${(i * i) % 997}`).join(" ");
  Deno.writeTextFileSync(text, words);
  const random = new Uint8Array(words.length);
  for (let at = 0; at < random.length; at += 65_536) crypto.getRandomValues(random.subarray(at, at + 65_536));
  Deno.writeFileSync(noise, random);
  const on = (cloneSpeed: number) => ({
    ...{ rttMs: 70, upBytesPerSecond: 8e5, downBytesPerSecond: 8e5, power: "unknown" as const, cloneSpeed },
  });
  const weighed = async (path: string, { bytes = words.length, cloneSpeed = 10 }) => {
    const files = new LackingFiles();
    files.add("/there", { bytes, isThere: true });
    files.add(path, { bytes, isThere: false });
    await files.weigh(on(cloneSpeed));
    return files.share!;
  };
  const shares = [await weighed(text, { cloneSpeed: 4 }), await weighed(text, { cloneSpeed: 20 })];
  assert(shares[0]! < 0.25 && shares[1]! > shares[0]! + 0.1, `of text ${shares}`);
  equals(await weighed(noise, {}), 0.5, "nothing is saved");
  equals(await weighed(text, { bytes: 1000 }), 0.5, "so little isn't looked at");
  equals(await weighed(`${folder}/gone`, {}), 0.5, "nobody knows");
  Deno.removeSync(folder, { recursive: true });
});
