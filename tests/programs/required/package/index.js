export { default } from "./lib/script.cjs";
export * from "./lib/more.js";
export { default as again } from "../script.cjs";
