/**
 * One of the two machines of a lab: processes with a network, a file tree, and process ids of their own.
 *
 * A holder process keeps the namespaces alive and is process 1 in them. It ends when its standard input does, so
 * whatever happens to us, the kernel ends the machine's processes, mounts and network with it.
 * Inside, everything that is the machine's own lies below `/mnt/<name>`, on a file system in memory.
 */
import { dirname } from "node:path";
import { CpuQuota } from "../bench/cpu_quota.ts";
import { type Output, Running, type SpawnOptions } from "./running.ts";
import { Trace } from "./trace.ts";

/** What a machine is made with. */
export interface MachineOptions {
  readonly name: string;
  readonly ip: string;
  /** The project, on the host. */
  readonly project: string;
  /** Where the project is on the machine, below `/mnt/<name>`. */
  readonly projectAt: string;
  /** Copies the host's npm cache into the machine's Deno cache, so that apps can import npm packages offline. */
  readonly npmCache: boolean;
  /** Folders of the host, besides its home, temporary folders and the project, that the machine must not see. */
  readonly hide: readonly string[];
}

/** A process that runs on a machine; its id is the host's. */
export interface ProcessInfo {
  readonly pid: number;
  readonly command: string;
}

/** Runs as process 1 of the machine. Binds come before the folders that they come from are hidden. */
const SETUP = `set -e
mount -t tmpfs tmpfs /mnt
mkdir -p "$BASE/home" "$BASE/deno_dir" "$BASE/bin" "$BASE/layer/upper" "$BASE/layer/work" "$PROJECT_AT"
touch "$BASE/bin/deno"
mount --bind "$DENO" "$BASE/bin/deno"
mount -t overlay overlay -o "lowerdir=$PROJECT,upperdir=$BASE/layer/upper,workdir=$BASE/layer/work" "$PROJECT_AT" \
  2>/dev/null || cp -a "$PROJECT/." "$PROJECT_AT"
if [ -n "$NPM_CACHE" ]; then cp -a "$NPM_CACHE" "$BASE/deno_dir/npm"; fi
for folder in "$@"; do if [ -d "$folder" ]; then mount -t tmpfs tmpfs "$folder"; fi; done
hostname "$NAME"
ip link set lo up
echo ready
exec cat >/dev/null
`;

/** Folders that two machines never share. */
const PRIVATE = ["/tmp", "/var/tmp", "/dev/shm"];

/** A machine. Owns its namespaces and everything in them. */
export class Machine implements AsyncDisposable {
  readonly name: string;
  readonly ip: string;
  /** Folders as the machine sees them. */
  readonly base: string;
  readonly home: string;
  readonly denoDir: string;
  readonly deno: string;
  readonly project: string;
  readonly #holder: Deno.ChildProcess;
  readonly #quota: CpuQuota | undefined;
  #pid = 0;
  #traces = 0;

  private constructor(options: MachineOptions) {
    this.name = options.name;
    this.ip = options.ip;
    this.base = `/mnt/${options.name}`;
    this.home = `${this.base}/home`;
    this.denoDir = `${this.base}/deno_dir`;
    this.deno = `${this.base}/bin/deno`;
    this.project = `${this.base}/${options.projectAt}`;
    this.#quota = CpuQuota.unavailable() === undefined ? new CpuQuota() : undefined;
    this.#holder = hold(this, options);
  }

