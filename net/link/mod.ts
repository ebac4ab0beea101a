/**
 * What a link is like: measured, or emulated.
 *
 * @module
 */
export { calibrate } from "./calibration.ts";
export { FIRST_MEASURE_TIMEOUT_MS, LINK_PROTOCOL } from "./constants.ts";
export { type LinkSpec, NAMED_LINKS, parseLink } from "./emulated_link.ts";
export { answerLink } from "./link_ends.ts";
export { type LinkFigures, LinkMeter } from "./link_meter.ts";
export { type Power, powerSupply, readPower } from "./power.ts";
export { EmulatedLink } from "./shaped_channel.ts";
