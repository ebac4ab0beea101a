import type { ModuleSource } from "../rewrite/mod.ts";
import { isMade, MADE_URL, REWRITER_VERSION } from "../rewrite/constants.ts";
import { hashOf, isHash } from "./blobs.ts";
import { joinBytes } from "./bytes.ts";
import { KeptText } from "./kept_text.ts";
import type { RewriteAnswer } from "./load_hook.ts";
import { withOuterMap } from "./outer_map.ts";
import type { SourceKind } from "../watch/source_kind.ts";
import type { MadeForGuest, SupervisorRequest } from "./protocol.ts";
import { type Made, type Order, OwnWorkshop, UnfitModule, type Workshop } from "./workshop.ts";

/** Keeps texts by key between runs; may forget. */
export interface TextCache {
  get(key: string): string | undefined;
  /** The same in UTF-8. */
  bytes(key: string): Uint8Array<ArrayBuffer> | undefined;
  /** Where the engine itself can read a text; undefined if it isn't kept. */
  url(key: string): string | undefined;
  set(key: string, text: string): void;
}

export interface CodeServiceOptions {
  readonly cache: TextCache;
  /** Methods that get a migration point. */
  readonly methods: ReadonlySet<string>;
  /** Path of a module from the app's root, the first part of its methods' ids. */
  readonly pathOf: (url: string) => string;
  /** A module that can't be rewritten; of a package, only the first. */
  readonly diagnose: (url: string, reason: string) => void;
  /** Rewriting takes long enough that a person wonders: what is being done. */
  readonly onProgress?: (line: string) => void;
  /** Where texts are made that aren't in the cache; this process's own if left out. */
  readonly workshop?: Workshop;
}

/** From this length on, in characters, one module takes most of a second. */
const LONG = 1_000_000;
const PACKAGE = /^npm:(?:@[^/]+\/)?[^/]+/;
const PAST_HOOKS = "it was loaded past the module hooks";
/** Between two lines about many small modules. */
const QUIET_MS = 1000;

/** Characters of tables that are given unasked: sending more costs what asking for each would. */
const MAX_OTHER_TABLES = 1 << 18;

/** The modules that a service knows, as plain JSON. */
export interface CodeSnapshot {
  /** `running`: the text as the engine ran it, if that wasn't the source. */
  readonly modules: readonly (ModuleSource & { readonly running?: string })[];
}

type Points = RewriteAnswer["points"];

/** A module as the device runs it. */
interface DeviceText {
  readonly points: Points;
  readonly text: KeptText;
  /** URL of its source map. */
  readonly map: string;
}

const LINE_FEED = 10;

/**
 * Rewrites modules for one app process, outside of it: parsing needs neither its memory nor its permissions. What is
 * missing in the cache is made in a {@linkcode Workshop}; who asks for what only a parsed module knows waits for
 * {@linkcode load} first.
 */
export class CodeService {
  readonly #options: CodeServiceOptions;
  readonly #sources = new Map<string, ModuleSource>();
  readonly #keys = new Map<string, string>();
  /** Texts as the engine ran them, by URL. */
  readonly #running = new Map<string, KeptText>();
  readonly #known = new Set<string>();
  /** Packages and URLs of modules that can't be rewritten. */
  readonly #diagnosed = new Set<string>();
  readonly #own = new OwnWorkshop();
  readonly #workshop: Workshop;
  readonly #spent = { modules: 0, ms: 0, nextMs: QUIET_MS };
  #rewrote = false;

  constructor(options: CodeServiceOptions) {
    this.#options = options;
    this.#workshop = options.workshop ?? this.#own;
  }

  /** Loads the rewriter into this process. */
  load(): Promise<void> {
    return this.#own.load();
  }

  /**
   * Whether a text had to be made that the app's process loads, and later runs find in the cache: such a run starts slower than they
   * will. What is made for the clone costs a migration its time, not the start.
   */
  get rewrote(): boolean {
    return this.#rewrote;
  }

  /** Whether a method that was asked for has a migration point. */
  has(method: string): boolean {
    return this.#known.has(method);
  }

