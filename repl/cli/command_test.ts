import { deepEqual, ok, throws } from "node:assert/strict";
import { type Command, helpOf, parseCommand, UsageError } from "./command.ts";

const COMMAND: Command = {
  summary:
    "Does something that takes more than a few words to be told in full, for whoever asks what it does.",
  positionals: "APP",
  options: {
    home: {
      type: "string",
      value: "DIR",
      help: "where it is, in more words than a narrow terminal has room for",
    },
    quiet: { type: "boolean", short: "q", help: "no lines of our own" },
  },
  run: () => Promise.resolve(0),
};

Deno.test("helpOf() keeps within the terminal's columns, and loses no word", () => {
  const words = (text: string) => text.split(/\s+/).join(" ");
  const wide = helpOf("do", COMMAND);
  for (const columns of [40, 60, 80, 200]) {
    const help = helpOf("do", COMMAND, columns);
    const long = help.split("\n").filter((line) => line.length > columns && !line.startsWith("Usage"));
    deepEqual([columns, long], [columns, []]);
    deepEqual(words(help), words(wide));
  }
  ok(wide.split("\n").every((line) => line.length <= 100));
});

Deno.test("parseCommand() says what is wrong, and what could have been meant", () => {
  const cases: [string[], RegExp, string | undefined][] = [
    [["--hoem", "x", "app.ts"], /unknown option --hoem/, "--hoem"],
    [["-x", "app.ts"], /unknown option -x/, "-x"],
    [["--home"], /--home needs a value: --home DIR/, undefined],
    [["--quiet=1"], /--quiet takes no value/, undefined],
    [["app.ts", "more"], /unexpected argument "more": it takes only APP/, undefined],
  ];
  for (const [args, message, given] of cases) {
    throws(() => parseCommand(COMMAND, args), (error: unknown) => {
      ok(error instanceof UsageError && message.test(error.message), String(error));
      deepEqual(error.typed?.given, given);
      return true;
    });
  }
});
