import assert from "node:assert/strict";
import { join } from "node:path";

const MAIN = new URL("main.ts", import.meta.url).pathname;
const USERDB = "/usr/share/pev/userdb.txt";
const SAMPLES = "/usr/share/clamav-testfiles";
/** Matches the message that every Windows program starts with, so it says nothing. */
const TOO_GENERAL = "dUP v2.x Patcher --> www.diablo2oo2.cjb.net";

async function scan(...args: string[]): Promise<{ code: number; lines: string[]; stderr: string }> {
  const command = new Deno.Command(Deno.execPath(), { args: ["run", "-A", MAIN, ...args], stdin: "null" });
  const { code, stdout, stderr } = await command.output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, lines: text(stdout).trim().split("\n"), stderr: text(stderr) };
}

async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const missing = [USERDB, SAMPLES].filter((path) => {
  try {
    Deno.statSync(path);
    return false;
  } catch {
    return true;
  }
});
const withDebianData = {
  name: missing.length === 0
    ? "main finds the packers of Debian's ClamAV test files"
    : `main finds the packers of Debian's ClamAV test files (needs the packages pev and clamav-testfiles)`,
  ignore: missing.length > 0,
};

Deno.test({
  ...withDebianData,
  async fn() {
    await withFolder(async (folder) => {
      const hashes = join(folder, "hashes.hdb");
      await Deno.writeTextFile(hashes, "aa15bcf478d165efd2065190eb473bcb:544:Clam-Test-File\n");
      const { code, lines } = await scan(
        ...["--signatures", USERDB, "--signatures", hashes, "--ignore", TOO_GENERAL, SAMPLES],
      );
      const found = new Map(
        lines.map((line) => line.slice(SAMPLES.length + 1).split(/: (.*)/s) as [string, string]),
      );
      assert.equal(code, 1);
      assert.equal(found.get("clam.exe"), "Clam-Test-File");
      assert.match(found.get("clam-upx.exe")!, /^UPX/);
      assert.match(found.get("clam-aspack.exe")!, /ASPack v2\.12/);
      assert.match(found.get("clam-petite.exe")!, /Petite 2\.2/);
      assert.match(found.get("clam-pespin.exe")!, /PESpin v1\.1/);
      assert.match(found.get("clam-mew.exe")!, /MEW 11 SE/i);
      assert.match(found.get("clam-wwpack.exe")!, /WWPack32/);
      assert.match(lines.at(-1)!, /^Scanned 44 files, \d+ bytes: 14 with findings$/);
    });
  },
});

Deno.test("main finds the EICAR test file with the made-up signatures and exits 1", async () => {
  await withFolder(async (folder) => {
    const eicar = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE" + "!$H+H*";
    await Deno.mkdir(join(folder, "b"));
    await Deno.writeTextFile(join(folder, "b", "test.com"), eicar);
    await Deno.writeTextFile(join(folder, "a.txt"), "harmless");
    const { code, lines } = await scan(folder);
    assert.deepEqual(lines, [
      "6001 signatures (made up)",
      `${join(folder, "b", "test.com")}: Eicar-Test-Signature`,
      "Scanned 2 files, 76 bytes: 1 with findings",
    ]);
    assert.equal(code, 1);
  });
});

Deno.test("main prints the same on every run and nothing about progress where there is no terminal", async () => {
  const folder = new URL(".", import.meta.url).pathname;
  const [first, second] = [await scan("--limit", "20000", folder), await scan("--limit", "20000", folder)];
  assert.deepEqual(first, second);
  assert.equal(first.stderr, "");
  assert.equal(first.code, 0);
});

Deno.test({
  name: "main shows a progress bar on a terminal and takes it away",
  ignore: Deno.build.os !== "linux", // other systems have other options of script
  async fn() {
    await withFolder(async (folder) => {
      await Deno.writeTextFile(join(folder, "a.txt"), "harmless");
      const command = `${Deno.execPath()} run -A ${MAIN} ${folder}`;
      const { stdout } = await new Deno.Command("script", { args: ["-qec", command, "/dev/null"] }).output();
      assert.match(new TextDecoder().decode(stdout), /█ 100 % .*a\.txt\r\x1b\[KScanned 1 files/);
    });
  },
});

Deno.test("main goes on after a file it cannot read and exits 2", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "a.txt"), "harmless");
    const { code, lines, stderr } = await scan(join(folder, "none.txt"), join(folder, "a.txt"));
    assert.equal(code, 2);
    assert.match(stderr, /^\S+none\.txt: No such file/);
    assert.equal(lines.at(-1), "Scanned 1 files, 8 bytes: 0 with findings");
  });
  assert.match((await scan("--limit", "x")).stderr, /^Cannot scan: --limit needs a number/);
});
