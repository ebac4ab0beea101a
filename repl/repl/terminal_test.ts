import { ReplProcess, SCRIPT } from "../../tests/transcript.ts";

const installed = await Deno.stat(SCRIPT).then(() => true, () => false);

Deno.test({
  name: `on a terminal Tab completes and Ctrl-C leaves a standing app alone${
    installed ? "" : ` (skipped: no ${SCRIPT})`
  }`,
  ignore: !installed,
  async fn() {
    const args = ["--migrate", "tests/fixtures/figure7.ts#change", "tests/fixtures/figure7.ts"];
    await using repl = new ReplProcess(args, { terminal: true });
    const reader = repl.child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let said = "";
    /** Reads until a text was written that hasn't been waited for yet. */
    const heard = async (text: string) => {
      while (!said.includes(text)) {
        const { value, done } = await reader.read();
        if (done) throw new Error(`Cannot hear "${text}" in: ${said}`);
        said += value;
      }
      said = said.slice(said.indexOf(text) + text.length);
    };
    await heard("clonecloud> ");
    await repl.type("st");
    await heard("st");
    await repl.type("\t");
    await heard("ep");
    await repl.type("\r");
    await heard("main stands at capture");
    await heard("clonecloud> ");
    await repl.type("\x03");
    await heard("(the app stands; `quit` ends it)");
    await repl.type("threads\r");
    await heard("main    stands at capture");
    await heard("clonecloud> ");
    await repl.type(".help\r");
    await heard("end the app and the REPL");
    await heard("clonecloud> ");
    await repl.type(".thr");
    await heard(".thr");
    await repl.type("\t");
    await heard("eads");
    await repl.type("\r");
    await heard("main    stands at capture");
    await heard("clonecloud> ");
    await repl.type("exit()\r");
    while (!(await reader.read()).done);
    await repl.child.stdin.close();
  },
});
