/** The one of `among` that was probably meant by a name that is none of them, if any is near. */
export function nearest(given: string, among: Iterable<string>): string | undefined {
  const name = given.toLowerCase();
  let best: string | undefined;
  let least = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of among) {
    const distance = edits(name, candidate.toLowerCase(), least);
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/**
 * The method id that was probably meant: one whose name ends as the given one's, else one written nearly the same. What is
 * compared is the name; whoever errs in it has seldom erred in the path too.
 */
export function nearestMethod(given: string, among: readonly string[]): string | undefined {
  const name = nameOf(given);
  const ending = among.find((id) =>
    id.endsWith(`#${name}`) || id.endsWith(`.${name}`) || id.endsWith(` ${name}`)
  );
  if (ending !== undefined) return ending;
  const near = nearest(name, among.map(nameOf)) ??
    nearest(lastOf(name), among.map((id) => lastOf(nameOf(id))));
  return near === undefined
    ? undefined
    : among.find((id) => nameOf(id) === near) ?? among.find((id) => lastOf(nameOf(id)) === near);
}

function nameOf(id: string): string {
  return id.slice(id.indexOf("#") + 1);
}

function lastOf(name: string): string {
  return name.split(".").at(-1)!;
}

/** Letters to insert, remove, replace or swap with the next, to make one text the other; not exact from `most` on. */
function edits(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) >= most) return most;
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, k) => k)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let k = 1; k <= b.length; k++) {
      const same = a[i - 1] === b[k - 1] ? 0 : 1;
      row[k] = Math.min(row[k - 1]! + 1, last[k]! + 1, last[k - 1]! + same);
      if (i > 1 && k > 1 && a[i - 1] === b[k - 2] && a[i - 2] === b[k - 1]) {
        row[k] = Math.min(row[k]!, before[k - 2]! + 1);
      }
    }
    [before, last] = [last, row];
  }
  return last[b.length]!;
}
