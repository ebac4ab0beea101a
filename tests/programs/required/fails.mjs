import "./other.mjs"; export default null.x;
