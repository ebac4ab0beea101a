import {
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
} from "../channel/mod.ts";
import { BlobDesk, type ContentStore } from "../files/mod.ts";
import { EXIT_GRACE_MS } from "./constants.ts";
import { describeExit, type Guest } from "./guest.ts";
import { type GuestPool, NoRoomError } from "./guest_pool.ts";
import type { MigrationLog } from "./migration_log.ts";
import { parseHello, type SessionAnswer, type SessionHello, versionRefusal } from "./session_messages.ts";

/** What a clone needs to serve sessions. */
export interface SessionHost {
  readonly guests: GuestPool;
  readonly store: ContentStore;
  readonly name: string;
  readonly denoVersion: string;
  readonly migrations: MigrationLog;
  isTrusted(peer: string): boolean;
  /** This machine's speed, as in `net/link`. */
  unitsPerMs(): number;
  log(line: string): void;
}

/** A session being served by this clone. */
export interface ServedSession {
  readonly device: string;
  readonly app: string;
  readonly pid: number;
  /** Kills the guest and tells the device why. */
  end(reason: string): void;
}

/**
 * Serves one session of a device from its first message to its end; never rejects.
 *
 * A guest is killed as soon as the device is gone, whatever it does then; when the guest is gone the device is told and
 * the stream closed. `opened` gets the session once its guest runs.
 */
export async function serveSession(
  host: SessionHost,
  stream: { readonly channel: Channel; readonly device: string },
  opened: (session: ServedSession | undefined) => void,
): Promise<void> {
  const control = new ControlChannel(stream.channel);
  let guest: Guest | undefined;
  try {
    const hello = parseHello(await control.receive(AbortSignal.timeout(FIRST_MESSAGE_TIMEOUT_MS)));
    const refused = refusal(host, stream.device, hello);
    if (refused === undefined) guest = await host.guests.take();
    control.send(refused ?? welcome(host));
    if (guest === undefined) return await stream.channel.close();
    await bridge(host, { control, guest, device: stream.device, app: hello.app, opened });
  } catch (error) {
    guest?.kill();
    const code = error instanceof NoRoomError ? "full" : "failed";
    control.send({ ok: false, code, error: (error as Error).message } satisfies SessionAnswer);
    await stream.channel.close();
  }
}

function refusal(host: SessionHost, device: string, hello: SessionHello): SessionAnswer | undefined {
  if (!host.isTrusted(device)) {
    return {
      ok: false,
      code: "not-paired",
      error:
        `Cannot open session: ${host.name} does not trust this device; run \`pair\` there and type its code here`,
    };
  }
  const versions = versionRefusal(hello, { sessionVersion: SESSION_VERSION, deno: host.denoVersion });
  return versions && { ok: false, ...versions };
}

function welcome(host: SessionHost): SessionAnswer {
  return { ok: true, name: host.name, deno: host.denoVersion, unitsPerMs: host.unitsPerMs() };
}

interface Bridge {
  readonly control: ControlChannel;
  readonly guest: Guest;
  readonly device: string;
  readonly app: string;
  readonly opened: (session: ServedSession | undefined) => void;
}

/** Connects a device's stream and a guest until one of them ends. */
async function bridge(host: SessionHost, { control, guest, device, app, opened }: Bridge): Promise<void> {
  const toDevice = new FrameOutlet(control.channel);
  const toGuest = new FrameOutlet(guest.channel);
  const { promise: ended, resolve: end } = Promise.withResolvers<string>();
  const blobs = new BlobDesk(host.store, device, {
    toGuest: (frame) => toGuest.inject(frame),
    toDevice: (frame) => toDevice.inject(frame),
  });
  const migrations = host.migrations.watch({ role: "clone", app, peer: device });
  const up = new FrameRelay(
    toGuest,
    routes(
      BLOB_REPLY,
      (frame) => blobs.reply(frame),
      (kind, bytes) => kind === MIGRATE && migrations.left(bytes),
    ),
    (e) => end(e.message),
  );
  const down = new FrameRelay(
    toDevice,
    routes(
      BLOB_REQUEST,
      (frame) => blobs.request(frame),
      (kind, bytes) => kind === RETURN && migrations.returned(bytes),
    ),
    (e) => end(e.message),
  );
  control.handOver({ data: (chunk) => up.data(chunk), end: () => end("the device hung up") });
  guest.channel.start({
    data: (chunk) => down.data(chunk),
    // Its exit follows and says more; one that lives on without stdout is of no use.
    end: () => Deno.unrefTimer(setTimeout(() => guest.kill(), EXIT_GRACE_MS)),
  });
  guest.exited.then((status) => end(`the guest is gone: ${describeExit(status)}`));
  opened({ device, app, pid: guest.pid, end });
  const reason = await ended;
  migrations.ended();
  opened(undefined);
  guest.kill();
  guest.channel.abort(new Error(reason));
  host.log(`session of ${device} (${app}) ended: ${reason}`);
  // Left out in the middle of a frame, where it would be taken for that frame's bytes: the end says enough then.
  toDevice.inject(encodeJsonFrame(HOP_CONTROL, { type: "lost", reason }));
  await control.channel.close();
}

/** Session frames pass; `kind` is taken; anything else is refused before it is read. */
function routes(
  kind: number,
  taken: (frame: { kind: number; payload: Uint8Array }) => Promise<void>,
  seen: (kind: number, payloadBytes: number) => void,
) {
  return {
    route(offered: number, payloadBytes: number): "forward" | "take" {
      seen(offered, payloadBytes);
      if (offered >= FIRST_SESSION_KIND) return "forward";
      if (offered !== kind) throw new Error(`Cannot pass frame on: kind ${offered} is not allowed here`);
      BlobDesk.admit(kind, payloadBytes);
      return "take";
    },
    taken,
  };
}
