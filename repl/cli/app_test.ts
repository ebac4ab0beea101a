import { equal } from "node:assert/strict";
import { modulePath } from "./app.ts";

Deno.test("modulePath() writes a # of a path as in URLs, so that a method's name begins at an id's first", () => {
  equal(modulePath("file:///app/notes%20%231/c%23.ts", "/app"), "notes %231/c%23.ts");
});
