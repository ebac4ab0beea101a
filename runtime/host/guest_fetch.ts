import { FileFailure } from "./file_tree_types.ts";
import type { GuestFiles } from "./guest_files.ts";

type Source = Response | PromiseLike<Response>;

/** `fetch` of the device's files, and what takes its answers for WebAssembly; everything else is `other`'s. */
export function fileFetch(files: GuestFiles, other: typeof globalThis.fetch) {
  const ours = new WeakSet<Response>();
  const fetchFile = (url: URL): Response => {
    try {
      const response = new Response(files.read(url) as Uint8Array<ArrayBuffer>);
      Object.defineProperty(response, "url", { value: url.href, configurable: true });
      ours.add(response);
      return response;
    } catch (error) {
      throw error instanceof FileFailure ? files.abandon(`it fails to fetch ${url}: ${error.code}`) : error;
    }
  };
  const wasmOf = async (source: Source): Promise<ArrayBuffer> => {
    const response = await source;
    if (!(response instanceof Response) || !ours.has(response)) files.abandon("it compiles what is no file");
    return await response.arrayBuffer();
  };
  return {
    fetch: async (...args: Parameters<typeof fetch>): Promise<Response> => {
      const [target, options] = args;
      const url = target instanceof URL ? target : typeof target === "string" ? URL.parse(target) : null;
      if (url?.protocol !== "file:" || options !== undefined) return await other(...args);
      return await fetchFile(url);
    },
    compile: async (source: Source) => await WebAssembly.compile(await wasmOf(source)),
    instantiate: async (source: Source, imports?: WebAssembly.Imports) =>
      await WebAssembly.instantiate(await wasmOf(source), imports),
  };
}
