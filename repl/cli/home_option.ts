import { defaultHome, type Home, openHome } from "../../net/mod.ts";
import { type Options, type Parsed, UsageError } from "./command.ts";

/** The option of every command that uses a home. */
export const HOME_OPTION: Options = {
  home: { type: "string", value: "DIR", help: "folder of this peer's key and memory (~/.clonecloud)" },
};

/** Opens the home that the command line names. @throws {UsageError} if it can't be used. */
export async function homeOf(parsed: Parsed): Promise<Home> {
  try {
    return await openHome((parsed.values.home as string | undefined) ?? defaultHome());
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
