/** What tells whether a file is as it was, without reading it. */
export interface FileState {
  readonly bytes: number;
  /** `NaN` where the system has none, as with all that follow. */
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly inode: number;
  readonly mode: number;
}

export function fileState({ size, mtime, ctime, ino, mode }: Deno.FileInfo): FileState {
  return {
    bytes: size,
    mtimeMs: mtime?.getTime() ?? NaN,
    ctimeMs: ctime?.getTime() ?? NaN,
    inode: ino ?? NaN,
    mode: mode ?? NaN,
  };
}

/** As indexes have it. */
export function stateText({ bytes, mtimeMs, ctimeMs, inode, mode }: FileState): string {
  return `${bytes} ${mtimeMs} ${ctimeMs} ${inode} ${mode}`;
}
