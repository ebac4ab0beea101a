import {
  type AppVersion,
  ClashError,
  type Execution,
  partitionProblem,
  type Plan,
  planRun,
  pointOf,
  POWER_TABLES,
  type ProfileStore,
  regionPicture,
  solvePaper,
  solvePartition,
} from "../../analysis/mod.ts";
import { type Conditions, type MethodId, methodId } from "../../runtime/mod.ts";
import { type Command, oneOf, type Parsed, UsageError, writeNamed } from "./command.ts";
import { powerOf } from "./power_option.ts";
import { columns, latestVersion, openProfiles, STORE_OPTIONS } from "./profile.ts";

/** Conditions that are assumed where none were measured or given: a home network and a laptop. */
const ASSUMED: Conditions = {
  rttMs: 5,
  upBytesPerSecond: 6_250_000,
  downBytesPerSecond: 6_250_000,
  cloneSpeed: 4,
  power: "unknown",
};

/** `partition APP`: the best partition under given conditions, from stored profiles. */
export const partition: Command = {
  summary: "Solves for the best partition of an app under given conditions, from its stored profiles.",
  positionals: "APP",
  options: {
    ...STORE_OPTIONS,
    objective: { type: "string", value: "time|energy", help: "what to keep low (default: time)" },
    model: {
      type: "string",
      value: "context|paper",
      help: "calling contexts, or the paper's formulas (default: context)",
    },
    pin: { type: "string", multiple: true, value: "METHOD", help: "keep this method on the device" },
    migrate: { type: "string", multiple: true, value: "METHOD", help: "make this method migrate" },
    "max-energy": { type: "string", value: "J", help: "at most this much energy of the device" },
    "max-time": { type: "string", value: "S", help: "at most this long" },
    explain: { type: "string", value: "METHOD", help: "what each choice for this method would cost" },
    rtt: { type: "string", value: "MS", help: "round-trip time (default: as last measured)" },
    up: { type: "string", value: "MBIT", help: "bandwidth to the clone" },
    down: { type: "string", value: "MBIT", help: "bandwidth from the clone" },
    speed: { type: "string", value: "X", help: "how many times faster the clone is" },
    power: {
      type: "string",
      value: `${Object.keys(POWER_TABLES).join("|")}|live`,
      help:
        "the device's kind, for energy, or measure this one for this and later runs (default: what it is)",
    },
    screen: {
      type: "string",
      value: "on|off",
      help: "whether its screen is on (default: on with a battery)",
    },
    svg: { type: "string", value: "FILE", help: "write a picture of which partition is best where" },
  },
  async run(parsed) {
    using store = openProfiles(parsed);
    const version = latestVersion(store, parsed.positionals[0]);
    const asked = await askedOf(parsed, store.executions(version));
    try {
      const plan = (await planRun(store, version, asked))!;
      for (const named of [...asked.migrate, ...asked.pin, ...asked.about]) await checkKnown(plan, named);
      return await answer({ parsed, store, version, asked, plan });
    } catch (error) {
      if (!(error instanceof ClashError)) throw error;
      if (parsed.values.json === true) console.log(JSON.stringify({ app: version.app, clash: error.clash }));
      console.error(`clonecloud: ${error.message}`);
      return 1;
    }
  },
};

type Asked = Awaited<ReturnType<typeof askedOf>>;
interface Answer {
  readonly parsed: Parsed;
  readonly store: ProfileStore;
  readonly version: AppVersion;
  readonly asked: Asked;
  readonly plan: Plan;
}

async function askedOf({ values }: Parsed, executions: readonly Execution[]) {
  const objective = oneOf(values.objective ?? "time", ["time", "energy"] as const, "--objective");
  const model = oneOf(values.model ?? "context", ["context", "paper"] as const, "--model");
  const power = await powerOf(values);
  const [maxEnergyJ, maxTimeS] = [
    number(values["max-energy"], "--max-energy"),
    number(values["max-time"], "--max-time"),
  ];
  return {
    objective,
    model,
    power,
    conditions: conditionsOf(values, executions),
    pin: methods(values.pin),
    migrate: methods(values.migrate),
    about: values.explain === undefined ? [] : [method(String(values.explain))],
    ...(maxEnergyJ === undefined ? {} : { maxEnergyJ }),
    ...(maxTimeS === undefined ? {} : { maxTimeMs: maxTimeS * 1000 }),
  };
}

