/**
 * Treats one Linux machine as two, for end-to-end tests: device and clone in separate network, mount, process, host-name
 * and IPC namespaces, joined by one link. Nothing of one is on the other: home, temporary folders, Deno cache, apps;
 * both have the project, at different paths. `/usr`, `/etc` and the like are shared.
 *
 * ```ts ignore
 * await using lab = await Lab.create();
 * await lab.device.putDir("examples/virus_scan", "/mnt/device/apps/virus_scan");
 * const cwd = "/mnt/device/apps/virus_scan";
 * const { code, stdout } = await lab.device.run([lab.device.deno, "run", "-A", "main.ts"], { cwd });
 * ```
 */
import { Machine } from "./machine.ts";

/** What a lab is made with. */
export interface LabOptions {
  /** Whether a machine's Deno cache starts with the host's npm packages; by default only the device's does. */
  readonly npmCache?: { readonly device?: boolean; readonly clone?: boolean };
  /** Folders of the host that neither machine must see, besides its home, temporary folders and the project. */
  readonly hide?: readonly string[];
}

/** What a link lets through, in megabits a second. */
export interface LinkShape {
  readonly upMbit: number;
  readonly downMbit: number;
}

const PROJECT = new URL("../", import.meta.url).pathname.replace(/\/$/, "");
const DEVICE_IP = "10.90.0.1";
const CLONE_IP = "10.90.0.2";
/** A shaped link keeps at most this much waiting, as home routers do, before it drops packets. */
const QUEUE_MS = 400;
/** How much may leave at once; at least what one tick of the kernel's clock lets through. */
const BURST = "32kb";

/** Two machines and the link between them. Disposing ends whatever runs on them and leaves nothing behind. */
export class Lab implements AsyncDisposable {
  #shape: LinkShape | undefined;

  private constructor(readonly device: Machine, readonly clone: Machine) {}

  /** Starts both machines. @throws {Error} where that isn't possible: ask {@link Lab.unavailable} first. */
  static async create(options: LabOptions = {}): Promise<Lab> {
    const reason = Lab.unavailable();
    if (reason !== undefined) throw new Error(`Cannot make two machines: ${reason}`);
    await using machines = new AsyncDisposableStack();
    const common = { project: PROJECT, hide: options.hide ?? [] };
    const device = machines.use(
      await Machine.create({
        ...common,
        name: "device",
        ip: DEVICE_IP,
        projectAt: "clonecloud",
        npmCache: options.npmCache?.device ?? true,
      }),
    );
    const clone = machines.use(
      await Machine.create({
        ...common,
        name: "clone",
        ip: CLONE_IP,
        projectAt: "opt/clonecloud",
        npmCache: options.npmCache?.clone ?? false,
      }),
    );
    await connect(device, clone);
    machines.move();
    return new Lab(device, clone);
  }

  /** Why this system can't be two machines, or undefined if it can. */
  static unavailable(): string | undefined {
    if (Deno.build.os !== "linux") return "namespaces exist on Linux only";
    if (Deno.uid() !== 0) return "only root can make namespaces";
    try {
      for (const program of ["ip", "tc", "nsenter"]) new Deno.Command(program, { args: ["-V"] }).outputSync();
      const args = [
        "--net",
        "--mount",
        "--pid",
        "--fork",
        "--mount-proc",
        "mount",
        "-t",
        "tmpfs",
        "tmpfs",
        "/mnt",
      ];
      const { success, stderr } = new Deno.Command("unshare", { args }).outputSync();
      return success ? undefined : new TextDecoder().decode(stderr).trim();
    } catch (error) {
      return `${(error as Error).message} (Debian: iproute2, util-linux)`;
    }
  }

  /**
   * Cuts the link. Silently, as when a device goes out of range: packets vanish and nobody is told; or by its
   * carrier, as when a cable is pulled: the clone's interface goes down.
   */
  async cut(how: "silent" | "carrier" = "silent"): Promise<void> {
    if (how === "carrier") return await this.clone.network("ip", "link", "set", "eth0", "down");
    for (const machine of [this.device, this.clone]) {
      await machine.network("tc", "qdisc", "replace", "dev", "eth0", "root", "blackhole");
    }
  }

  /** Joins what was cut, however it was. */
  async restore(): Promise<void> {
    await bringUp(this.clone, this.device);
    await this.#applyShape();
  }

  /** One more network that both are in, besides the first: `net` is its addresses' first three numbers. */
  async addNetwork(name: string, net: string): Promise<void> {
    const { device, clone } = this;
    await device.network(
      ...["ip", "link", "add", name, "type", "veth", "peer", "name", name, "netns", String(clone.pid)],
    );
    for (const [machine, own] of [[device, 1], [clone, 2]] as const) {
      await machine.network("ip", "addr", "add", `${net}.${own}/24`, "dev", name);
      await machine.network("ip", "link", "set", name, "up");
    }
  }

  /** Limits the link's bandwidth (seen from the device), or lifts the limit. */
  async shape(shape: LinkShape | undefined): Promise<void> {
    this.#shape = shape;
    await this.#applyShape();
  }

  /** What still runs on the two machines. */
  processes(): { device: string[]; clone: string[] } {
    const commands = (machine: Machine) => machine.processes().map(({ command }) => command);
    return { device: commands(this.device), clone: commands(this.clone) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.device, this.clone].map((machine) => machine[Symbol.asyncDispose]()));
  }

  async #applyShape(): Promise<void> {
    for (
      const [machine, mbit] of [[this.device, this.#shape?.upMbit], [
        this.clone,
        this.#shape?.downMbit,
      ]] as const
    ) {
      await machine.network(
        ...["tc", "qdisc", "replace", "dev", "eth0", "root"],
        ...mbit === undefined
          ? ["pfifo_fast"]
          : ["tbf", "rate", `${mbit}mbit`, "burst", BURST, "latency", `${QUEUE_MS}ms`],
      );
    }
  }
}

async function connect(device: Machine, clone: Machine): Promise<void> {
  await device.network(
    ...["ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", String(clone.pid)],
  );
  await bringUp(device, clone);
  await bringUp(clone, device);
}

/** Gives a machine its address and routes: the default one and, for multicast DNS, the one for groups. */
async function bringUp(machine: Machine, other: Machine): Promise<void> {
  await machine.network("ip", "addr", "replace", `${machine.ip}/24`, "dev", "eth0");
  await machine.network("ip", "link", "set", "eth0", "up");
  await machine.network("ip", "route", "replace", "default", "via", other.ip);
  await machine.network("ip", "route", "replace", "224.0.0.0/4", "dev", "eth0");
}
