export * from "./deeper.ts";
export { default as helper } from "./helper.ts";
