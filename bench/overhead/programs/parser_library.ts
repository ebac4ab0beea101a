import { parse } from "acorn";
const source = Array.from(
  { length: 150 },
  (_, i) =>
    `export function f${i}(a, { b = ${i}, ...c } = {}) { const g = (x) => x * a + b; return [1, 2].map(g).concat(c.d ?? \`t\${a}\`); }`,
).join("\n");
export const run = (): unknown => parse(source, { ecmaVersion: "latest", sourceType: "module" });
