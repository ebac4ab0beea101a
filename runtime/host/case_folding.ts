import { type FilePermissions, ownPermissions, UnknownPermission } from "./file_permissions.ts";

/** Entries of a folder that are tried. */
const MAX_TRIED = 8;

/**
 * Whether a folder's file system takes a name in other case for the same (APFS, NTFS, FAT, folders of ext4 and f2fs that are set
 * so): found out by asking for names that are there in the other case. False where it can't be found out without writing.
 */
export function foldsCase(folder: string, permissions: FilePermissions = ownPermissions): boolean {
  const slash = folder.lastIndexOf("/");
  if (isSame(folder, folder.slice(0, slash + 1) + swapped(folder.slice(slash + 1)), permissions)) return true;
  try {
    let left = MAX_TRIED;
    for (const { name } of Deno.readDirSync(folder)) {
      if (left-- === 0) return false;
      if (isSame(`${folder}/${name}`, `${folder}/${swapped(name)}`, permissions)) return true;
    }
  } catch (error) {
    if (error instanceof UnknownPermission) throw error;
    // Nothing of it can be written either.
  }
  return false;
}

function isSame(a: string, b: string, permissions: FilePermissions): boolean {
  if (a === b || !permissions.granted("read", b)) return false;
  try {
    const [one, two] = [Deno.lstatSync(a), Deno.lstatSync(b)];
    return one.dev === two.dev && one.ino === two.ino && one.ino !== null;
  } catch {
    return false;
  }
}

function swapped(name: string): string {
  return name.replace(
    /[a-z]/gi,
    (letter) => letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
}
