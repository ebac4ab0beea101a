/**
 * Asks the engine whether two objects have one hidden class: only where `--allow-natives-syntax` lets one, which is never in
 * a guest. Everything works without it, several times as slowly.
 */
export function engineLayout(): ((a: object, b: object) => boolean) | undefined {
  try {
    // Objects in dictionary mode have classes of their own that tell nothing.
    const text = "return %HaveSameMap(a, b) && (a !== b || %HasFastProperties(a))";
    return new Function("a", "b", text) as (a: object, b: object) => boolean;
  } catch {
    return undefined;
  }
}
