import * as inner from "./deeper.ts";

/** As mathjs does it: no function of this module names what it imports. */
export const passed = inner;
