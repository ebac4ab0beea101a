/** How many bytes the parts have together. */
export function totalBytes(parts: readonly { readonly length: number }[]): number {
  let bytes = 0;
  for (let i = 0; i < parts.length; i++) bytes += parts[i]!.length;
  return bytes;
}

/** A copy of the parts, one after the other. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(totalBytes(parts));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The same bytes in fewer pieces: neighbours in memory become one view, and what is short is joined, up to so many bytes. */
export function fewerPieces(parts: readonly Uint8Array[], mostJoined: number): Uint8Array[] {
  const merged: Uint8Array[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (
      last !== undefined && last.buffer === part.buffer && last.byteOffset + last.length === part.byteOffset
    ) {
      merged[merged.length - 1] = new Uint8Array(last.buffer, last.byteOffset, last.length + part.length);
    } else if (part.length > 0) merged.push(part);
  }
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < merged.length;) {
    let end = at;
    for (let bytes = 0; end < merged.length; end++) {
      if ((bytes += merged[end]!.length) > mostJoined) break;
    }
    pieces.push(end > at + 1 ? joinBytes(merged.slice(at, end)) : merged[at]!);
    at = Math.max(end, at + 1);
  }
  return pieces;
}
