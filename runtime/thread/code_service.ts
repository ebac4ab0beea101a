import { after } from "./alarm.ts";
import type { ModuleSource, RewrittenModule } from "../rewrite/mod.ts";
import { REWRITER_VERSION } from "../rewrite/constants.ts";
import { hashOf, isHash } from "./blobs.ts";
import { joinBytes } from "./bytes.ts";
import { KeptText } from "./kept_text.ts";
import type { RewriteAnswer } from "./load_hook.ts";
import { withOuterMap } from "./outer_map.ts";
import type { SourceKind } from "../watch/source_kind.ts";
import type { SupervisorRequest } from "./protocol.ts";

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

type Rewriter = typeof import("../rewrite/mod.ts");

type Points = RewriteAnswer["points"];

/** A module as the device runs it. */
interface DeviceText {
  readonly points: Points;
  readonly text: KeptText;
  /** URL of its source map. */
  readonly map: string;
}

const LINE_FEED = 10;
/** Texts are made for so long before the event loop has a turn. */
const BREATHE_MS = 100;

/** In a variable, so that the engine doesn't read the rewriter's modules before anybody asks for them. */
const REWRITER = "../rewrite/mod.ts";

/**
 * Rewrites modules for one app process, outside of it: parsing needs neither its memory nor its permissions. The rewriter
 * itself is loaded when a text is missing in the cache; who asks for what only it knows waits for {@linkcode load} first.
 */
export class CodeService {
  readonly #options: CodeServiceOptions;
  readonly #sources = new Map<string, ModuleSource>();
  readonly #rewritten = new Map<string, RewrittenModule>();
  readonly #keys = new Map<string, string>();
  /** Texts as the engine ran them, by URL. */
  readonly #running = new Map<string, KeptText>();
  readonly #known = new Set<string>();
  /** Packages and URLs of modules that can't be rewritten. */
  readonly #diagnosed = new Set<string>();
  #rewriter: Rewriter | undefined;
  readonly #spent = { modules: 0, ms: 0, nextMs: QUIET_MS };
  #rewrote = false;
  /** When the event loop had its last turn between texts, and its next turn if that is waited for. */
  #breathedAt = 0;
  #breath: Promise<void> | undefined;

  constructor(options: CodeServiceOptions) {
    this.#options = options;
  }

