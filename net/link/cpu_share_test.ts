import { equal } from "node:assert/strict";
import { quotaShare, unstoppedShare, watchShare } from "./cpu_share.ts";

const of = (files: Record<string, string>) => (path: string) => {
  if (files[path] === undefined) throw new Deno.errors.NotFound(path);
  return files[path];
};
const VERSION_1 = "cgroup /sys/fs/cgroup/cpu cgroup rw,relatime,cpu,cpuacct 0 0\n";
const VERSION_2 = "cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0\n";

for (
  const { name, files, share } of [
    { name: "no control groups", files: {}, share: 1 },
    {
      name: "version 2 without a limit",
      files: {
        "/proc/mounts": VERSION_2,
        "/proc/self/cgroup": "0::/a\n",
        "/sys/fs/cgroup/a/cpu.max": "max 100000\n",
      },
      share: 1,
    },
    {
      name: "version 2, the tighter of two groups",
      files: {
        "/proc/mounts": VERSION_2,
        "/proc/self/cgroup": "0::/a/b\n",
        "/sys/fs/cgroup/a/cpu.max": "25000 100000\n",
        "/sys/fs/cgroup/a/b/cpu.max": "50000 100000\n",
      },
      share: 0.25,
    },
    {
      name: "version 2, more than a core",
      files: {
        "/proc/mounts": VERSION_2,
        "/proc/self/cgroup": "0::/\n",
        "/sys/fs/cgroup/cpu.max": "400000 100000\n",
      },
      share: 1,
    },
    {
      name: "version 1 among other controllers",
      files: {
        "/proc/mounts": `cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\n${VERSION_1}`,
        "/proc/self/cgroup": "3:memory:/\n2:cpu,cpuacct:/slow\n",
        "/sys/fs/cgroup/cpu/slow/cpu.cfs_quota_us": "1000\n",
        "/sys/fs/cgroup/cpu/slow/cpu.cfs_period_us": "10000\n",
        "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
        "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
      },
      share: 0.1,
    },
    {
      name: "a container that sees the host's path",
      files: {
        "/proc/mounts": VERSION_1,
        "/proc/self/cgroup": "2:cpu,cpuacct:/docker/0123\n",
        "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "50000\n",
        "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
      },
      share: 0.5,
    },
  ] as { name: string; files: Record<string, string>; share: number }[]
) {
  Deno.test(`quotaShare() with ${name} is ${share}`, () => equal(quotaShare(of(files)), share));
}

Deno.test("unstoppedShare() counts computing and waiting for others, not being stopped", () => {
  const times = (runMs: number, waitedMs: number) => ({ runMs, waitedMs });
  equal(unstoppedShare(100, times(5, 1), times(25, 1)), 0.2);
  equal(unstoppedShare(100, times(5, 1), times(25, 81)), 1);
  equal(unstoppedShare(100, undefined, times(25, 81)), 1);
});

Deno.test("watchShare() on this machine is a share of a core", () => {
  const share = watchShare()(10);
  equal(share >= 0 && share <= 1, true);
});
