/** Longest text of another machine that a person is shown. */
const MAX_SHOWN = 4_000;

/** What another machine says, as a person may be shown it: of limited length, and nothing that a terminal would obey. */
export function shownText(value: unknown, most: number = MAX_SHOWN): string {
  return String(value).slice(0, most).replace(/[^\P{C}\n\t]/gu, "");
}

/** The same on one line, which can't be taken for one of our own. */
export function shownLine(value: unknown, most?: number): string {
  return shownText(value, most).replace(/\s+/g, " ");
}
