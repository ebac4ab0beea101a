/** Lands the changes in a file, or recovers, and is killed before a step: started by landing_test.ts. */
import { land, recoverLandings } from "./landing.ts";

const [mode, journals, input, killAt] = Deno.args as [string, string, string, string];
let step = 0;
const onStep = () => {
  if (step++ === Number(killAt)) Deno.kill(Deno.pid, "SIGKILL");
};
if (mode === "land") {
  const { changes, data } = JSON.parse(Deno.readTextFileSync(input));
  land(journals, changes, Uint8Array.fromBase64(data), onStep).keep();
} else recoverLandings(journals, onStep);
