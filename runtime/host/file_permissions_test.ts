import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { AskedPermissions, type PermissionState } from "./file_permissions.ts";

const GRANTED = { state: "granted", partial: false };
const DENIED = { state: "denied", partial: false };

function asked(states: Record<string, PermissionState>) {
  const questions: string[] = [];
  const permissions = new AskedPermissions((permission) => {
    const { name, path = "" } = permission as { name: string; path?: string };
    questions.push(`${name} ${path}`);
    return Promise.resolve(states[`${name} ${path}`] ?? DENIED);
  });
  return { permissions, questions };
}

Deno.test("AskedPermissions asks for nothing more of who may do it with all paths", async () => {
  const { permissions, questions } = asked({});
  permissions.begin({ read: GRANTED, write: DENIED });
  strictEqual(await permissions.while(() => permissions.granted("read", "/a/b")), true);
  strictEqual(await permissions.while(() => permissions.grantedAll("write")), false);
  deepStrictEqual(questions, []);
});

Deno.test("AskedPermissions asks once for each path, and once for what a whole folder may", async () => {
  const { permissions, questions } = asked({ "read /data": GRANTED, "read /app/own.txt": GRANTED });
  permissions.begin({ read: DENIED, write: DENIED });
  const paths = ["/data/a", "/data/b", "/app/own.txt", "/app/other.txt", "/app/own.txt"];
  const may = await permissions.while(() => paths.map((path) => permissions.granted("read", path)));
  deepStrictEqual(may, [true, true, true, false, true]);
  deepStrictEqual(questions, ["read /data", "read /app", "read /app/own.txt", "read /app/other.txt"]);
});

Deno.test("AskedPermissions takes a folder of which some is denied for no answer about its files", async () => {
  const { permissions } = asked({
    "read /data": { state: "granted", partial: true },
    "read /data/a": GRANTED,
  });
  permissions.begin({ read: { state: "granted", partial: true }, write: DENIED });
  strictEqual(await permissions.while(() => permissions.granted("read", "/data/a")), true);
  strictEqual(await permissions.while(() => permissions.granted("read", "/data/secret")), false);
  strictEqual(await permissions.while(() => permissions.grantedAll("read")), false);
});

Deno.test("AskedPermissions learns anew with each migration: the app may have given a permission back", async () => {
  const states: Record<string, PermissionState> = { "read /data": GRANTED };
  const { permissions } = asked(states);
  permissions.begin({ read: DENIED, write: DENIED });
  strictEqual(await permissions.while(() => permissions.granted("read", "/data/a")), true);
  states["read /data"] = DENIED;
  permissions.begin({ read: DENIED, write: DENIED });
  strictEqual(await permissions.while(() => permissions.granted("read", "/data/a")), false);
});