function conditionsOf(values: Parsed["values"], executions: readonly Execution[]): Conditions {
  const last = executions.findLast(({ conditions }) => conditions !== undefined)?.conditions ?? ASSUMED;
  const bytes = (mbit: number | undefined) => mbit === undefined ? undefined : mbit * 125_000;
  const conditions = {
    rttMs: number(values.rtt, "--rtt") ?? last.rttMs,
    upBytesPerSecond: bytes(number(values.up, "--up")) ?? last.upBytesPerSecond,
    downBytesPerSecond: bytes(number(values.down, "--down")) ?? last.downBytesPerSecond,
    cloneSpeed: number(values.speed, "--speed") ?? last.cloneSpeed,
    power: last.power,
  };
  try {
    pointOf(conditions);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  return conditions;
}

async function answer(given: Answer): Promise<number> {
  const { parsed: { values }, version, asked, plan } = given;
  const { conditions, objective, model } = asked;
  const paper = model === "paper" ? await paperOf(given) : undefined;
  const explained = typeof values.explain === "string"
    ? await explain(given, method(values.explain))
    : undefined;
  if (typeof values.svg === "string") {
    const picture = regionPicture(plan.database, { cloneSpeed: conditions.cloneSpeed, here: conditions });
    await writeNamed(values.svg, picture);
  }
  const shown = paper ?? { migrate: plan.migrate, cost: plan.cost };
  if (values.json === true) {
    const { homeCost, unit, candidates, outside } = plan;
    const database = {
      partitions: plan.database.partitions.length,
      exact: plan.database.exact,
      solves: plan.database.solves,
    };
    console.log(JSON.stringify({
      ...{ app: version.app, code_hash: version.codeHash, objective, model, conditions, ...shown },
      ...{
        homeCost,
        unit,
        candidates,
        outside,
        database,
        ...(explained === undefined ? {} : { explain: explained }),
      },
    }));
    return 0;
  }
  console.log(
    paper === undefined
      ? plan.why
      : `the paper's model: ${paper.migrate.join(", ") || "all stays on the device"}`,
  );
  console.log(columns([
    ["", plan.unit],
    ["all on the device", plan.homeCost.toFixed(2)],
    [
      shown.migrate.length === 0 ? "chosen: the same" : `chosen: ${shown.migrate.join(", ")}`,
      shown.cost.toFixed(2),
    ],
    ...(explained ?? []).map((
      { choice, cost, note },
    ) => [choice, cost === undefined ? note! : cost.toFixed(2)]),
  ]));
  for (const line of plan.outside) console.log(`outside the examined conditions: ${line}`);
  return 0;
}

async function paperOf({ asked, plan }: Answer): Promise<{ migrate: readonly MethodId[]; cost: number }> {
  const problem = partitionProblem(plan.costs, { ...asked, point: pointOf(asked.conditions) });
  const solved = await solvePaper(problem);
  if (!solved.feasible) throw new ClashError(["the paper's constraints"]);
  return solved;
}

/** @throws {UsageError} for a method that no profiled run has seen. */
async function checkKnown({ costs }: Plan, method: MethodId): Promise<void> {
  const known = [...new Set(costs.contexts.map((context) => context.method))];
  if (known.includes(method)) return;
  const { nearestMethod } = await import("../../runtime/rewrite/mod.ts");
  const near = nearestMethod(method, known);
  const hint = near === undefined ? "see: profile show" : `did you mean ${near}?`;
  throw new UsageError(`no method ${method} in the profile; ${hint}`);
}

interface Explained {
  readonly choice: string;
  readonly cost?: number;
  readonly note?: string;
}

/** What it costs to make the method migrate and to keep it home, each with the best choice for all others. */
async function explain({ asked, plan }: Answer, about: MethodId): Promise<Explained[]> {
  const point = pointOf(asked.conditions);
  const of = async (choice: string, more: { pin?: MethodId[]; migrate?: MethodId[] }): Promise<Explained> => {
    const solved = await solvePartition(partitionProblem(plan.costs, { ...asked, ...more, point }));
    if (!solved.feasible) return { choice, note: `impossible: ${solved.clash.join("; ")}` };
    const others = solved.migrate.filter((method) => method !== about).join(", ");
    return {
      choice: others === "" ? choice : `${choice}, with ${others} migrating`,
      cost: solved.cost,
    };
  };
  return [
    await of(`if ${about} migrates`, { migrate: [...asked.migrate, about] }),
    await of(`if ${about} stays`, { pin: [...asked.pin, about] }),
  ];
}

function number(value: Parsed["values"][string], option: string): number | undefined {
  if (value === undefined) return undefined;
  const parsed = typeof value === "string" && value.trim() !== "" ? Number(value) : NaN;
  if (!(parsed >= 0 && parsed < Infinity)) {
    throw new UsageError(`${option} ${value}: give a number, 0 or above`);
  }
  return parsed;
}

function methods(value: Parsed["values"][string]): MethodId[] {
  return Array.isArray(value) ? value.map((text) => method(String(text))) : [];
}

function method(text: string): MethodId {
  try {
    return methodId(text);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
