import * as acorn from "acorn";
const self = Deno.readTextFileSync(new URL("./node_modules/acorn/dist/acorn.mjs", import.meta.url));
console.log(acorn.parse(self, { ecmaVersion: "latest", sourceType: "module" }).body.length);
