import { minify } from "terser";
const text = Deno.readTextFileSync(new URL("./node_modules/acorn/dist/acorn.mjs", import.meta.url)).slice(0);
const { code } = await minify(text, { module: true, compress: { passes: 1 }, mangle: true, sourceMap: false });
console.log(code!.length);
console.log((await minify("class A { #x = 1; static y = `${1}`; get z() { return this.#x ?? 2 } } export const f = async (a, ...b) => { for await (const c of b) yield_: { switch (a) { case 1: break yield_; default: a = {...b[0], [c]: 1} } } try { new A().z } catch { } };", { module: true, format: { beautify: true, comments: "all" } })).code);