  /** Starts a machine. @throws {Error} with what the system said. */
  static async create(options: MachineOptions): Promise<Machine> {
    const machine = new Machine(options);
    try {
      await machine.#ready();
      return machine;
    } catch (error) {
      await machine[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Id, as the host counts, of the process that holds the machine's namespaces. */
  get pid(): number {
    return this.#pid;
  }

  /** Starts a command on the machine, in a process group of its own. */
  spawn(command: readonly string[], options: SpawnOptions = {}): Running {
    const enter = ["nsenter", "-t", String(this.#pid), "-m", "-n", "-p", "-u", "-i", "--"];
    const inside = ["sh", "-c", 'cd "$0" && exec "$@"', options.cwd ?? this.home, ...command];
    const [program, ...args] = [...(this.#quota?.wrap(enter) ?? enter), ...inside];
    return new Running(
      new Deno.Command(program!, {
        args,
        clearEnv: true,
        env: { ...this.#environment(), ...options.env },
        stdin: options.stdin === undefined ? "null" : "piped",
        stdout: "piped",
        stderr: "piped",
        detached: true,
      }).spawn(),
      options.stdin,
    );
  }

  /** Runs a command to its end. */
  run(command: readonly string[], options: SpawnOptions = {}): Promise<Output> {
    return this.spawn(command, options).output();
  }

  /** Starts a command whose system calls on files are written down, its children's included; see {@link Trace}. */
  trace(command: readonly string[], options: SpawnOptions = {}): Trace {
    const file = `${this.base}/trace-${++this.#traces}`;
    const strace = ["strace", "-f", "--seccomp-bpf", "-s", "4096", "-e", "trace=%file", "-o", file, "--"];
    return new Trace(this.spawn([...strace, ...command], options), this.hostPath(file));
  }

  /** Where the host finds a path of the machine. */
  hostPath(path: string): string {
    return `/proc/${this.#pid}/root${path}`;
  }

  /** Copies a folder of the host to a path on the machine. */
  async putDir(hostPath: string, path: string): Promise<void> {
    await Deno.mkdir(this.hostPath(dirname(path)), { recursive: true });
    await check("cp", "-a", `${hostPath}/.`, this.hostPath(path));
  }

  /** Writes a file on the machine. */
  async putFile(path: string, content: string | Uint8Array): Promise<void> {
    await Deno.mkdir(this.hostPath(dirname(path)), { recursive: true });
    await Deno.writeFile(
      this.hostPath(path),
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    );
  }

  /** Makes all of the machine's processes together as slow as 1/factor of one CPU. @throws {Error} where quotas aren't allowed. */
  limitCpu(factor: number): void {
    if (this.#quota === undefined) throw new Error(`Cannot limit CPU time: ${CpuQuota.unavailable()}`);
    this.#quota.setFactor(factor);
  }

  /** The processes that run on the machine, the holder left out. */
  processes(): ProcessInfo[] {
    const own = Deno.readLinkSync(`/proc/${this.#pid}/ns/pid`);
    const pids = [...Deno.readDirSync("/proc")].map((entry) => Number(entry.name)).filter(Boolean);
    return pids.filter((pid) => pid !== this.#pid).flatMap((pid) => {
      try {
        if (Deno.readLinkSync(`/proc/${pid}/ns/pid`) !== own) return [];
        const command = Deno.readTextFileSync(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();
        return command === "" ? [] : [{ pid, command }]; // a zombie has no command line
      } catch {
        return []; // it ended while we looked
      }
    });
  }

  /** Runs `ip` or `tc` in the machine's network. */
  network(...command: string[]): Promise<void> {
    return check("nsenter", "-t", String(this.#pid), "-n", ...command);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#holder.stdin.close().catch(() => {});
    try {
      this.#holder.kill("SIGKILL"); // unshare takes process 1 with it, and the kernel the rest
    } catch { /* it has ended already */ }
    await this.#holder.status;
    await this.#holder.stdout.cancel().catch(() => {});
    await this.#quota?.[Symbol.asyncDispose]();
  }

  async #ready(): Promise<void> {
    const reader = this.#holder.stdout.getReader();
    const { value } = await reader.read();
    reader.releaseLock();
    if (value === undefined) {
      const said = await new Response(this.#holder.stderr).text();
      throw new Error(`Cannot start the machine "${this.name}": ${said.trim()}`);
    }
    await this.#holder.stderr.cancel();
    const parent = this.#holder.pid;
    this.#pid = Number((await Deno.readTextFile(`/proc/${parent}/task/${parent}/children`)).trim());
  }

  #environment(): Record<string, string> {
    return {
      PATH: `${this.base}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
      HOME: this.home,
      DENO_DIR: this.denoDir,
      DENO_NO_UPDATE_CHECK: "1",
      LANG: "C.UTF-8",
      NO_COLOR: "1",
    };
  }
}

function hold(machine: Machine, options: MachineOptions): Deno.ChildProcess {
  const ofUser = [Deno.env.get("HOME"), Deno.env.get("DENO_DIR")].filter((path) => path !== undefined);
  const hidden = [...PRIVATE, ...ofUser, options.project, ...options.hide];
  const namespaces = [
    "--net",
    "--mount",
    "--pid",
    "--uts",
    "--ipc",
    "--fork",
    "--kill-child",
    "--mount-proc",
  ];
  return new Deno.Command("unshare", {
    args: [...namespaces, "--propagation", "private", "sh", "-c", SETUP, "sh", ...hidden],
    env: {
      NAME: machine.name,
      BASE: machine.base,
      DENO: Deno.realPathSync(Deno.execPath()),
      PROJECT: options.project,
      PROJECT_AT: machine.project,
      NPM_CACHE: options.npmCache ? hostNpmCache() : "",
    },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    detached: true,
  }).spawn();
}

/** The host's folder of npm packages, or "" if there is none yet. */
function hostNpmCache(): string {
  const { stdout } = new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).outputSync();
  const { npmCache } = JSON.parse(new TextDecoder().decode(stdout));
  try {
    return Deno.statSync(npmCache).isDirectory ? npmCache : "";
  } catch {
    return "";
  }
}

/** Runs a command of the host. @throws {Error} with what it said if it fails. */
async function check(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args, stdin: "null" }).output();
  if (!success) {
    const said = new TextDecoder().decode(stderr).trim();
    throw new Error(`Cannot run ${program} ${args.join(" ")}: ${said}`);
  }
}
