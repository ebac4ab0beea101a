/**
 * Reading and writing the properties of one shape, as code made for that shape where code may be made from text, so that
 * the engine's inline caches work; else as loops. Only ever run on objects of known layout, where it runs no user code.
 */
import { createObject, newFunction, quote } from "./intrinsics.ts";

/** Where slots are written to. */
export interface SlotSink {
  /** `number` is the slot's among those of all shapes. */
  slot(value: unknown, number: number): void;
}

/** Where slots are read from. */
export interface SlotSource {
  value(): unknown;
}

/** What slots are compared with. */
export interface SlotTwin {
  same(value: unknown): boolean;
}

export type CompareSlots = (object: object, twin: SlotTwin) => boolean;
export type WriteSlots = (object: object, sink: SlotSink) => void;
export type FillSlots = (object: object, source: SlotSource) => void;
export type MakeObject = () => object;

/** Longer lists of keys aren't worth code of their own. */
const MAX_KEYS = 64;

/** Passes an object's values to a sink, in order of the keys. */
export function slotWriter(keys: readonly string[], firstSlot: number): WriteSlots {
  let text = "";
  for (let i = 0; i < keys.length; i++) text += `s.slot(o[${quote(keys[i]!)}],${firstSlot + i});`;
  return compile<WriteSlots>(keys, text) ?? ((object, sink) => {
    for (let i = 0; i < keys.length; i++) {
      sink.slot((object as Record<string, unknown>)[keys[i]!], firstSlot + i);
    }
  });
}

/** Whether an object's values, in order of the keys, are a twin's. */
export function slotComparer(keys: readonly string[]): CompareSlots {
  let text = "return true";
  for (let i = 0; i < keys.length; i++) text += `&&s.same(o[${quote(keys[i]!)}])`;
  return compile<CompareSlots>(keys, text) ?? ((object, twin) => {
    for (let i = 0; i < keys.length; i++) {
      if (!twin.same((object as Record<string, unknown>)[keys[i]!])) return false;
    }
    return true;
  });
}

/** Assigns values from a source to an object that has all the keys already. */
export function slotFiller(keys: readonly string[]): FillSlots {
  let text = "";
  for (let i = 0; i < keys.length; i++) text += `o[${quote(keys[i]!)}]=s.value();`;
  return compile<FillSlots>(keys, text) ?? ((object, source) => {
    for (let i = 0; i < keys.length; i++) (object as Record<string, unknown>)[keys[i]!] = source.value();
  });
}

/** Makes objects with that prototype that have all the keys, undefined. */
export function objectMaker(keys: readonly string[], prototype: object): MakeObject {
  let text = "";
  for (let i = 0; i < keys.length; i++) text += `this[${quote(keys[i]!)}]=void 0;`;
  // A constructor that is called from one place only is made part of the code there. Stack traces call objects by their
  // constructor's name, unless that is this one.
  const body = `function Object(){${text}}Object.prototype=o;return function(){return new Object()}`;
  const make = compile<(prototype: object) => MakeObject>(keys, body);
  if (make !== undefined) return make(prototype);
  return () => {
    const made = createObject(prototype) as Record<string, undefined>;
    for (let i = 0; i < keys.length; i++) made[keys[i]!] = undefined;
    return made;
  };
}

function compile<T>(keys: readonly string[], body: string): T | undefined {
  if (keys.length > MAX_KEYS) return undefined;
  try {
    return new newFunction("o", "s", body) as T;
  } catch {
    return undefined;
  }
}
