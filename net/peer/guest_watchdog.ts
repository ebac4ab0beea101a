/**
 * Kills guests when their peer dies without a chance to do so (kill -9, a crash).
 *
 * A guest that computes doesn't read its stdin, so it would not notice that its peer is gone. One small shell per peer
 * waits on a pipe from the peer; when the pipe breaks it kills the guests' process groups and removes their
 * folders. Without a POSIX shell (Windows) guests end only when they next read their stdin.
 */
const SCRIPT = `trap '' INT TERM HUP
while read -r op pid folder; do
  case $op in
    +) pids="$pids $pid"; folders="$folders
$folder" ;;
    -) kept=; for p in $pids; do [ "$p" = "$pid" ] || kept="$kept $p"; done; pids=$kept ;;
  esac
done
for p in $pids; do kill -9 -"$p" 2>/dev/null; kill -9 "$p" 2>/dev/null; done
printf '%s\\n' "$folders" | while read -r f; do
  case $f in */clonecloud-guest-*) rm -rf -- "$f" ;; esac
done`;

/** Watches over the guests of one peer. */
export interface GuestWatchdog {
  add(pid: number, folder: string): void;
  remove(pid: number): void;
  close(): Promise<void>;
}

/** One that does nothing. */
export function noWatchdog(): GuestWatchdog {
  return { add: () => {}, remove: () => {}, close: () => Promise.resolve() };
}

/** Starts a watchdog; one that does nothing where there is no POSIX shell. */
export function startWatchdog(): GuestWatchdog {
  let child: Deno.ChildProcess;
  try {
    if (Deno.build.os === "windows") throw new Deno.errors.NotSupported();
    child = new Deno.Command("sh", {
      args: ["-c", SCRIPT],
      stdin: "piped",
      stdout: "null",
      stderr: "null",
      clearEnv: true,
      env: { PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin" },
      detached: true,
    }).spawn();
  } catch {
    return noWatchdog();
  }
  child.unref();
  const writer = child.stdin.getWriter();
  const tell = (line: string) => void writer.write(new TextEncoder().encode(line)).catch(() => {});
  return {
    add: (pid, folder) => tell(`+ ${pid} ${folder}\n`),
    remove: (pid) => tell(`- ${pid}\n`),
    async close() {
      await writer.close().catch(() => {});
      await child.status;
    },
  };
}
