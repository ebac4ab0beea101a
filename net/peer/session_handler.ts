import {
  BLOB_ASK,
  BLOB_COMING,
  BLOB_GONE,
  BLOB_OFFER,
  BLOB_PUSH,
  BLOB_REPLY,
  BLOB_REQUEST,
  encodeJsonFrame,
  FIRST_SESSION_KIND,
  HOP_CONTROL,
  MIGRATE,
  RETURN,
  SESSION_VERSION,
} from "../../runtime/mod.ts";
import {
  type Channel,
  ControlChannel,
  FIRST_MESSAGE_TIMEOUT_MS,
  FrameOutlet,
  FrameRelay,
  timed,
} from "../channel/mod.ts";
import { BlobDesk, type ContentStore } from "../files/mod.ts";
import type { Grants } from "../trust/mod.ts";
import { type Admission, NoRoomError, type Place } from "./admission.ts";
import type { Collecting } from "./collecting.ts";
import {
  EXIT_GRACE_MS,
  FIRST_WAITING_NOTE_MS,
  MAX_LINE_MS,
  UNTOLD_LINE_MS,
  WAITING_NOTE_MS,
} from "./constants.ts";
import { describeExit, type Guest } from "./guest.ts";
import type { GuestGovernor } from "./guest_governor.ts";
import type { GuestPool } from "./guest_pool.ts";
import type { MigrationLog } from "./migration_log.ts";
import {
  parseHello,
  type SessionAnswer,
  type SessionHello,
  versionRefusal,
  WAITING,
} from "./session_messages.ts";
import { TakenReport } from "./taken_report.ts";

/** What a clone needs to serve sessions. */
export interface SessionHost {
  readonly guests: GuestPool;
  readonly admission: Admission;
  readonly governor: GuestGovernor;
  readonly store: ContentStore;
  readonly name: string;
  readonly denoVersion: string;
  readonly migrations: MigrationLog;
  /** What devices have this clone collect. */
  readonly collecting: Collecting;
  /** Defences that tests leave out. */
  readonly without: ReadonlySet<string>;
  isTrusted(peer: string): boolean;
  grants(peer: string): Grants;
  /** Why a peer's guests may not run now. */
  closedTo(peer: string): Promise<string | undefined>;
  /** This machine's speed, as in `net/link`. */
  unitsPerMs(): number;
  /** A device sends a thread. */
  arrived(): void;
  log(line: string): void;
}

/** A session being served by this clone. */
export interface ServedSession {
  readonly device: string;
  readonly app: string;
  readonly pid: number;
  /** Whether its guest may use the graphics processor. */
  readonly gpu: boolean;
  /** Kills the guest and tells the device why. */
  end(reason: string): void;
}

/**
 * Serves one session of a device from its first message to its end; never rejects.
 *
 * A guest is killed as soon as the device is gone, whatever it does then; when the guest is gone the device is told and
 * the stream closed. `opened` gets the session once its guest runs. `cut` ends the connection, all sessions of the device with it.
 */
export async function serveSession(
  host: SessionHost,
  stream: {
    readonly channel: Channel;
    readonly device: string;
    cut(reason: Error): void;
    /** Cuts it when the device falls silent, until the returned function is called. */
    watch(): () => void;
  },
  opened: (session: ServedSession | undefined) => void,
): Promise<void> {
  const control = new ControlChannel(stream.channel);
  const { device, cut, watch } = stream;
  let guest: Guest | undefined;
  let place: Place | undefined;
  try {
    const hello = parseHello(await timed(FIRST_MESSAGE_TIMEOUT_MS, (signal) => control.receive(signal)));
    const refused = await refusal(host, device, hello);
    if (refused !== undefined) {
      control.send(refused);
      return await stream.channel.close();
    }
    place = await enter(host, { control, device, waits: hello.waits, watch });
    // Trust may have been withdrawn while it waited.
    const late = await refusal(host, device, hello);
    const needs = needsOf(host, device, hello);
    if (late === undefined) guest = await host.guests.take(needs);
    control.send(late ?? welcome(host));
    if (guest === undefined) return await stream.channel.close();
    await bridge(host, { control, guest, gpu: needs.gpu, place, device, app: hello.app, cut, opened });
  } catch (error) {
    guest?.kill();
    const code = error instanceof NoRoomError ? "full" : "failed";
    control.send({ ok: false, code, error: (error as Error).message } satisfies SessionAnswer);
    await stream.channel.close();
  } finally {
    place?.leave();
  }
}

/** A place for a device's session; while it waits for one, it is told so. */
async function enter(
  { admission, grants }: SessionHost,
  { control, device, waits, watch }: {
    readonly control: ControlChannel;
    readonly device: string;
    readonly waits: boolean;
    readonly watch: () => () => void;
  },
): Promise<Place> {
  const gone = new AbortController();
  control.ended.then(() => gone.abort(new Error("the device hung up")));
  const applicant = {
    device,
    most: grants(device).guests,
    patienceMs: waits ? MAX_LINE_MS : UNTOLD_LINE_MS,
    signal: gone.signal,
  };
  const stay = waits ? tellWaiting(control) : () => {};
  const unwatch = watch();
  try {
    return await admission.enter(applicant);
  } finally {
    stay();
    unwatch();
  }
}

/** Tells a device that it waits, until the returned function is called. */
function tellWaiting(control: ControlChannel): () => void {
  const tell = () => void control.send(WAITING);
  const first = setTimeout(tell, FIRST_WAITING_NOTE_MS);
  const later = setInterval(tell, WAITING_NOTE_MS);
  return () => {
    clearTimeout(first);
    clearInterval(later);
  };
}

