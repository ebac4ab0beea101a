import { peerIdOf } from "../../net/mod.ts";
import type { Command } from "./command.ts";
import { HOME_OPTION, homeOf } from "./home_option.ts";

/** `id`: prints a home's peer id. */
export const id: Command = {
  summary: "Prints this peer's id, making its key if there is none.",
  positionals: "",
  options: HOME_OPTION,
  async run(parsed) {
    console.log(await peerIdOf(await homeOf(parsed)));
    return 0;
  },
};