  /** Whether a module of that path was loaded. */
  hasModule(path: string): boolean {
    return [...this.#sources.values()].some((source) => source.path === path);
  }

  /** Why a method of a loaded module has no migration point. */
  async whyNot(method: string): Promise<string> {
    const source = [...this.#sources.values()].find((item) => method.startsWith(`${item.path}#`))!;
    return await this.#workshop.make(source, { what: "why not", method });
  }

  /** Method at a position (from 0) of a module's text as the engine ran it; undefined if it is none of a known module. */
  methodAt(url: string, line: number, column: number): string | undefined {
    const running = this.#running.get(url)?.text;
    const key = this.#keys.get(url);
    if (running === undefined || key === undefined) return undefined;
    let start = 0;
    for (let i = 0; i < line; i++) start = running.indexOf("\n", start) + 1;
    const at = start + column;
    const site = running.includes(`/*!cc:${key}:`) ? markedSite(running, at, key) : undefined;
    const { sites } = this.#own.module(this.#source(key)).table;
    if (site !== undefined) return sites[site]?.id;
    let best: number | undefined;
    sites.forEach((item, i) => {
      if (item.kind === "class" || item.start > at || at >= item.end) return;
      if (best === undefined || item.start >= sites[best]!.start) best = i;
    });
    return best === undefined ? undefined : sites[best]!.id;
  }

  /** The modules that were loaded, without functions that were made of texts: those have no place in the app. */
  modules(): readonly ModuleSource[] {
    return [...this.#sources.values()].filter(({ url }) => !isMade(url));
  }

  /** What another service can go on from, in another process, once the app has ended. */
  snapshot(): CodeSnapshot {
    const modules = this.modules().map((source) => {
      const running = this.#running.get(source.url)?.text;
      const { url, isModule, path, key } = source;
      const module = { url, source: source.source, isModule, path, key };
      return running === undefined || running === module.source ? module : { ...module, running };
    });
    return { modules };
  }

  /** Knows the modules of another service. */
  restore({ modules }: CodeSnapshot): void {
    for (const { running, ...source } of modules) {
      this.#sources.set(source.key, source);
      this.#keys.set(source.url, source.key);
      this.#running.set(source.url, new KeptText(running ?? source.source));
    }
  }

  /** Methods of loaded modules that can't be migration points, with the reason. */
  notPoints(urls: ReadonlySet<string>): Map<string, string> {
    const found = new Map<string, string>();
    for (const source of this.#sources.values()) {
      if (!urls.has(source.url)) continue;
      for (const site of this.#own.module(source).table.sites) {
        if (site.pinned !== undefined) found.set(site.id, site.pinned);
      }
    }
    return found;
  }

  /** Answers a request of the app's, undefined if it is none of ours; `packet` is what came with it. */
  async answer(
    request: SupervisorRequest,
    packet: Uint8Array<ArrayBuffer> = new Uint8Array(),
  ): Promise<unknown> {
    switch (request.op) {
      case "rewrite":
        return await this.#rewrite(request.url, new KeptText(packet), request.kind);
      case "make":
        return await this.#makeForGuest(request.script);
      case "note":
        return await this.#note(request.url, request.source, request.kind !== "script");
      case "bypassed":
        for (const url of request.urls) this.#diagnose(url, request.reason ?? PAST_HOOKS);
        return null;
      case "tables":
        return await this.#tables(request.keys);
      case "guest":
        return await this.#guest(request);
      case "makers":
        return request.place === "guest"
          ? await this.#makers(request)
          : JSON.parse(await this.#makers(request));
      case "code names":
        return await this.#codeNames(request);
      case "source":
        return await this.#workshop.make(this.#source(request.key), { what: "text" });
      case "memory":
        return await this.#memory(request);
      case "position":
        return await this.#workshop.make(this.#source(request.key), {
          what: "position",
          offset: request.offset,
        });
    }
    return undefined;
  }

  async #tables([first, ...others]: readonly string[]): Promise<(string | null)[]> {
    const tables: (string | null)[] = [await this.#cached(tableName(first!), first!, { what: "table" })];
    let room = MAX_OTHER_TABLES;
    for (const key of others) {
      const table = this.#options.cache.get(tableName(key)) ??
        (this.#workshop.holds(key) ? await this.#make(key, { what: "table" }) : null);
      room -= table?.length ?? 0;
      if (room < 0) break;
      tables.push(table);
    }
    return tables;
  }

  async #note(url: string, source: string, isModule: boolean): Promise<void> {
    const path = this.#options.pathOf(url);
    const key = (await hash(`${REWRITER_VERSION}\n${url}\n${path}\n${isModule}\n${source}`)).slice(0, 16);
    this.#sources.set(key, { url, source, isModule, path, key });
    this.#keys.set(url, key);
    this.#running.set(url, new KeptText(source));
  }

  /** What earlier runs left, and what is left for the next one. */
  async #memory({ app, note }: Extract<SupervisorRequest, { op: "memory" }>): Promise<unknown> {
    const name = `${(await hash(app)).slice(0, 16)}.memory`;
    if (note === undefined) return JSON.parse(this.#options.cache.get(name) ?? "null");
    this.#options.cache.set(name, JSON.stringify(note));
    return null;
  }

  /** In JSON, as its hash is of it. */
  async #guest({ key, uninitialised }: Extract<SupervisorRequest, { op: "guest" }>): Promise<string> {
    const name = `${key}.${(await hash(uninitialised.join("\n"))).slice(0, 12)}.guest`;
    return await this.#cached(name, key, { what: "guest", uninitialised });
  }

  async #makers(
    { key, sites, place, uninitialised }: Extract<SupervisorRequest, { op: "makers" }>,
  ): Promise<string> {
    const name = `${key}.${(await hash(`${place}\n${sites}\n${uninitialised}`)).slice(0, 12)}.makers`;
    return await this.#cached(name, key, { what: "makers", sites, place, uninitialised });
  }

