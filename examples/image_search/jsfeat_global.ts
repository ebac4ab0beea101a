import jsfeat from "jsfeat";

// The library's cascades add themselves to a global of this name.
Reflect.set(globalThis, "jsfeat", jsfeat);

export { jsfeat };
