/** Bytes of a file from `at` on, as many as there are. */
export function readRange(path: string, at: number, bytes: number): Uint8Array {
  using file = Deno.openSync(path);
  return readAt(file, at, bytes);
}

/** As {@linkcode readRange}, of an open file. */
export function readAt(file: Deno.FsFile, at: number, bytes: number): Uint8Array {
  file.seekSync(at, Deno.SeekMode.Start);
  const out = new Uint8Array(bytes);
  let filled = 0;
  while (filled < bytes) {
    const count = file.readSync(out.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return out.subarray(0, filled);
}

/** Writes all bytes at a place of an open file. */
export function writeAt(file: Deno.FsFile, at: number, bytes: Uint8Array): void {
  file.seekSync(at, Deno.SeekMode.Start);
  for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
}
