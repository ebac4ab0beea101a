const CONFIG = new URL("../../deno.json", import.meta.url).href;

/** This version and what it runs on, in the words of `--version`. */
export async function versionLine(): Promise<string> {
  const { default: config } = await import(CONFIG, { with: { type: "json" } });
  const { os, arch } = Deno.build;
  return `clonecloud ${config.version} (Deno ${Deno.version.deno}, ${os} ${arch})`;
}
