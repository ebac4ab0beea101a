import type { Choices } from "./choices.ts";
import { Classes } from "./classes.ts";
import { Expressions } from "./expressions.ts";
import { Functions } from "./functions.ts";
import { PRELUDE } from "./prelude.ts";
import { type Context, Names } from "./names.ts";
import { Protocols } from "./protocols.ts";
import { Statements } from "./statements.ts";

/** How a program is loaded: as a strict module, as TypeScript, or as a sloppy script. */
export type Language = "js" | "ts" | "cjs";

export interface GeneratedProgram {
  readonly language: Language;
  readonly text: string;
}

/** The parts of a generator; each makes one family of syntax and asks the others for the rest. */
export interface Parts {
  readonly choices: Choices;
  readonly expressions: Expressions;
  readonly statements: Statements;
  readonly functions: Functions;
  readonly classes: Classes;
  readonly protocols: Protocols;
}

/** Makes a program of these choices. The same choices always make the same program. */
export function generate(choices: Choices, language: Language): GeneratedProgram {
  const sloppy = language === "cjs" && !choices.chance(20);
  const parts = { choices } as { -readonly [K in keyof Parts]: Parts[K] };
  parts.expressions = new Expressions(parts);
  parts.statements = new Statements(parts);
  parts.functions = new Functions(parts);
  parts.classes = new Classes(parts);
  parts.protocols = new Protocols(parts);
  const context: Context = {
    names: new Names(null),
    sloppy,
    isAsync: language !== "cjs",
    isGenerator: false,
    inFunction: false,
    inMethod: false,
    derived: false,
    hasArguments: language === "cjs",
    privates: [],
    labels: [],
    inLoop: false,
    inSwitch: false,
    depth: 0,
  };
  const strict = language === "cjs" && !sloppy ? '"use strict";\n' : "";
  const body = parts.statements.list(context, 3 + choices.below(10), true);
  return { language, text: `${strict}${PRELUDE[language]}\n${body}\n` };
}
