import { KIND } from "../node.ts";
import { absent } from "./absent.ts";
import { argumentsKind } from "./arguments.ts";
import { array } from "./array.ts";
import { binding } from "./binding.ts";
import { bound } from "./bound.ts";
import { boxed } from "./boxed.ts";
import { buffer } from "./buffer.ts";
import { builtin } from "./builtin.ts";
import { classKind } from "./class.ts";
import { closure } from "./closure.ts";
import { date } from "./date.ts";
import { error } from "./error.ts";
import type { AnyKind } from "./kind.ts";
import { map } from "./map.ts";
import { member } from "./member.ts";
import { plain } from "./plain.ts";
import { regexp } from "./regexp.ts";
import { scope } from "./scope.ts";
import { set } from "./set.ts";
import { symbol } from "./symbol.ts";
import { view } from "./view.ts";

/** Every kind at its number. */
export const KINDS: readonly AnyKind[] = kindsInOrder();

function kindsInOrder(): AnyKind[] {
  const kinds: AnyKind[] = [];
  kinds[KIND.plain] = plain;
  kinds[KIND.array] = array;
  kinds[KIND.map] = map;
  kinds[KIND.set] = set;
  kinds[KIND.date] = date;
  kinds[KIND.regexp] = regexp;
  kinds[KIND.error] = error;
  kinds[KIND.boxed] = boxed;
  kinds[KIND.buffer] = buffer;
  kinds[KIND.view] = view;
  kinds[KIND.arguments] = argumentsKind;
  kinds[KIND.closure] = closure;
  kinds[KIND.class] = classKind;
  kinds[KIND.member] = member;
  kinds[KIND.bound] = bound;
  kinds[KIND.builtin] = builtin;
  kinds[KIND.symbol] = symbol;
  kinds[KIND.scope] = scope;
  kinds[KIND.binding] = binding;
  kinds[KIND.absent] = absent;
  return kinds;
}
