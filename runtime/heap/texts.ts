/** What strings and regular expressions can do, without looking a method up that the program may have replaced. */
import { uncurry } from "./intrinsics.ts";

const { prototype } = String;
export const startsWith = uncurry(prototype.startsWith);
export const endsWith = uncurry(prototype.endsWith);
/** Whether a text has another within. */
export const hasText = uncurry(prototype.includes);
export const trim = uncurry(prototype.trim);
export const sliceText = uncurry(prototype.slice);
export const indexOfText = uncurry(prototype.indexOf);
export const lastIndexOfText = uncurry(prototype.lastIndexOf);

/** For expressions without flags that keep a place in them. */
export const execRegExp: (expression: RegExp, text: string) => RegExpExecArray | null = uncurry(
  RegExp.prototype.exec,
);

export function testRegExp(expression: RegExp, text: string): boolean {
  return execRegExp(expression, text) !== null;
}

/** What lies between the separators, which aren't empty. */
export function splitText(text: string, separator: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (let at = indexOfText(text, separator); at >= 0; at = indexOfText(text, separator, from)) {
    parts[parts.length] = sliceText(text, from, at);
    from = at + separator.length;
  }
  parts[parts.length] = sliceText(text, from);
  return parts;
}
