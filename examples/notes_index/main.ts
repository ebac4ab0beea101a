/** Shows which notes belong together: deno run -A main.ts [FOLDER] [QUESTION] */
import { NotesIndex } from "./index.ts";
import { Query } from "./note.ts";

const folder = Deno.args[0] ?? new URL("notes", import.meta.url).pathname;
const index = new NotesIndex();
await index.addFolder(folder);
console.log(`${index.size} notes`);
for (const note of index) {
  const related = await index.related(note, 2);
  console.log(`${note.title}: see also ${related.map(({ title }) => title).join(", ") || "nothing"}`);
}
for (const title of index.brokenLinks()) console.log(`No note is called "${title}"`);
const question = Deno.args[1];
if (question !== undefined) {
  const [best] = await index.related(new Query(question), 1);
  console.log(`${question} ${best?.title ?? "I don't know"}`);
}
