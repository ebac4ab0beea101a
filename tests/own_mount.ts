/** A mount of its own needs root, and a kernel that lets it. */
export function mayMount(): boolean {
  try {
    const args = ["-m", "sh", "-c", "mount -t tmpfs none /tmp"];
    return new Deno.Command("unshare", { args, stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}
