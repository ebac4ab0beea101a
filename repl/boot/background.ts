/**
 * Starts Deno in the background: a process of the lowest priority that outlives this one and says nothing. `maxCpuS`: the system
 * ends it after so many seconds of CPU time.
 */
export function startBehind(denoPath: string, args: readonly string[], maxCpuS?: number): void {
  const limit = maxCpuS === undefined ? "" : `ulimit -t ${maxCpuS}; `;
  const niced = ["-c", `${limit}exec nice -n 19 "$0" "$@"`, denoPath, ...args];
  const [command, given] = Deno.build.os === "windows" ? [denoPath, [...args]] : ["sh", niced];
  new Deno.Command(command, {
    ...{ args: given, cwd: "/", stdin: "null", stdout: "null", stderr: "null", detached: true },
  }).spawn().unref();
}
