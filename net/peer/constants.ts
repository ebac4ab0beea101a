/** Opens a session with a guest; see `session_messages.ts`. */
export const SESSION_PROTOCOL = "/clonecloud/session/1.0.0";

/** Guests at once, if the owner says nothing: sixteen devices with eight apps each; memory and cores are bounded otherwise. */
export const DEFAULT_MAX_GUESTS = 128;
/** Share of this machine's memory that all guests together may have: the rest is its owner's. */
export const GUEST_MEMORY_SHARE = 0.5;
/** Memory that a guest has before it holds anything, bytes; a session isn't taken without it. */
export const GUEST_BYTES = 64 * 1024 * 1024;
/** Kernel's bound above the governor's: what a guest can take between two looks. */
export const GUEST_HARD_MARGIN_MIB = 512;
/** V8's heap is this much smaller than a guest's memory, which is also code, stacks and buffers. */
export const GUEST_OVERHEAD_MIB = 64;
/** Largest file that Deno may write for a guest, blocks of 512 bytes: compiled modules and their index. */
export const GUEST_FILE_BLOCKS = 64 * 2048;
/**
 * What a guest may write to disks in all: Deno's compiled modules and their index, some MiB. SQLite (`node:sqlite`) needs no permission
 * for a database's temporary tables, which it keeps in nameless files.
 */
export const GUEST_WRITTEN_BYTES = 128 * 1024 * 1024;
/** Files a guest may have open; it has some twenty. */
export const GUEST_FILES = 256;

/** Between two looks at guests, and the length of a turn where guests take turns. */
export const TURN_MS = 200;
/** CPU time in one look that shows a guest computing; the system counts in steps of 10. */
export const WANTING_MS = 10;
/** CPU time that a guest may use between two migrations: collecting garbage and compiling take less. */
export const IDLE_CPU_MS = 2_000;
/** Between looks at hours and power. */
export const GRANTS_CHECK_MS = 2_000;
/** Guests that start at the same time on so many cores: a start waits for its disk and its kernel, too. */
export const startersOf = (cores: number): number => Math.max(4, 2 * cores);
/** A guest's start before any was measured. */
export const START_GUESS_MS = 200;
/** A guest that says nothing for this long doesn't keep others from starting. */
export const STARTING_TIMEOUT_MS = 3_000;
/**
 * Longest wait for a start: {@linkcode DEFAULT_MAX_GUESTS} starts, four at a time and as slow as {@linkcode STARTING_TIMEOUT_MS}
 * allows, take 96 s. Meanwhile the device's methods run there.
 */
export const MAX_LINE_MS = 120_000;
/** … of a device that can't be told that it waits: it gives up after {@linkcode SESSION_OPEN_TIMEOUT_MS}. */
export const UNTOLD_LINE_MS = 20_000;
/** A device is told that it waits once it has waited for so long: most starts are over by then … */
export const FIRST_WAITING_NOTE_MS = 300;
/** … and this often from then on. */
export const WAITING_NOTE_MS = 5_000;
/** How homes of spawned clones begin, in the system's folder for temporary files. */
export const SPAWNED_HOME_PREFIX = "clonecloud-clone-";
/** Guests kept started: a session then begins without the 50–100 ms that a process takes. */
export const SPARE_GUESTS = 1;
/** V8 heap of a guest, MiB. */
export const DEFAULT_HEAP_MIB = 2048;
/** Between the end of a guest's stdout and its exit. */
export const EXIT_GRACE_MS = 200;
/** A guest that ends sooner than this was not started properly. */
export const EARLY_EXIT_MS = 2_000;
/** Early exits in a row after which guests are no longer started in advance. */
export const MAX_EARLY_EXITS = 3;
/** Bytes of a guest's stderr that are logged; the rest is read and dropped, so that the guest never blocks on it. */
export const MAX_GUEST_LOG_BYTES = 64 * 1024;
/** Characters of the error that a guest ended with which its device is told. */
export const MAX_SAID_ERROR = 300;
/** How long a device waits for a clone's first word, or for the next one while it waits in line; a guest's start on a slow machine is in it. */
export const SESSION_OPEN_TIMEOUT_MS = 25_000;

/** Share of a device's memory that one answer of a clone may have, packed or unpacked: what is made of it takes several times as much. */
export const RETURN_MEMORY_SHARE = 1 / 8;
/** … but at least this much, bytes. */
export const RETURN_LEAST_BYTES = 32 * 1024 * 1024;
/** A guest's question, bytes: most have under 1 KiB, a table that a person looks at while stepping some MiB. */
export const MAX_QUESTION_BYTES = 32 * 1024 * 1024;
/** Frames a second that a clone may send: a guest's questions on loopback come to a quarter of it. */
export const MAX_FRAMES_PER_SECOND = 20_000;
/** Messages of the clone's peer among them; it tells what it took 200 times a second at most. */
export const MAX_CONTROLS_PER_SECOND = 1_000;
/** What a device may have a clone collect at once, over all its sessions, bytes: what it is to keep comes in frames of 4 MiB. */
export const MAX_COLLECTING_BYTES = 256 * 1024 * 1024;
/** Sessions that a device may open at once after a pause … */
export const SESSION_BURST = 64;
/** … and each second from then on: starting a guest takes a tenth of a second of a core. */
export const SESSIONS_PER_SECOND = 4;

/** How long after its last migration a session keeps a machine awake that was told to: a person's pause, not a night. */
export const STAY_AWAKE_MS = 30 * 60_000;

/** Links that a home remembers: a few machines, each in a few networks. */
export const MAX_REMEMBERED_LINKS = 64;
/** How long a link is remembered: it is the same place, if not the same hour. */
export const LINK_MEMORY_MS = 30 * 24 * 3_600_000;

