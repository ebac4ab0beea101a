import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";

const { wait, load } = Atomics;

/** What `signal` holds: how many messages were posted to the main thread, and whether the migrator has failed. */
export const POSTED = 0;
export const FAILED = 1;
/** The notice that the migrator has failed: for those who don't wait. */
export const FAILED_ID = -1;

/** What a migrator tells the main thread without being asked, while an async thread is away. */
export type Notice = { readonly id: number; readonly value: unknown };

/**
 * The main thread's end of its channel to the migrator: asks and waits with the whole isolate stopped, or asks and goes on.
 *
 * `signal[POSTED]` counts messages posted to this end, so that a wait can't miss one. A migrator that fails sets
 * `signal[FAILED]` and wakes this end: every request then has the answer undefined, so that the app goes on without it.
 */
export class SyncPort {
  readonly #port: MessagePort;
  readonly #signal: Int32Array;
  #next = 1;
  readonly #pending = new Map<number, (value: unknown) => void>();
  readonly #early = new Map<number, unknown>();

  constructor(port: MessagePort, signal: Int32Array) {
    this.#port = port;
    this.#signal = signal;
  }

  /** Asks and waits; undefined if the migrator has failed. Nothing else runs in this isolate meanwhile. */
  request(message: Record<string, unknown>, transfer: ArrayBuffer[] = []): any {
    const id = this.#post(message, transfer);
    while (true) {
      const seen = load(this.#signal, POSTED);
      for (
        let item = receiveMessageOnPort(this.#port);
        item !== undefined;
        item = receiveMessageOnPort(this.#port)
      ) {
        this.#keep(item.message as Notice);
      }
      if (this.#early.has(id)) {
        const value = this.#early.get(id);
        this.#early.delete(id);
        return value;
      }
      if (load(this.#signal, FAILED) !== 0) return undefined;
      wait(this.#signal, POSTED, seen);
    }
  }

  /** Asks and goes on; undefined if the migrator has failed. The process stays alive until the answer is there. */
  requestAsync(message: Record<string, unknown>, transfer: ArrayBuffer[] = []): Promise<any> {
    if (load(this.#signal, FAILED) !== 0) return Promise.resolve(undefined);
    const id = this.#post(message, transfer);
    if (this.#pending.size === 0) {
      this.#port.on("message", this.#onMessage);
      this.#port.ref();
    }
    return new Promise((resolve) => this.#pending.set(id, resolve));
  }

  /** Tells without waiting for an answer. */
  tell(message: Record<string, unknown>): void {
    this.#port.postMessage({ ...message, id: 0 });
  }

  #post(message: Record<string, unknown>, transfer: ArrayBuffer[]): number {
    const id = this.#next++;
    this.#port.postMessage({ ...message, id }, transfer);
    return id;
  }

  readonly #onMessage = (notice: Notice): void => {
    this.#keep(notice);
  };

  #keep(notice: Notice): void {
    if (notice.id === FAILED_ID) {
      for (const id of [...this.#pending.keys()]) this.#keep({ id, value: undefined });
      return;
    }
    const resolve = this.#pending.get(notice.id);
    if (resolve === undefined) {
      this.#early.set(notice.id, notice.value);
      return;
    }
    this.#pending.delete(notice.id);
    if (this.#pending.size === 0) {
      this.#port.off("message", this.#onMessage);
      this.#port.unref();
    }
    resolve(notice.value);
  }
}
