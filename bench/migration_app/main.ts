/** Calls a method that does nothing, again and again, and prints how long each call took, in milliseconds. */
import { Service } from "./service.ts";

const [calls = "500"] = Deno.args;
const service = new Service();
const ms: number[] = [];
for (let i = 0; i < Number(calls); i++) {
  const started = performance.now();
  service.nothing();
  ms.push(performance.now() - started);
}
console.log(JSON.stringify(ms));
