import { folderOf } from "./plain_path.ts";

/** What an app may do with files; nobody is asked, as nobody would answer while it is stopped. */
export interface FilePermissions {
  /** Whether it may do that with a path; without one: with some path at least, or with all. */
  granted(name: "read" | "write", path?: string): boolean;
  /** Whether it may do that with all paths. */
  grantedAll(name: "read" | "write"): boolean;
}

/** It isn't known yet: whoever asked learns it and asks again. What was being done had no effect. */
export class UnknownPermission extends Error {
  readonly permission: Deno.PermissionDescriptor;

  constructor(permission: Deno.PermissionDescriptor) {
    super("Not known yet");
    this.permission = permission;
  }
}

/** How Deno answers. */
export interface PermissionState {
  readonly state: string;
  /** Granted or denied in part. */
  readonly partial: boolean;
}

/** What this process may do. */
export const ownPermissions: FilePermissions = {
  granted: (name, path) =>
    Deno.permissions.querySync({ name, ...(path !== undefined && { path }) }).state === "granted",
  grantedAll: (name) => isGrantedAll(queryOwn({ name })),
};

/** Deno's answer for this process. */
export function queryOwn(permission: Deno.PermissionDescriptor): PermissionState {
  const { state, partial } = Deno.permissions.querySync(permission) as { state: string; partial?: boolean };
  return { state, partial: partial === true };
}

function isGrantedAll({ state, partial }: PermissionState): boolean {
  return state === "granted" && !partial;
}

/** What another process may do with files, as far as it was asked. */
export class AskedPermissions implements FilePermissions {
  readonly #known = new Map<string, PermissionState>();
  readonly #ask: (permission: Deno.PermissionDescriptor) => Promise<PermissionState>;

  constructor(ask: (permission: Deno.PermissionDescriptor) => Promise<PermissionState>) {
    this.#ask = ask;
  }

  /** What it may do now with files at all: it may have asked a person since, or given something back. */
  begin({ read, write }: Readonly<Record<"read" | "write", PermissionState>>): void {
    this.#known.clear();
    this.#known.set(keyOf({ name: "read" }), read);
    this.#known.set(keyOf({ name: "write" }), write);
  }

  /** What it may do now, asked anew. */
  ask(permission: Deno.PermissionDescriptor): Promise<PermissionState> {
    return this.#ask(permission);
  }

  /** @throws {UnknownPermission} */
  granted(name: "read" | "write", path?: string): boolean {
    const whole = this.#state({ name });
    if (path === undefined || isGrantedAll(whole)) return whole.state === "granted";
    // What may be done with all of a folder needn't be asked for each of its files.
    const folder = folderOf(path);
    return isGrantedAll(this.#state({ name, path: folder })) ||
      this.#state({ name, path }).state === "granted";
  }

  /** @throws {UnknownPermission} */
  grantedAll(name: "read" | "write"): boolean {
    return isGrantedAll(this.#state({ name }));
  }

  /** Does something that only looks, as often as it takes until all is known that it asks for. */
  async while<T>(look: () => T): Promise<T> {
    while (true) {
      try {
        return look();
      } catch (error) {
        if (!(error instanceof UnknownPermission)) throw error;
        const { permission } = error;
        this.#known.set(keyOf(permission), await this.#ask(permission));
      }
    }
  }

  #state(permission: Deno.PermissionDescriptor): PermissionState {
    const known = this.#known.get(keyOf(permission));
    if (known === undefined) throw new UnknownPermission(permission);
    return known;
  }
}

function keyOf(permission: Deno.PermissionDescriptor): string {
  const { name, path } = permission as { name: string; path?: string };
  return `${name} ${path ?? ""}`;
}
