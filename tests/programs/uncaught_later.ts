// An error of the clone with a cause of the clone, through constructors, async functions and built-in callers.
class Invalid extends Error {
  override name = "Invalid";
  constructor(readonly field: string, options?: ErrorOptions) {
    super(`${field} is not valid`, options);
  }
}

class Sheet {
  #rows: Map<string, number>;
  constructor(rows: Iterable<[string, number]>) {
    this.#rows = new Map(rows);
    this.#rows.forEach((value, name) => {
      if (value < 0) throw new RangeError(`${name}: ${value}`);
    });
  }
}

async function load(rows: [string, number][]): Promise<Sheet> {
  await null;
  try {
    return new Sheet(rows);
  } catch (cause) {
    throw new Invalid("rows", { cause });
  }
}

async function main() {
  console.log(await load([["a", 1]]));
  console.log(
    await load([["b", -1]]),
  );
}

addEventListener("unhandledrejection", ({ reason }) => {
  console.log(reason.stack.split("\n").length, Object.keys(reason), reason.cause.stack.split("\n")[1]);
});
await main();
