import type { Home } from "./home.ts";

/** What a home remembers between runs of its peer. */
export interface Settings {
  /** The name people see. */
  readonly name?: string;
  /** Ports listened on last, so that addresses that other peers remember stay right. */
  readonly tcpPort?: number;
  readonly wsPort?: number;
  /** The machine's speed as last measured, and when (milliseconds since 1970). */
  readonly speed?: { readonly unitsPerMs: number; readonly at: number };
}

const FILE = "settings.json";

/** Reads a home's settings; what is missing or of a wrong type is left out. */
export async function readSettings(home: Home): Promise<Settings> {
  const value = await home.readJson(FILE);
  if (typeof value !== "object" || value === null) return {};
  const raw = value as Record<string, unknown>;
  const speed = raw.speed as { unitsPerMs?: unknown; at?: unknown } | undefined;
  return {
    ...(typeof raw.name === "string" ? { name: raw.name } : {}),
    ...(isPort(raw.tcpPort) ? { tcpPort: raw.tcpPort } : {}),
    ...(isPort(raw.wsPort) ? { wsPort: raw.wsPort } : {}),
    ...(typeof speed?.unitsPerMs === "number" && typeof speed.at === "number" && speed.unitsPerMs > 0
      ? { speed: { unitsPerMs: speed.unitsPerMs, at: speed.at } }
      : {}),
  };
}

/** Changes some of a home's settings. */
export async function updateSettings(home: Home, change: Settings): Promise<void> {
  await home.writeJson(FILE, { ...await readSettings(home), ...change });
}

function isPort(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) < 65536;
}
