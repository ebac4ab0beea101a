/**
 * A database with a write-ahead log, as SQLite leaves it when its last connection is closed: the log is in the file, and
 * gone. The first page says that there is one, and counts changes in another way: a connection counts one, however many
 * of its transactions changed that page.
 */

/** Where the first page says how the file is written, and read: 1, or 2 with a log. */
const VERSIONS_AT = [18, 19];
/** A count of changes; the same again; who counted. */
const COUNT_AT = 24;
const [VALID_AT, VALID_END] = [92, 100];
const HEADER_BYTES = 100;

/** Whether a file's database has a log. */
export function hasLog(bytes: Uint8Array): boolean {
  return bytes[VERSIONS_AT[0]!] === 2;
}

/** The same database without one. */
export function withoutLog(bytes: Uint8Array): Uint8Array {
  return withVersion(bytes, 1);
}

/** A database that had a log when `base` were its bytes, and one connection since. */
export function withLog(bytes: Uint8Array, base: Uint8Array): Uint8Array {
  const out = withVersion(bytes, 2);
  const [view, before] = [viewOf(out), viewOf(base)];
  if (!isFirstPageSame(out, base)) {
    const count = before.getUint32(COUNT_AT) + 1;
    view.setUint32(COUNT_AT, count);
    view.setUint32(VALID_AT, count);
    return out;
  }
  out.set(base.subarray(COUNT_AT, COUNT_AT + 4), COUNT_AT);
  out.set(base.subarray(VALID_AT, VALID_END), VALID_AT);
  return out;
}

function isFirstPageSame(bytes: Uint8Array, base: Uint8Array): boolean {
  const size = viewOf(base).getUint16(16);
  const pageBytes = Math.max(HEADER_BYTES, size === 1 ? 65_536 : size);
  for (let at = 0; at < pageBytes; at++) {
    const isCount = (at >= COUNT_AT && at < COUNT_AT + 4) || (at >= VALID_AT && at < VALID_END);
    if (!isCount && !VERSIONS_AT.includes(at) && bytes[at] !== base[at]) return false;
  }
  return true;
}

function withVersion(bytes: Uint8Array, version: number): Uint8Array {
  const out = bytes.slice();
  if (out.length > 0) { for (const at of VERSIONS_AT) out[at] = version; }
  return out;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
