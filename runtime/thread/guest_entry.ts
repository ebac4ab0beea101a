/** A guest process's main module: `guest_main.ts`, and what is said if that can't be started. */
import { failGuest } from "./guest_failure.ts";

try {
  await import("./guest_main.ts");
} catch (error) {
  failGuest(error);
}
