class Failure extends Error {
  override name = "Failure";
  constructor(message: string, readonly code: number, options?: ErrorOptions) {
    super(message, options);
  }
}
function rejects(code: number): Promise<never> {
  return new Promise((_, reject) => setTimeout(() => reject(new Failure("rejected", code)), 0));
}
function throwsInThen(): Promise<void> {
  return Promise.resolve().then(() => {
    throw new Failure("in then", 2, { cause: new Error("cause") });
  });
}
function throwsAtOnce(): Promise<void> {
  throw new Failure("at once", 3);
}
function throwsInTimer(): Promise<number> {
  return new Promise((resolve, reject) => {
    setTimeout(() => {
      try {
        JSON.parse("{");
      } catch (error) {
        reject(error);
      }
      resolve(1);
    }, 0);
  });
}
for (const act of [() => rejects(1), throwsInThen, throwsAtOnce, throwsInTimer]) {
  try {
    await act();
  } catch (error) {
    const { name, message, code, cause } = error as Failure;
    console.log(name, message, code, (cause as Error)?.message, error instanceof Failure);
  }
}
try {
  await rejects(9);
} catch (error) {
  console.log((error as Failure).code);
}
