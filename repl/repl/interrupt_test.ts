import { match, strictEqual } from "node:assert/strict";
import { ReplProcess } from "../../tests/transcript.ts";

Deno.test("SIGINT interrupts the app and leaves the REPL running", async () => {
  await using repl = new ReplProcess(["--migrate", METHOD, "tests/fixtures/waits_for_interrupt.ts"]);
  await repl.type("run\n");
  let said = "";
  for await (const text of repl.child.stdout.pipeThrough(new TextDecoderStream())) {
    said += text;
    if (text.includes("waiting")) repl.child.kill("SIGINT");
    if (text.includes("has ended")) await repl.type("threads\nquit\n");
  }
  match(said, /app \| interrupted\nthe app has ended with exit code 3 after 0 migrations\n/);
  match(said, /clonecloud> threads\nno threads: the app doesn't run\nclonecloud> quit\n$/);
  strictEqual((await repl.child.status).code, 0);
});

const METHOD = "tests/fixtures/waits_for_interrupt.ts#never";
