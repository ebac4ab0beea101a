import { deepEqual, equal, match, ok } from "node:assert/strict";
import { CodeService, type TextCache } from "./code_service.ts";
import type { RewriteAnswer } from "./load_hook.ts";

const SOURCE = "let ü = 1;\nexport const next = () => ü++;\n";
const request = { op: "rewrite", url: "file:///app/a.js", kind: "module" } as const;

class Memory implements TextCache {
  readonly texts = new Map<string, string>();
  get(key: string) {
    return this.texts.get(key);
  }
  bytes(key: string) {
    return this.texts.has(key) ? new TextEncoder().encode(this.texts.get(key)!) : undefined;
  }
  url(key: string) {
    return this.texts.has(key) ? `file:///kept/${key}` : undefined;
  }
  set(key: string, text: string) {
    this.texts.set(key, text);
  }
}

async function rewrite(cache: TextCache): Promise<{ service: CodeService; text: string; map: string }> {
  const service = new CodeService({
    ...{ cache, methods: new Set(["a.js#next"]), pathOf: () => "a.js" },
    diagnose: (_url, reason) => ok(false, reason),
  });
  const answer = await service.answer(request, new TextEncoder().encode(SOURCE)) as RewriteAnswer;
  deepEqual(answer.points, [[0, "a.js#next"]]);
  return { service, text: new TextDecoder().decode(answer.packet), map: answer.map! };
}

Deno.test("CodeService.answer() takes from the cache what an earlier run made, and the engine reads the map there", async () => {
  const cache = new Memory();
  const first = await rewrite(cache);
  equal(first.service.made, true);
  const map = JSON.parse(cache.texts.get(first.map.replace("file:///kept/", ""))!);
  deepEqual(map.sources, [request.url]);
  const second = await rewrite(cache);
  equal(second.service.made, false);
  deepEqual([second.text, second.map], [first.text, first.map]);
  match(second.text, /ü/);
  const [module] = second.service.modules();
  equal(module!.source, SOURCE);
});

Deno.test("CodeService.answer() makes a text again whose map is gone", async () => {
  const cache = new Memory();
  const { map } = await rewrite(cache);
  cache.texts.delete(map.replace("file:///kept/", ""));
  const again = await rewrite(cache);
  deepEqual([again.service.made, again.map], [true, map]);
});

Deno.test("CodeService.answer() puts the map into its URL when nothing can be kept", async () => {
  const none = { get: () => undefined, bytes: () => undefined, url: () => undefined, set: () => {} };
  const { map } = await rewrite(none);
  const [, base64] = /^data:application\/json;base64,(.*)$/.exec(map)!;
  deepEqual(JSON.parse(atob(base64!)).sources, [request.url]);
});
