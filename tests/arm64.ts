/**
 * An arm64 Deno on a machine of another architecture, under QEMU's user-mode emulation.
 *
 * As a script, prepares one and shows that it runs: `deno run -A tests/arm64.ts [FOLDER]`. Needs npm and Debian's
 * qemu-user-static, libc6-arm64-cross and libgcc-s1-arm64-cross.
 */
import { join } from "node:path";

const PACKAGE = "@deno/linux-arm64-glibc";
const EMULATOR = "qemu-aarch64-static";
/** Where Debian's cross packages put arm64's libraries. */
const LIBRARIES = "/usr/aarch64-linux-gnu";
const NEEDED = ["lib/libc.so.6", "lib/libgcc_s.so.1"];

/**
 * Starts the Deno beside it under emulation. Deno.execPath() inside gives the arm64 file itself, which this machine's
 * kernel can't start: whatever starts further Denos has to be told to use this script.
 */
const WRAPPER = `#!/bin/sh
exec ${EMULATOR} -L ${LIBRARIES} "$(dirname "$0")/package/deno" "$@"
`;

/** An arm64 Deno that is ready to run. Its folder may be copied to another place as a whole. */
export interface Arm64Deno {
  readonly folder: string;
  /** What to start instead of `deno`. */
  readonly command: string;
  readonly version: string;
}

/** Why this machine can't emulate arm64, or undefined if it can. */
export function arm64Unavailable(): string | undefined {
  if (Deno.build.os !== "linux") return "user-mode emulation exists on Linux only";
  try {
    new Deno.Command(EMULATOR, { args: ["--version"] }).outputSync();
    for (const file of NEEDED) Deno.statSync(join(LIBRARIES, file));
    return undefined;
  } catch {
    return "install Debian's qemu-user-static, libc6-arm64-cross and libgcc-s1-arm64-cross";
  }
}

/**
 * Installs an arm64 Deno into a folder, unless it is there already: of this Deno's version, or the newest one of the
 * same minor version if npm has no arm64 build of it. @throws {Error} where arm64 can't be emulated.
 */
export async function prepareArm64(folder: string): Promise<Arm64Deno> {
  const reason = arm64Unavailable();
  if (reason !== undefined) throw new Error(`Cannot emulate arm64: ${reason}`);
  const command = join(folder, "deno");
  const installed = await installedVersion(folder);
  if (installed !== undefined && sameMinor(installed)) return { folder, command, version: installed };
  await Deno.mkdir(folder, { recursive: true });
  const version = await bestVersion();
  const archive =
    (await output("npm", "pack", "--silent", "--pack-destination", folder, `${PACKAGE}@${version}`))
      .trim();
  await output("tar", "-xzf", join(folder, archive), "-C", folder);
  await Deno.remove(join(folder, archive));
  await Deno.writeTextFile(command, WRAPPER, { mode: 0o755 });
  return { folder, command, version };
}

async function installedVersion(folder: string): Promise<string | undefined> {
  try {
    Deno.statSync(join(folder, "deno"));
    return JSON.parse(await Deno.readTextFile(join(folder, "package", "package.json"))).version;
  } catch {
    return undefined;
  }
}

function sameMinor(version: string): boolean {
  const minor = (text: string) => text.split(".").slice(0, 2).join(".");
  return minor(version) === minor(Deno.version.deno);
}

async function bestVersion(): Promise<string> {
  const versions: string[] = JSON.parse(await output("npm", "view", "--json", PACKAGE, "versions"));
  if (versions.includes(Deno.version.deno)) return Deno.version.deno;
  const best = versions.findLast(sameMinor);
  if (best === undefined) {
    throw new Error(`Cannot emulate arm64: npm has no ${PACKAGE} like ${Deno.version.deno}`);
  }
  return best;
}

async function output(program: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args, stdin: "null" }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) throw new Error(`Cannot run ${program} ${args[0]}: ${text(stderr).trim()}`);
  return text(stdout);
}

if (import.meta.main) {
  const { command, version } = await prepareArm64(Deno.args[0] ?? ".cache/arm64");
  const code = "console.log(`hello from ${Deno.build.arch}, Deno ${Deno.version.deno}`)";
  const start = performance.now();
  const said = await output(command, "eval", code);
  console.log(`${said.trim()} (emulated; ${Math.round(performance.now() - start)} ms)`);
  if (said !== `hello from aarch64, Deno ${version}\n`) Deno.exit(1);
}
