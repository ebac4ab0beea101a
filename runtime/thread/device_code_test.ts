import { assertEquals } from "../heap/assert_test.ts";
import { DeviceCode } from "./device_code.ts";
import type { SyncPort } from "./sync_port.ts";

Deno.test("DeviceCode.table() asks once for all modules whose tables come along, and again for what didn't", () => {
  const asked: string[][] = [];
  const request = ({ request: { keys } }: { request: { keys: string[] } }) => {
    asked.push(keys);
    return keys.slice(0, 3).map((key, i) => i > 0 && key === "c" ? null : JSON.stringify({ url: key }));
  };
  const code = new DeviceCode({ request } as unknown as SyncPort);
  for (const key of ["a", "b", "c", "d"]) {
    code.loaded({ url: `file:///${key}`, key, source: "", isModule: true });
  }
  const urls = ["b", "a", "b", "c", "d", "none"].map((key) => code.table(key)?.url);
  assertEquals(urls, ["b", "a", "b", "c", "d", undefined]);
  assertEquals(asked, [["b", "a", "c", "d"], ["c", "d"]]);
});
