/**
 * Slows a process group down by stopping and continuing it, where CPU quotas aren't allowed. A Worker sends the signals,
 * so a busy main thread doesn't disturb the rhythm.
 */
import {
  CONTROL_FACTOR,
  CONTROL_STATE,
  FACTOR_SCALE,
  STATE_RUNNING,
  STATE_STOP,
} from "./duty_cycle_control.ts";
import { signalGroup } from "./process_group.ts";

/**
 * A process group that runs 1/factor of the time, from now on. Doesn't own the processes: they go on at full speed when
 * it is disposed of. Whoever owns them guards them, so that none stays stopped when this process is killed.
 */
export class DutyCycle implements AsyncDisposable {
  readonly #control = new Int32Array(new SharedArrayBuffer(8));

  constructor(readonly group: number, factor: number) {
    this.setFactor(factor);
    signalGroup(group, "SIGSTOP"); // until the worker is up, or it would have a head start
    const worker = new Worker(new URL("duty_cycle_worker.ts", import.meta.url), { type: "module" });
    worker.postMessage({ group, control: this.#control });
  }

  setFactor(factor: number): void {
    if (!(factor >= 1)) throw new RangeError(`Cannot slow down ${factor} times: give 1 or more`);
    Atomics.store(this.#control, CONTROL_FACTOR, Math.round(factor * FACTOR_SCALE));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    Atomics.compareExchange(this.#control, CONTROL_STATE, STATE_RUNNING, STATE_STOP);
    Atomics.notify(this.#control, CONTROL_STATE);
    // Only when the worker has ended is it sure that it won't stop the group once more.
    const ended = Atomics.waitAsync(this.#control, CONTROL_STATE, STATE_STOP);
    if (ended.async) await ended.value;
  }
}
