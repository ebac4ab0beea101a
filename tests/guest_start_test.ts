import { equal, match, ok } from "node:assert/strict";
import { guestCommand, SESSION_VERSION } from "../runtime/mod.ts";
import { packPayload, START } from "../runtime/thread/protocol.ts";
import { joinBytes } from "../runtime/thread/bytes.ts";
import { Scene } from "./net_fixtures.ts";

const REAL_GUEST = guestCommand(Deno.execPath(), {
  heapMiB: 512,
  locale: navigator.language,
  timeZone: Temporal.Now.timeZoneId(),
});
const FLAGS = REAL_GUEST.args.slice(0, -1);
/** A guest whose main module throws. */
const UNSTARTED_GUEST = {
  ...REAL_GUEST,
  args: [...FLAGS, "data:text/javascript,throw new TypeError('no guest')"],
};
/** A guest that can't replace what it has to. */
const FROZEN_GUEST = {
  ...REAL_GUEST,
  args: [
    ...FLAGS,
    "--preload",
    "data:text/javascript,Object.freeze(Deno)",
    REAL_GUEST.args.at(-1)!,
  ],
};
/** A session that a guest takes; from then on errors are shown with the device's lines. */
const SESSION = {
  sessionVersion: SESSION_VERSION,
  mainModule: "file:///app.ts",
  args: [],
  cwd: "/",
  env: {},
  noColor: true,
  terminal: [false, false, false],
  timeZone: Temporal.Now.timeZoneId(),
  locale: navigator.language,
  nowMs: 0,
  temporary: "/tmp",
  owner: {},
  execPath: "/deno",
  processors: 1,
  build: Deno.build,
  stepping: false,
};
const text = (value: string) => new TextEncoder().encode(value);

const CASES = {
  "whose main module throws": { guest: UNSTARTED_GUEST, error: /TypeError: no guest/ },
  "that can't stand for its device": { guest: FROZEN_GUEST, error: /TypeError: .+/ },
  "that can't read its session": { guest: REAL_GUEST, start: text("{"), error: /Error: .+/ },
  "that can't be installed for its session": {
    guest: REAL_GUEST,
    start: joinBytes(packPayload({ sessionVersion: SESSION_VERSION })),
    error: /TypeError: .+/,
  },
  "that breaks after its session is installed": {
    guest: REAL_GUEST,
    start: joinBytes(packPayload(SESSION)),
    then: text("{"),
    error: /Error: .+/,
  },
};

for (const [name, { guest, error, ...messages }] of Object.entries(CASES)) {
  Deno.test(`a guest ${name} tells its device and its peer's log why`, async () => {
    await using scene = new Scene();
    const lines: string[] = [];
    const { device, clone } = await scene.pair({ guestCommand: guest, log: (line) => lines.push(line) });
    const app = await scene.app(device, { clones: clone.addresses() });
    const reply = await app.message();
    equal(reply.ok, true, JSON.stringify(reply));
    if ("start" in messages) await app.send(START, messages.start);
    if ("then" in messages) await app.send(START, messages.then);
    const lost = await lostMessage(app);
    match(lost.reason, /^the guest is gone: it ended with exit code 1 \(.+\)$/);
    match(lost.reason, error);
    ok(lines.some((line) => /^guest \d+: error: /.test(line) && error.test(line)), lines.join("\n"));
  });
}

/** How long a guest may take to say what it can't do: starting one is most of it. */
const SAID_WITHIN_MS = 60_000;

/** The clone's last message; what a guest sends before doesn't count. */
async function lostMessage(app: Awaited<ReturnType<Scene["app"]>>): Promise<{ reason: string }> {
  let reason = "the session ended without a word";
  const late = setTimeout(() => {
    reason = `nothing was said within ${SAID_WITHIN_MS} ms`;
    app.close();
  }, SAID_WITHIN_MS);
  try {
    while (true) {
      const frame = await app.frame().catch(() => undefined);
      if (frame === undefined) throw new Error(reason);
      if (frame.kind !== 0) continue;
      const body = JSON.parse(new TextDecoder().decode(frame.payload));
      if (body.type === "lost") return body;
    }
  } finally {
    clearTimeout(late);
  }
}