/** What a guest of this device is started for. */
function needsOf(host: SessionHost, device: string, hello: SessionHello) {
  const { memoryMiB, gpu } = host.grants(device);
  return {
    memoryMiB,
    gpu,
    locale: hello.locale ?? navigator.language,
    timeZone: hello.timeZone ?? Temporal.Now.timeZoneId(),
  };
}

async function refusal(
  host: SessionHost,
  device: string,
  hello: SessionHello,
): Promise<SessionAnswer | undefined> {
  if (!host.isTrusted(device)) {
    return {
      ok: false,
      code: "not-paired",
      error:
        `Cannot open session: not paired: ${host.name} does not trust this device; run \`pair\` there and type its code here`,
    };
  }
  const closed = await host.closedTo(device);
  if (closed !== undefined) {
    return { ok: false, code: "closed", error: `Cannot open session at ${host.name}: ${closed}` };
  }
  const versions = versionRefusal(hello, { sessionVersion: SESSION_VERSION, deno: host.denoVersion });
  return versions && { ok: false, ...versions };
}

function welcome(host: SessionHost): SessionAnswer {
  return {
    ok: true,
    name: host.name,
    deno: host.denoVersion,
    unitsPerMs: host.unitsPerMs(),
    tellsTaken: true,
  };
}

interface Bridge {
  readonly control: ControlChannel;
  readonly guest: Guest;
  readonly gpu: boolean;
  readonly place: Place;
  readonly device: string;
  readonly app: string;
  readonly cut: (reason: Error) => void;
  readonly opened: (session: ServedSession | undefined) => void;
}

/** Connects a device's stream and a guest until one of them ends. */
async function bridge(host: SessionHost, bridge: Bridge): Promise<void> {
  const { control, guest, gpu, place, device, app, cut, opened } = bridge;
  const toDevice = new FrameOutlet(control.channel);
  const toGuest = new FrameOutlet(guest.channel);
  const { promise: ended, resolve: end } = Promise.withResolvers<string>();
  const blobs = new BlobDesk(host.store, device, {
    toGuest: (frame) => toGuest.inject(frame),
    toDevice: (frame) => toDevice.inject(frame),
    checksHashes: !host.without.has("content-hash"),
  });
  const fail = (error: Error) => {
    if (host.without.has("own-stream")) cut(error);
    end(error.message);
  };
  const migrations = host.migrations.watch({ role: "clone", app, peer: device });
  let awaySince: number | undefined;
  const collecting = host.collecting.of(device);
  const up = new FrameRelay(
    toGuest,
    routes(
      [BLOB_REPLY, BLOB_PUSH, BLOB_ASK, BLOB_OFFER, BLOB_COMING, BLOB_GONE],
      (frame) => blobs.take(frame).finally(() => collecting.done(frame.payload.length)),
      (kind, bytes) => {
        if (kind < FIRST_SESSION_KIND) collecting.begin(bytes);
        if (kind !== MIGRATE) return;
        // Else a second one would set the clock back that a device's minutes are counted by.
        if (awaySince !== undefined && !host.without.has("away")) {
          throw new Error("Cannot take thread: another one of this session is here");
        }
        awaySince = performance.now();
        host.arrived();
        migrations.left(bytes);
      },
      host.without,
    ),
    fail,
  );
  const down = new FrameRelay(
    toDevice,
    routes(
      [BLOB_REQUEST],
      (frame) => blobs.take(frame),
      (kind, bytes) => {
        if (kind !== RETURN) return;
        awaySince = undefined;
        migrations.returned(bytes);
      },
      host.without,
    ),
    fail,
  );
  const report = new TakenReport((bytes) =>
    void toDevice.inject(encodeJsonFrame(HOP_CONTROL, { type: "taken", bytes }))
  );
  control.handOver({
    data(chunk) {
      const wait = up.data(chunk);
      if (wait === undefined) return report.took(chunk.length);
      return wait.then(() => report.took(chunk.length));
    },
    end: () => end("the device hung up"),
  });
  guest.channel.start({
    data(chunk) {
      place.started();
      return down.data(chunk);
    },
    // Its exit follows and says more; one that lives on without stdout is of no use.
    end: () => Deno.unrefTimer(setTimeout(() => guest.kill(), EXIT_GRACE_MS)),
  });
  guest.exited.then((status) => end(`the guest is gone: ${describeExit(status)}`));
  const ungovern = host.governor.add({
    pid: guest.pid,
    device,
    grants: () => host.grants(device),
    awaySince: () => awaySince,
    end,
  });
  opened({ device, app, pid: guest.pid, gpu, end });
  const reason = await ended;
  ungovern();
  collecting.end();
  report.end();
  migrations.ended();
  opened(undefined);
  if (!host.without.has("hang-up")) {
    guest.kill();
    guest.channel.abort(new Error(reason));
  }
  host.log(`session of ${device} (${app}) ended: ${reason}`);
  // Left out in the middle of a frame, where it would be taken for that frame's bytes: the end says enough then.
  toDevice.inject(encodeJsonFrame(HOP_CONTROL, { type: "lost", reason }));
  await control.channel.close();
}

/** Session frames pass; `kinds` are taken; anything else is refused before it is read. */
function routes(
  kinds: readonly number[],
  taken: (frame: { kind: number; payload: Uint8Array }) => Promise<void>,
  seen: (kind: number, payloadBytes: number) => void,
  without: ReadonlySet<string>,
) {
  return {
    route(offered: number, payloadBytes: number): "forward" | "take" {
      seen(offered, payloadBytes);
      if (offered >= FIRST_SESSION_KIND) return "forward";
      if (!kinds.includes(offered)) {
        if (without.has("frame-kinds")) return "forward";
        throw new Error(`Cannot pass frame on: kind ${offered} is not allowed here`);
      }
      BlobDesk.admit(offered, payloadBytes);
      return "take";
    },
    taken,
  };
}
