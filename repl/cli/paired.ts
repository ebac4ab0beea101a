/** Whether this device has ever been paired: if not, there is no clone to look for. */
export function isPaired(home: string): boolean {
  try {
    return Deno.readTextFileSync(`${home}/trust.json`).includes('"');
  } catch {
    return false;
  }
}
