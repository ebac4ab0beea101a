/**
 * Messages that a Worker gets before its own module runs. Deno takes them from the queue as soon as the module that the
 * Worker was started with runs, and that is ours; so they are held, and come once the app's module has begun.
 *
 * They come as the engine's own would: trusted, one after the other, and with the engine's frames below them.
 */
import process from "node:process";
import { apply, defineProperty, promiseThen } from "./intrinsics.ts";

const { stopImmediatePropagation } = Event.prototype;
const { addEventListener, removeEventListener, dispatchEvent, setTimeout } = globalThis;
const MessageEventCtor = MessageEvent;
const resolved = Promise.resolve();
const FRAME = /^ {4}at (?:async )?(\w+) \((.*):(\d+):(\d+)\)$/;

type Deliver = (event: Event) => void;

export class HeldMessages {
  readonly #held: MessageEvent[] = [];
  readonly #first: Promise<unknown>;
  /** Where the engine took each message from its queue: the app's begin one later than the queue. */
  readonly #stacks: string[] = [];
  #release = () => {};

  constructor() {
    this.#first = new Promise((resolve) => {
      let first = true;
      const hold: EventListener = (event) => {
        apply(stopImmediatePropagation, event, []);
        this.#stacks.push(new Error().stack ?? "");
        if (!first) {
          this.#held.push(event as MessageEvent);
          return;
        }
        first = false;
        resolve((event as MessageEvent).data);
      };
      addEventListener("message", hold);
      this.#release = () => setTimeout(() => this.#deliverAll(hold));
    });
  }

  /** What the very first message brings: it is not the app's. */
  first<T>(): Promise<T> {
    return this.#first as Promise<T>;
  }

  /** The app's module has begun to run: once it waits, messages come. */
  release(): void {
    this.#release();
    this.#release = () => {};
  }

  /** Each from the queue of microtasks, so that no frame of this file is below it. */
  #deliverAll(hold: EventListener): void {
    removeEventListener("message", hold);
    let last: Promise<unknown> = resolved;
    this.#held.forEach(({ data, ports }, i) => {
      last = promiseThen(last, () => trusted(data, ports)) as Promise<unknown>;
      last = promiseThen(last, disguised(this.#stacks[i]!)) as Promise<unknown>;
    });
  }
}

function trusted(data: unknown, ports: readonly MessagePort[]): Event {
  const event = new MessageEventCtor("message", { data, ports: [...ports] });
  for (const symbol of Object.getOwnPropertySymbols(event)) {
    if (symbol.description === "[[isTrusted]]") defineProperty(event, symbol, { value: true });
  }
  return event;
}

/** Dispatches an event with frames that read as those below `dispatchEvent` in this stack trace. */
function disguised(stack: string): Deliver {
  const lines = stack.split("\n");
  const frames = lines.slice(lines.findIndex((line) => line.includes("dispatchEvent (")) + 1);
  const { Script } = process.getBuiltinModule("node:vm");
  return frames.reduce<Deliver>((call, frame) => {
    const [, name, filename, line, column] = FRAME.exec(frame) ?? [];
    if (name === undefined) return call;
    const before = `(call=>function ${name}(event){`;
    const make = new Script(`${before}call(event)})`, {
      filename,
      lineOffset: Number(line) - 1,
      columnOffset: Number(column) - 1 - before.length,
    }).runInThisContext();
    return make(call);
  }, dispatchEvent);
}
