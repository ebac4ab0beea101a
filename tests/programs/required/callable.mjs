import { a } from "./module.mjs";
const twice = (n) => n * 2 + a;
export { twice as "module.exports" };
