import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { FAILED, FAILED_ID, type Notice, POSTED } from "./sync_notice.ts";

const { wait, load } = Atomics;
const { parse } = JSON;

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
  request(message: Record<string, unknown>): any {
    return this.wait(this.post(message));
  }

  /** Waits for the answer to what was posted; undefined if the migrator has failed. */
  wait(id: number): any {
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

  /** Goes on until the answer is there; undefined if the migrator has failed. The process stays alive until then. */
  arrival(id: number): Promise<any> {
    if (load(this.#signal, FAILED) !== 0) return Promise.resolve(undefined);
    if (this.#pending.size === 0) {
      this.#port.on("message", this.#onMessage);
      this.#port.ref();
    }
    return new Promise((resolve) => this.#pending.set(id, resolve));
  }

  /** Tells without waiting for an answer. */
  tell(message: Record<string, unknown>, transfer: MessagePort[] = []): void {
    this.#port.postMessage({ ...message, id: 0 }, transfer);
  }

  /** Asks, for an answer that is to be waited for. */
  post(message: Record<string, unknown>, transfer: ArrayBuffer[] = []): number {
    const id = this.#next++;
    this.#port.postMessage({ ...message, id }, transfer);
    return id;
  }

  readonly #onMessage = (notice: Notice): void => {
    this.#keep(notice);
  };

  #keep(notice: Notice): void {
    if (notice.id === FAILED_ID) {
      for (const id of [...this.#pending.keys()]) this.#keep({ id, json: undefined });
      return;
    }
    const resolve = this.#pending.get(notice.id);
    const value = valueOf(notice);
    if (resolve === undefined) {
      this.#early.set(notice.id, value);
      return;
    }
    this.#pending.delete(notice.id);
    if (this.#pending.size === 0) {
      this.#port.off("message", this.#onMessage);
      this.#port.unref();
    }
    resolve(value);
  }
}

function valueOf({ json, bytes }: Notice): unknown {
  const value = json === undefined ? undefined : parse(json);
  return bytes === undefined ? value : { ...value, packet: new Uint8Array(bytes) };
}
