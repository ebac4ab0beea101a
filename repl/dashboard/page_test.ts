import { ok, strictEqual } from "node:assert/strict";
import { chromium, type Page } from "playwright-core";
import { startPeer } from "../../net/mod.ts";
import { MAX_NAME_LENGTH } from "../../net/trust/constants.ts";
import { startDashboard } from "./dashboard.ts";
import { FakePeer, MIGRATION } from "./fake_peer_test.ts";

/** As long as a name may be. */
const NAME = `desktop of the neighbour ${"upstairs".repeat(5)}`.slice(0, MAX_NAME_LENGTH);
const PEER = "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA";
const CHROMIUM = "/usr/bin/chromium";
const ROOT = new URL("../../", import.meta.url);
const installed = await Deno.stat(CHROMIUM).then(() => true, () => false);

/** Whether no part of the page is wider than the window, or cut off in its table. */
function fits(page: Page): Promise<boolean> {
  return page.evaluate(
    "[document.documentElement, ...document.querySelectorAll('section')].every((it) => it.scrollWidth <= it.clientWidth)",
  );
}

/** Rows of one of the page's tables, cells joined by a bar. */
function rows(page: Page, id: string): Promise<string[]> {
  return page.locator(`#${id} tbody tr`).evaluateAll((found: any[]) =>
    found.map((row) => [...row.cells].map((cell: any) => cell.textContent).join("|"))
  );
}

Deno.test({
  name: `the peer's page shows a session and its migration live, in Chromium${
    installed ? "" : ` (skipped: no ${CHROMIUM})`
  }`,
  ignore: !installed,
  // Playwright keeps pipes to the browser that it closes after close() is settled.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const cleanups = new AsyncDisposableStack();
    await using _ = cleanups;
    const home = cleanups.adopt(Deno.makeTempDirSync(), (path) => Deno.remove(path, { recursive: true }));
    const cloneHome = cleanups.adopt(
      Deno.makeTempDirSync(),
      (path) => Deno.remove(path, { recursive: true }),
    );
    const options = { listen: ["/ip4/127.0.0.1/tcp/0"], mdns: false };
    const device = cleanups.adopt(
      await startPeer({ ...options, home, name: "phone" }),
      (peer) => peer.stop(),
    );
    const clone = cleanups.adopt(
      await startPeer({ ...options, home: cloneHome, name: "laptop", trust: [device.id] }),
      (peer) => peer.stop(),
    );
    const dashboard = cleanups.adopt(await startDashboard(device, { port: 0 }), (page) => page.close());
    const browser = cleanups.adopt(
      await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] }),
      (chrome) => chrome.close(),
    );
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
    page.on("request", (request) => {
      if (!request.url().startsWith("data:") && new URL(request.url()).host !== new URL(dashboard.url).host) {
        problems.push(`the page asked for ${request.url()}`);
      }
    });
    await page.goto(dashboard.url);
    await page.getByText("No app of this device has a session with a clone.").waitFor();
    strictEqual(await page.title(), "phone – clonecloud");
    strictEqual(new URL(page.url()).hash, "", "the token stays out of the history");

    const method = "tests/fixtures/waits_for_input.ts#count";
    const app = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "mod.ts",
        "run",
        "--home",
        home,
        "--clone",
        clone.addresses()[0]!,
        "--migrate",
        method,
      ]
        .concat("tests/fixtures/waits_for_input.ts"),
      cwd: ROOT,
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
    await page.locator("#migrations td.home").waitFor();
    const [session] = await rows(page, "apps");
    strictEqual(
      session!.split("|").slice(0, 3).join("|"),
      "tests/fixtures/waits_for_input.ts|runs here|laptop",
    );
    const [migration] = await rows(page, "migrations");
    strictEqual(migration!.split("|").slice(0, 3).join("|"), `home|${method}|here → laptop`);
    for (const width of [1280, 700, 360]) {
      await page.setViewportSize({ width, height: 800 });
      ok(await fits(page), `the page is wider than a window of ${width}`);
    }
    const shots = Deno.env.get("CLONECLOUD_SCREENSHOTS");
    if (shots !== undefined) await screenshots(page, shots);

    await app.stdin.close();
    await page.getByText("No app of this device has a session with a clone.").waitFor();
    strictEqual((await app.status).code, 0);
    await page.reload();
    await page.locator("#migrations td.home").waitFor();
    strictEqual(problems.join("\n"), "");
  },
});

/** A peer whose names and reasons are as long as those of others may be. */
class WordyPeer extends FakePeer {
  constructor() {
    super();
    const conditions = {
      ...{ rttMs: 69.3, upBytesPerSecond: 8e7, downBytesPerSecond: 9e7, cloneSpeed: 21.3 },
      power: "unknown" as const,
    };
    const clone = { peer: PEER, name: NAME, address: "" };
    this.set({
      addresses: [`/ip6/2001:db8:c17:b0f:1234:5678:9abc:def0/tcp/40001/ws/p2p/${PEER}`],
      apps: [{ app: `${"folder/".repeat(8)}main.ts`, clone, why: "", conditions }],
      guests: [{ app: `a${"Name".repeat(20)}.ts`, device: PEER, pid: 4_194_304 }],
      migrations: ([["away", "device"], ["home", "clone"], ["abandoned", "clone"]] as const).map((
        [state, role],
      ) => ({ ...MIGRATION, state, role, peer: PEER, method: `${"folder/".repeat(8)}a.ts#Outer.<2>.inner` })),
    });
  }

  override peers() {
    const row = { peer: PEER, name: NAME, trusted: true };
    const link = { rttMs: 1234.5, upBytesPerSecond: 8e7, downBytesPerSecond: 9e7, speed: 21.3, load: 12.5 };
    const problem = `Cannot reach it (${PEER}): doesn't answer at /ip4/192.168.100.200/tcp/40001`;
    return Promise.resolve([
      {
        ...row,
        ...link,
        cores: 16,
        power: "battery" as const,
        batteryPercent: 100,
        connected: true,
        problem,
      },
      { ...row, connected: false, problem },
    ]);
  }
}

Deno.test({
  name: `the peer's page fits its window, whatever names there are${
    installed ? "" : ` (skipped: no ${CHROMIUM})`
  }`,
  ignore: !installed,
  // As above.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using cleanups = new AsyncDisposableStack();
    const dashboard = cleanups.adopt(
      await startDashboard(new WordyPeer(), { port: 0 }),
      (page) => page.close(),
    );
    const browser = cleanups.adopt(
      await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] }),
      (chrome) => chrome.close(),
    );
    const page = await browser.newPage();
    await page.goto(dashboard.url);
    await page.getByText("Cannot reach it").first().waitFor();
    for (const width of [1400, 1280, 1060, 1000, 700, 360]) {
      await page.setViewportSize({ width, height: 800 });
      ok(await fits(page), `the page is wider than a window of ${width}`);
    }
  },
});

async function screenshots(page: Page, folder: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: `${folder}/${colorScheme}.png`, fullPage: true });
  }
  await page.setViewportSize({ width: 400, height: 800 });
  await page.screenshot({ path: `${folder}/narrow.png`, fullPage: true });
}
