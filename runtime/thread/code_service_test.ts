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
  equal(first.service.rewrote, true);
  const map = JSON.parse(cache.texts.get(first.map.replace("file:///kept/", ""))!);
  deepEqual(map.sources, [request.url]);
  const second = await rewrite(cache);
  equal(second.service.rewrote, false);
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
  deepEqual([again.service.rewrote, again.map], [true, map]);
});

Deno.test("CodeService.answer() puts the map into its URL when nothing can be kept", async () => {
  const none = { get: () => undefined, bytes: () => undefined, url: () => undefined, set: () => {} };
  const { map } = await rewrite(none);
  const [, base64] = /^data:application\/json;base64,(.*)$/.exec(map)!;
  deepEqual(JSON.parse(atob(base64!)).sources, [request.url]);
});

Deno.test("CodeService.answer() gives the event loop turns while it makes many texts that are asked for at once", async () => {
  const functions = Array.from(
    { length: 200 },
    (_, i) => `export function f${i}(a) { return () => a + n; }\n`,
  );
  const source = `let n = 0;\n${functions.join("")}`;
  let turn = 0;
  const made: { turn: number; at: number }[] = [];
  class Counting extends Memory {
    override set(key: string, text: string) {
      super.set(key, text);
      made.push({ turn, at: performance.now() });
    }
  }
  const service = new CodeService({
    ...{ cache: new Counting(), methods: new Set<string>(), pathOf: (url: string) => url },
    diagnose: (_url, reason) => ok(false, reason),
  });
  const modules = Array.from(
    { length: 24 },
    (_, i) => ({ url: `file:///${i}.js`, path: `${i}.js`, key: `key${i}` }),
  );
  service.restore({ modules: modules.map((module) => ({ ...module, source, isModule: true })) });
  await service.load();
  const started = performance.now();
  const timer = setInterval(() => turn++, 0);
  await Promise.all(modules.map(({ key }) => service.answer({ op: "guest", key, uninitialised: [] })));
  clearInterval(timer);
  const turns = Map.groupBy(made, (text) => text.turn);
  const longest = Math.max(...[...turns.values()].map((texts) => texts.at(-1)!.at - texts[0]!.at));
  const ms = performance.now() - started;
  equal(made.length, modules.length);
  ok(
    longest < ms / 2,
    `of ${ms.toFixed(0)} ms a turn took ${longest.toFixed(0)}; texts by turn: ${
      [...turns.values()].map((texts) => texts.length)
    }`,
  );
});

Deno.test("CodeService.answer() keeps names of code for these requests, and takes nothing else for names", async () => {
  const cache = new Memory();
  const { service } = await rewrite(cache);
  const requests = [{ op: "guest", key: "a", uninitialised: [] }] as const;
  const names = ["0".repeat(64)];
  const known = () => service.answer({ op: "code names", requests });
  deepEqual(await known(), null);
  deepEqual(await service.answer({ op: "code names", requests, names }), names);
  deepEqual(await known(), names);
  const others = [{ ...requests[0], uninitialised: ["x"] }];
  deepEqual(await service.answer({ op: "code names", requests: others }), null);
  const [file] = [...cache.texts.keys()].filter((name) => name.endsWith(".names"));
  for (const text of ["", names[0]!.slice(1), `${names[0]}\n${names[0]}`]) {
    cache.texts.set(file!, text);
    deepEqual(await known(), null);
  }
});

Deno.test("CodeService.answer() tells of one module of each package that runs past the hooks", async () => {
  const told: string[] = [];
  const service = new CodeService({
    ...{ cache: new Memory(), methods: new Set<string>(), pathOf: (url) => url },
    diagnose: (url) => told.push(url),
  });
  const urls = ["npm:@a/b@1.0.0/x.js", "npm:@a/b@1.0.0/y.js", "npm:@a/c@1.0.0/x.js", "file:///z.js", "y.js"];
  await service.answer({ op: "bypassed", urls });
  await service.answer({ op: "bypassed", urls: ["npm:@a/b@1.0.0/z.js", "file:///z.js"] });
  deepEqual(told, [urls[0], ...urls.slice(2)]);
});
