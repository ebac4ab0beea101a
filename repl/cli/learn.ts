import { absolute } from "./app.ts";
import type { Command } from "./command.ts";
import { defaultHome } from "../../net/home/mod.ts";
import { later } from "./later.ts";
import { log, workThrough } from "./learner.ts";

/** `learn`: learns from the runs that have ended, now. */
export const learn: Command = {
  summary:
    "Learns now from what runs have shown, and waits if that is under way; else it happens in the background after each run.",
  positionals: "",
  options: {
    home: { type: "string", value: "DIR", help: "the peer's home (default ~/.clonecloud)" },
    log: { type: "boolean", help: "don't wait for another learner, and write to the home's learner.log" },
  },
  async run({ values }) {
    const home = absolute(typeof values.home === "string" ? values.home : defaultHome());
    const background = values.log === true;
    const tell = (line: string) => background ? log(home, line) : console.error(`clonecloud: ${line}`);
    const { teach } = await later<typeof import("./teaching.ts")>("./teaching.ts", import.meta.url);
    const learnt = await workThrough(home, {
      ...{ wait: !background, tell },
      teach: (place) => teach(place, { home, tell }),
    });
    if (!background) {
      tell(
        learnt === 0
          ? "nothing is left to learn from"
          : `learnt from ${learnt} run${learnt === 1 ? "" : "s"}`,
      );
    }
    return 0;
  },
};
