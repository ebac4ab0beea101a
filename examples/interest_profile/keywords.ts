import { stemmer } from "stemmer";

/** Words that say nothing of what a text is about. */
const STOP_WORDS = new Set(
  ("a an and any are as at be been but by can could did do does for from had has have he her his how i if in into is it " +
    "its may more most no not of on one only or other our out see she should so some such than that the their them then " +
    "there these they this to up use used using very was we were what when where which who will with would you your")
    .split(" "),
);

/** The stems of a text's words, in order. */
export function stemsOf(text: string): string[] {
  const words = text.toLowerCase().match(/[a-z]{3,}/g) ?? [];
  return words.filter((word) => !STOP_WORDS.has(word)).map((word) => stemmer(word));
}

/** How often each of them occurs. */
export function countStems(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const stem of stemsOf(text)) counts.set(stem, (counts.get(stem) ?? 0) + 1);
  return counts;
}
