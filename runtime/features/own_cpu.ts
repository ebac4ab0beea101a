// The app may set another.
const { cpuUsage } = Deno as { cpuUsage?: () => { readonly user: number; readonly system: number } };

/** What processors have worked for this process, milliseconds; undefined where Deno doesn't tell. */
export function ownCpuMs(): number | undefined {
  if (cpuUsage === undefined) return undefined;
  const { user, system } = cpuUsage();
  return (user + system) / 1000;
}
