import { ownStack, writeStack } from "../heap/stack.ts";
import { getterOf, type HostType, text } from "./host_type.ts";

const { apply, getOwnPropertyDescriptor } = Reflect;

/** `DOMException`: name and message are fixed and tell the code; the stack is a property of its own. */
export function exceptionType(): HostType {
  const Made = DOMException;
  const { prototype } = Made;
  const name = getterOf(prototype, "name");
  const message = getterOf(prototype, "message");
  const stackGetter = getOwnPropertyDescriptor(new Made(), "stack")?.get;
  return {
    name: "DOMException",
    prototype,
    read: (value) => {
      const fixed = [apply(message, value, []), apply(name, value, [])];
      const own = getOwnPropertyDescriptor(value, "stack");
      // A program that replaced the stack made it a property like any other.
      if (own?.get === undefined || own.get !== stackGetter || own.enumerable) return undefined;
      const stack = ownStack(value);
      return typeof stack === "string" ? { fixed, state: [stack] } : undefined;
    },
    make: ([said, called]) => new Made(text(said), text(called)),
    fill: (value, [stack]) => writeStack(value, text(stack), false),
    sample: () => new Made(),
  };
}
