import {
  CONTROL_FACTOR,
  CONTROL_STATE,
  FACTOR_SCALE,
  STATE_ENDED,
  STATE_RUNNING,
} from "./duty_cycle_control.ts";
import { signalGroup } from "./process_group.ts";

/** How long the group runs at a time: several times what a sleep is late by, so that the ratio holds. */
const RUN_MS = 4;

globalThis.addEventListener("message", (event) => {
  const { data } = event as MessageEvent<{ group: number; control: Int32Array<SharedArrayBuffer> }>;
  try {
    cycle(data.group, data.control);
  } finally {
    signalGroup(data.group, "SIGCONT");
    Atomics.store(data.control, CONTROL_STATE, STATE_ENDED);
    Atomics.notify(data.control, CONTROL_STATE);
    globalThis.close();
  }
});

/** Stops the group for (factor - 1) times what it really ran, until told to end or the group is gone. */
function cycle(group: number, control: Int32Array<SharedArrayBuffer>): void {
  const sleep = (ms: number) => Atomics.wait(control, CONTROL_STATE, STATE_RUNNING, ms);
  while (Atomics.load(control, CONTROL_STATE) === STATE_RUNNING) {
    const continued = performance.now();
    if (!signalGroup(group, "SIGCONT")) return;
    sleep(RUN_MS);
    const factor = Atomics.load(control, CONTROL_FACTOR) / FACTOR_SCALE;
    if (factor === 1) continue;
    if (!signalGroup(group, "SIGSTOP")) return;
    const stopped = performance.now();
    sleep((stopped - continued) * (factor - 1));
  }
}