/** Window of one stream: 1 MiB keeps 6.6 Mbit/s busy up to 1.2 s of round-trip time, and bounds what is in flight. */
export const MAX_STREAM_WINDOW_BYTES = 1024 * 1024;
/** Connections one address may open in a second; several apps start at once, and tests share one address. */
export const INBOUND_CONNECTIONS_PER_SECOND = 32;
/** Connections at once after which libp2p refuses whoever comes next: above {@linkcode MAX_NEWCOMERS}, which makes room instead. */
export const MAX_PENDING_CONNECTIONS = 32;
/** Connections at once whose other end hasn't proved who it is: all of a person's machines, at several addresses each. */
export const MAX_NEWCOMERS = 24;
/** Time for that; a handshake takes a weak device seconds. */
export const NEWCOMER_MS = 10_000;
/** Connections at once; a person's machines and a few strangers. */
export const MAX_CONNECTIONS = 128;
/** Streams of one protocol on one connection, each way: sixteen apps of one device, with margin. */
export const MAX_PROTOCOL_STREAMS = 128;
/** Dialling one address: a fast machine takes milliseconds, an emulated or very weak one seconds for its handshake. */
export const DIAL_TIMEOUT_MS = 10_000;
/** A connection of an untrusted peer is closed after this; pairing takes seconds. */
export const STRANGER_TIMEOUT_MS = 30_000;
/** Connections of untrusted peers at once; pairing takes one, and a machine's peers are few. */
export const MAX_STRANGERS = 16;
/** Bytes an untrusted peer may send; pairing takes under 2 KiB. */
export const STRANGER_BYTES = 256 * 1024;

/** Without a byte for this long while it should answer pings, a connection is dead. */
export const SILENCE_MS = 3_000;
/**
 * As long may a device be silent whose session a clone serves: making the code of a large library keeps a weak one busy for
 * seconds, and what waits for it is a guest's memory, no person.
 */
export const DEVICE_SILENCE_MS = 10_000;
/** libp2p's own; every peer answers it. */
export const PING_PROTOCOL = "/ipfs/ping/1.0.0";
/** How often silence is looked for. */
export const SILENCE_CHECK_MS = 250;

/** Each step of a peer's stopping: guests are killed and connections closed in a tenth of it. */
export const STOP_STEP_MS = 2_000;

/** How long a local process waits for its peer's answer: looking for peers, or pairing with one, takes up to half of it. */
export const LOCAL_ANSWER_TIMEOUT_MS = 60_000;
/** Local processes connected at once. */
export const MAX_LOCAL_CONNECTIONS = 256;

/** What a peer tells of itself; see `info_messages.ts`. */
export const INFO_PROTOCOL = "/clonecloud/info/1.0.0";
/** A peer answers at once, a weak one after a calibration. */
export const INFO_TIMEOUT_MS = 3_000;
/** Peers that one tells another of. */
export const MAX_KNOWN_PEERS = 64;

/** Work by which clones are compared, milliseconds on the device: migrations that pay take about as long. */
export const TYPICAL_WORK_MS = 1_000;
/** Bytes each way by which clones are compared. */
export const TYPICAL_BYTES = 256 * 1024;
/** Code by which they are compared, where a clone has none of this device's yet. */
export const TYPICAL_CODE_BYTES = 256 * 1024;
/** A link that was never measured is taken for a middling WiFi. */
export const UNKNOWN_LINK = { rttMs: 20, upBytesPerSecond: 2e6, downBytesPerSecond: 2e6 };
/** How long others may take once the first clone has answered: about what choosing a worse one costs. */
export const CHOICE_GRACE_MS = 400;
/** How long an address that was asked for may take to answer before the next one is dialled, too. */
export const NEXT_ADDRESS_MS = 1_000;
/** … and a clone that was reached to open a session, unless it says before that others wait there: a weak device takes 6 s for its first. */
export const NEXT_CLONE_MS = 8_000;
/** Clones that `auto` tries before it gives up. */
export const MAX_AUTO_TRIES = 4;
/** How long a measured link counts when clones are compared. */
export const LINK_AGE_MS = 60_000;
/** The same for a person who looks, but at least so many times as long as measuring takes: a slow link isn't kept busy by it. */
export const SHOWN_LINK_AGE_MS = 3_000;
export const SHOWN_LINK_AGE_SHARE = 10;
/** Between looks whether another clone has become better. */
export const REVIEW_MS = 10_000;
/** Another clone must promise this share of the present one's time, twice in a row: changing loses what the guest holds. */
export const REVIEW_GAIN = 0.6;
/** A ping of a listed peer. */
export const PEERS_PING_MS = 1_500;

/** What one session may have under way beyond a round trip, milliseconds of the link: others wait that long at most. */
export const CREDIT_MS = 200;
/** Least that a session may have under way. */
export const CREDIT_LEAST_BYTES = 16 * 1024;
/** Most: enough for 2 Gbit/s over 100 ms. */
export const CREDIT_MOST_BYTES = 32 * 1024 * 1024;
/** The clone tells its device what it took at least this often, bytes; below the least credit, or both would wait. */
export const TAKEN_BYTES = 4 * 1024;
/** Between two such messages, milliseconds: far below {@linkcode CREDIT_MS}, which a fast link's credit lasts. */
export const TAKEN_MS = 5;
/** A session is sent in pieces of this share of its credit: what another sends waits for one of them at most. */
export const PIECE_SHARE = 1 / 8;
/** … but not in smaller ones: each costs as much as some KiB do. */
export const LEAST_PIECE_BYTES = 8 * 1024;
