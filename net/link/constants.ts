/** Pings and probes, on a stream that lives as long as a session. */
export const LINK_PROTOCOL = "/clonecloud/link/1.0.0";
/** Bytes of a first probe each way: 0.16 s of a 0.4 Mbit/s link. */
export const SMALL_PROBE_BYTES = 8 * 1024;
/** Least and most bytes of a later probe, which is sized to take {@linkcode PROBE_MS}. */
export const LEAST_PROBE_BYTES = 8 * 1024;
export const LARGE_PROBE_BYTES = 64 * 1024;
/** Least bytes of one that tells whether a surprising one was right: an emptied bucket's wait for the first piece weighs less. */
export const LEAST_CONFIRMING_BYTES = 16 * 1024;
/** How long a probe should keep the link busy: long enough that timers of both machines don't show. */
export const PROBE_MS = 40;
/** The same where probes disagree, as on a device that is held back or busy: its pauses weigh less then. */
export const NOISY_PROBE_MS = 120;
/** Probes that differ by this share of their median disagree. */
export const NOISE = 0.25;
/** A probe shorter than this tells little: timers and queues of both machines weigh as much. */
export const SHORT_PROBE_MS = 8;
/** Pieces of a probe; the first only starts the clock. */
export const PROBE_PIECES = 8;
/** A larger piece is no piece of a probe. */
export const MAX_PIECE_BYTES = LARGE_PROBE_BYTES / PROBE_PIECES + 16;
/** With fewer bursts than this there are no slopes to choose from. */
export const LEAST_BURSTS = 4;
/** Pieces that arrive within this time arrived together: what waited for the process to run. */
export const BURST_MS = 1;
/** A train of which this share came first and at once went through a token bucket, or one end paused. */
export const BUCKET_SHARE = 0.25;
/** So many times the pace of what follows is not the link's own. */
export const BUCKET_PACE = 2;
/**
 * How much of either way probes may take where small ones go through a bucket at once, so that each has to be a large one: on a
 * slow link they come less often then (1.3 s of 0.4 Mbit/s every 4.4 s, each way in turn), and a change is noticed as much later.
 */
export const BUCKET_PROBE_SHARE = 0.15;
/** Pings at the start; the fastest counts. */
export const FIRST_PINGS = 3;
/** Above this round-trip time, milliseconds, one first ping does. */
export const FAR_RTT_MS = 150;
/** Between pings while a session lives; three missing in a row mean a dead link. */
export const PING_INTERVAL_MS = 1_000;
/** By how much one round trip may take longer than the fastest lately, where nothing pauses: a share of it, and milliseconds. */
export const RTT_GRAIN = 0.05;
export const RTT_GRAIN_MS = 2;
/** A round trip this many times as long or as short as before tells of another link. */
export const OTHER_LINK = 2;
/** Pings that the round-trip time is taken from (their fastest: others waited behind bulk). */
export const PING_WINDOW = 5;
/** Probes that a bandwidth is taken from (their median). */
export const PROBE_WINDOW = 3;
/**
 * Between probes: they take 2 % of a link of more than 1.6 Mbit/s (6 % where they disagree), at most 96 KiB/s each way of a fast one,
 * and 8 % of one of 0.4 Mbit/s: smaller ones would be a packet or two, which have no spread. A quarter to half of that once steady.
 */
export const PROBE_INTERVAL_MS = 2_000;
/** The same while a thread is away. */
export const AWAY_PROBE_INTERVAL_MS = 6_000;
/** After so many probes in a row that said nothing new, the directions take turns. */
export const STEADY_PROBES = 4;
/** Rounds at the start that follow at once upon one another: what was measured while code was cold doesn't last. */
export const EAGER_ROUNDS = 2;
/** A measure this far from what was known is looked at again at once: the link may have changed. */
export const SURPRISE = 0.2;
/** Probes a second that are answered. */
export const MAX_PROBES_PER_SECOND = 16;
/** A change of conditions smaller than this is not told. */
export const TELLING_CHANGE = 0.05;
/** How long the measurements at a session's start may take. */
export const FIRST_MEASURE_TIMEOUT_MS = 10_000;

/** Work of one calibration unit is sized to take 0.05 ms on a laptop of 2020. */
export const CALIBRATION_UNITS = 400;
/** Longest calibration: ten periods of a CPU quota that makes the machine 25 times slower. */
export const CALIBRATION_MAX_MS = 250;
/** Units run first, so that the compiler is done with them. */
export const CALIBRATION_WARM_UP_UNITS = 50;
/** Below the clock's grain. */
export const MIN_UNIT_MS = 0.001;

/** Bytes of a real transfer that tell something. */
export const PASSIVE_BYTES = 256 * 1024;
/** Least time of a real transfer that tells something: several windows of a fast link. */
export const PASSIVE_MS = 50;
/** A transfer that took this long tells something with fewer bytes, and more surely. */
export const LONG_PASSIVE_MS = 500;
/** After a real transfer showed itself, probes stay away this long: they would only see their share. */
export const PASSIVE_HOLD_MS = 1_500;
/** A pause this long ends a transfer: the sender had nothing to send. */
export const PASSIVE_GAP_MS = 20;
/** How long a real transfer's rate holds. */
export const PASSIVE_AGE_MS = 10_000;
/** A first probe shorter than this is repeated: one stall of a busy machine would spoil it. */
export const REPEAT_PROBE_MS = 100;