  /** Requests name modules by what is in them, so that what they are answered with stays the same. */
  async #codeNames(
    { requests, names }: Extract<SupervisorRequest, { op: "code names" }>,
  ): Promise<readonly string[] | null> {
    const { cache } = this.#options;
    const name = `${(await hash(JSON.stringify(requests))).slice(0, 16)}.names`;
    if (names !== undefined) cache.set(name, names.join("\n"));
    const known = names ?? cache.get(name)?.split("\n");
    return known?.length === requests.length && known.every(isHash) ? known : null;
  }

  async #rewrite(url: string, source: KeptText, kind: SourceKind | "made"): Promise<RewriteAnswer> {
    if (kind === "made") return await this.#rewriteMade(source);
    const first = await this.#rewriteAs(url, source, kind === "module");
    if (kind !== "either" || first.key !== undefined) return this.#told(url, first);
    const second = await this.#rewriteAs(url, source, true);
    return this.#told(url, second.key === undefined ? first : second);
  }

  async #rewriteMade(source: KeptText): Promise<RewriteAnswer> {
    const url = `${MADE_URL}${(await hashOf(source.bytes)).slice(0, 12)}`;
    return { ...await this.#rewriteAs(url, source, false), url };
  }

  async #makeForGuest(script: string): Promise<MadeForGuest | null> {
    const { key, url } = await this.#rewriteMade(new KeptText(script));
    if (key === undefined) return null;
    const code = await this.#guest({ op: "guest", key, uninitialised: [] });
    const of = { key, sites: [0], place: "guest", uninitialised: [] } as const;
    return { url: url!, key, code, makers: await this.#makers({ op: "makers", ...of }) };
  }

  #told(url: string, answer: RewriteAnswer): RewriteAnswer {
    if (answer.reason !== undefined) this.#diagnose(url, answer.reason);
    return answer;
  }

  /** Of a package its first module stands for all. */
  #diagnose(url: string, reason: string): void {
    const name = PACKAGE.exec(this.#options.pathOf(url))?.[0] ?? url;
    if (!this.#diagnosed.has(name)) this.#options.diagnose(url, reason);
    this.#diagnosed.add(name);
  }

  async #rewriteAs(url: string, loaded: KeptText, isModule: boolean): Promise<RewriteAnswer> {
    const whole = isModule ? withOuterMap(loaded.text, url) : undefined;
    const source = whole === undefined || whole === loaded.text ? loaded : new KeptText(whole);
    const path = isMade(url) ? url : this.#options.pathOf(url);
    const about = new TextEncoder().encode(`${REWRITER_VERSION}\n${url}\n${path}\n${isModule}\n`);
    const key = (await hashOf(joinBytes([about, source.bytes]))).slice(0, 16);
    const known = { url, isModule, path, key };
    this.#sources.set(
      key,
      Object.defineProperty(known, "source", { get: () => source.text }) as ModuleSource,
    );
    const wanted = [...this.#options.methods].filter((method) => method.startsWith(`${path}#`)).sort();
    try {
      const name = `${key}.${(await hash(wanted.join("\n"))).slice(0, 8)}`;
      const { points, text, map } = this.#kept(name) ?? await this.#makeDevice(name, key, wanted);
      for (const [, method] of points) this.#known.add(method);
      this.#keys.set(url, key);
      this.#running.set(url, text);
      return { key, isModule, points, map, packet: text.bytes };
    } catch (error) {
      if (!(error instanceof UnfitModule)) throw error;
      return { key: undefined, isModule, reason: error.message, points: [] };
    }
  }

  /** A device's text that an earlier run left: a line of JSON in front of it, its map in a file of its own. */
  #kept(name: string): DeviceText | undefined {
    const { cache } = this.#options;
    const bytes = cache.bytes(`${name}.device`);
    const map = cache.url(`${name}.map`);
    if (bytes === undefined || map === undefined) return undefined;
    const end = bytes.indexOf(LINE_FEED);
    const head = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)));
    return { points: head.points, text: new KeptText(bytes.subarray(end + 1)), map };
  }

  /** Makes a device's text, and leaves it for later runs. */
  async #makeDevice(name: string, key: string, methods: readonly string[]): Promise<DeviceText> {
    const { cache } = this.#options;
    const { path, source } = this.#source(key);
    if (source.length >= LONG) {
      this.#options.onProgress?.(
        `rewriting ${path} (${(source.length / 1e6).toFixed(1)} MB), kept for later runs`,
      );
    }
    const started = performance.now();
    this.#rewrote = true;
    const { text, map, points } = await this.#make(key, { what: "device", methods });
    this.#tellProgress(performance.now() - started);
    cache.set(`${name}.map`, map);
    cache.set(`${name}.device`, `${JSON.stringify({ points })}\n${text}`);
    return { points, text: new KeptText(text), map: cache.url(`${name}.map`) ?? dataUrl(map) };
  }

  /** Called for each module that was rewritten, with what it took. */
  #tellProgress(ms: number): void {
    this.#spent.modules++;
    this.#spent.ms += ms;
    if (this.#spent.ms < this.#spent.nextMs) return;
    this.#spent.nextMs = this.#spent.ms + QUIET_MS;
    const { modules } = this.#spent;
    this.#options.onProgress?.(`${modules} module${modules === 1 ? "" : "s"} rewritten, kept for later runs`);
  }

  #source(key: string): ModuleSource {
    const source = this.#sources.get(key);
    if (source === undefined) throw new RangeError(`Cannot find module ${key}: it was not rewritten here`);
    return source;
  }

  #make<O extends Order>(key: string, order: O): Promise<Made[O["what"]]> {
    return this.#workshop.make(this.#source(key), order);
  }

  async #cached(
    name: string,
    key: string,
    order: Extract<Order, { what: "table" | "guest" | "makers" }>,
  ): Promise<string> {
    const known = this.#options.cache.get(name);
    if (known !== undefined) return known;
    const text = await this.#make(key, order);
    this.#options.cache.set(name, text);
    return text;
  }
}

/** The site whose marker belongs to a function that V8 says starts at `at`: its parameters' parenthesis, or its start. */
function markedSite(text: string, at: number, key: string): number | undefined {
  const marker = new RegExp(`/\\*!cc:${key}:(\\d+)\\*/`, "y");
  const next = text.indexOf("/*!cc:", at);
  if (next >= 0 && next - at <= 64 && /^\(?[\w$]*\s*$/.test(text.slice(at, next))) {
    marker.lastIndex = next;
    return Number(marker.exec(text)?.[1] ?? NaN);
  }
  const before = text.lastIndexOf("/*!cc:", at);
  if (before < 0) return undefined;
  marker.lastIndex = before;
  const match = marker.exec(text);
  return match === null ? undefined : Number(match[1]);
}

/** A source map in its own URL. */
function dataUrl(map: string): string {
  const bytes = new TextEncoder().encode(map) as Uint8Array & { toBase64(): string };
  return `data:application/json;base64,${bytes.toBase64()}`;
}

function tableName(key: string): string {
  return `${key}.table`;
}

function hash(text: string): Promise<string> {
  return hashOf(new TextEncoder().encode(text));
}
