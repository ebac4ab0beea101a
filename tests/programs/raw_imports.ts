// What is imported as a text isn't code, whatever its name.
import helper from "./modules/helper.ts";
import text from "./modules/helper.ts" with { type: "text" };
import data from "./modules/data.json" with { type: "text" };

function lengths() {
  return [text.length, data.length];
}

console.log(lengths(), helper("by "), text.includes("text: string"));
const { default: later } = await import("./modules/named.ts", { with: { type: "text" } });
console.log(later);