  /** Loads the rewriter. */
  async load(): Promise<void> {
    this.#rewriter ??= await import(REWRITER) as Rewriter;
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
  whyNot(method: string): string {
    const source = [...this.#sources.values()].find((item) => method.startsWith(`${item.path}#`));
    const sites = source === undefined ? [] : this.#module(source.key).table.sites;
    const pinned = sites.find((site) => site.id === method)?.pinned;
    if (pinned !== undefined) return `${method} can't migrate: ${pinned}`;
    const methods = sites.flatMap(({ id, kind }) => kind === "class" ? [] : [id]);
    const near = this.#rewriter!.nearestMethod(method, methods);
    return `unknown method ${method}${near === undefined ? "" : `; did you mean ${near}?`}`;
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
    const { sites } = this.#module(key).table;
    if (site !== undefined) return sites[site]?.id;
    let best: number | undefined;
    sites.forEach((item, i) => {
      if (item.kind === "class" || item.start > at || at >= item.end) return;
      if (best === undefined || item.start >= sites[best]!.start) best = i;
    });
    return best === undefined ? undefined : sites[best]!.id;
  }

  /** The modules that were loaded. */
  modules(): readonly ModuleSource[] {
    return [...this.#sources.values()];
  }

  /** What another service can go on from, in another process, once the app has ended. */
  snapshot(): CodeSnapshot {
    const modules = [...this.#sources.values()].map((source) => {
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
    for (const { url, key } of this.#sources.values()) {
      if (!urls.has(url)) continue;
      for (const site of this.#module(key).table.sites) {
        if (site.pinned !== undefined) found.set(site.id, site.pinned);
      }
    }
    return found;
  }

  /** Answers one request of an app's migrator; undefined if it is none of ours. */
  /** Answers a request of the app's; `packet` is what came with it. */
  async answer(
    request: SupervisorRequest,
    packet: Uint8Array<ArrayBuffer> = new Uint8Array(),
  ): Promise<unknown> {
    switch (request.op) {
      case "rewrite":
        return await this.#rewrite(request.url, new KeptText(packet), request.kind);
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
        await this.load();
        return this.#module(request.key).text;
      case "memory":
        return await this.#memory(request);
      case "position":
        await this.load();
        return this.#module(request.key).positionOf(request.offset);
    }
    return undefined;
  }

  async #tables([first, ...others]: readonly string[]): Promise<(string | null)[]> {
    const made = (key: string) => JSON.stringify(this.#module(key).table);
    const tables: (string | null)[] = [await this.#cached(tableName(first!), () => made(first!))];
    let room = MAX_OTHER_TABLES;
    for (const key of others) {
      const table = this.#options.cache.get(tableName(key)) ?? (this.#rewritten.has(key) ? made(key) : null);
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
    const { url, isModule } = this.#sources.get(key)!;
    const name = `${key}.${(await hash(uninitialised.join("\n"))).slice(0, 12)}.guest`;
    return await this.#cached(name, () => {
      const form = this.#module(key).guestForm(new Set(uninitialised));
      const table = JSON.stringify(this.#module(key).table);
      return JSON.stringify({ url, isModule, text: form.text, chunks: form.chunks.flat(), table });
    });
  }

  async #makers(
    request: Extract<SupervisorRequest, { op: "makers" }>,
  ): Promise<string> {
    const { key, sites, place, uninitialised } = request;
    const name = `${key}.${(await hash(`${place}\n${sites}\n${uninitialised}`)).slice(0, 12)}.makers`;
    return await this.#cached(name, () => {
      const forms = Object.entries(this.#module(key).makers(sites, place, new Set(uninitialised)));
      return JSON.stringify(
        Object.fromEntries(
          forms.map(([site, { text, chunks }]) => [site, { text, chunks: chunks.flat() }]),
        ),
      );
    });
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

  async #rewrite(url: string, source: KeptText, kind: SourceKind): Promise<RewriteAnswer> {
    const first = await this.#rewriteAs(url, source, kind === "module");
    if (kind !== "either" || first.key !== undefined) return this.#told(url, first);
    const second = await this.#rewriteAs(url, source, true);
    return this.#told(url, second.key === undefined ? first : second);
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
    const path = this.#options.pathOf(url);
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
      const { points, text, map } = this.#kept(name) ?? await this.#make(name, key, new Set(wanted));
      for (const [, method] of points) this.#known.add(method);
      this.#keys.set(url, key);
      this.#running.set(url, text);
      return { key, isModule, points, map, packet: text.bytes };
    } catch (error) {
      const parseError = this.#rewriter?.ParseError;
      const ours = parseError !== undefined && error instanceof parseError || error instanceof RangeError;
      if (!ours) throw error;
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
  async #make(name: string, key: string, methods: ReadonlySet<string>): Promise<DeviceText> {
    const { cache } = this.#options;
    await this.load();
    this.#rewrote = true;
    const { text, map, points } = this.#device(key, methods);
    cache.set(`${name}.map`, map);
    cache.set(`${name}.device`, `${JSON.stringify({ points })}\n${text}`);
    return { points, text: new KeptText(text), map: cache.url(`${name}.map`) ?? dataUrl(map) };
  }

  #device(key: string, methods: ReadonlySet<string>): { text: string; map: string; points: Points } {
    const { path, source } = this.#sources.get(key)!;
    if (source.length >= LONG) {
      this.#options.onProgress?.(
        `rewriting ${path} (${(source.length / 1e6).toFixed(1)} MB), kept for later runs`,
      );
    }
    const started = performance.now();
    const device = this.#deviceText(key, methods);
    this.#tellProgress(performance.now() - started);
    return device;
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

  #deviceText(key: string, methods: ReadonlySet<string>): { text: string; map: string; points: Points } {
    const module = this.#module(key);
    const points = module.pointsOf(methods).map((site) => [site, module.table.sites[site]!.id] as const);
    const { text, map } = module.device(methods);
    return { text, map: JSON.stringify(map), points };
  }

  #module(key: string): RewrittenModule {
    let module = this.#rewritten.get(key);
    if (module === undefined) {
      const source = this.#sources.get(key);
      if (source === undefined) throw new RangeError(`Cannot find module ${key}: it was not rewritten here`);
      if (this.#rewriter === undefined) {
        throw new TypeError(`Cannot rewrite module ${key}: the rewriter isn't loaded yet`);
      }
      this.#rewritten.set(key, module = new this.#rewriter.RewrittenModule(source));
    }
    return module;
  }

  async #cached(name: string, make: () => string): Promise<string> {
    const known = this.#options.cache.get(name);
    if (known !== undefined) return known;
    await this.load();
    // Looked at right before: others may have been waiting for the same turn.
    for (let turn; (turn = this.#nextTurn()) !== undefined;) await turn;
    const text = make();
    this.#options.cache.set(name, text);
    return text;
  }

  /**
   * What to wait for if the event loop is due for a turn: a program of a thousand modules has all their texts made at once, and
   * meanwhile nothing of this process would tell a clone that it lives.
   */
  #nextTurn(): Promise<void> | undefined {
    if (performance.now() - this.#breathedAt < BREATHE_MS) return undefined;
    return this.#breath ??= new Promise((resolve) =>
      void after(0, () => {
        this.#breath = undefined;
        this.#breathedAt = performance.now();
        resolve();
      })
    );
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
