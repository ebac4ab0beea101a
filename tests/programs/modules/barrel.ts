export * from "./deeper.ts";
export { default as helper } from "./helper.ts";
export * as library from "./library.ts";
export * as self from "./barrel.ts";
