/** Prints this machine's speed, as a peer measures it. */
import { calibrate } from "../../net/link/calibration.ts";

console.log(calibrate());
