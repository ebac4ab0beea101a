/* Not what stands here, but in a comment:
import { nothing } from "./nothing.js";
*/
exports.lines = `
export default 1;
`.split("\n");
