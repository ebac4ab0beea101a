/** A section of a program file: where its bytes lie. */
export interface Section {
  readonly start: number;
  readonly size: number;
}

/** What a file is, as far as signatures ask for it. */
export interface FileFormat {
  /** ClamAV's target type: 1 PE, 2 OLE2, 3 HTML, 4 mail, 5 graphics, 6 ELF, 7 text, 9 Mach-O, 10 PDF, 11 Flash, 12 Java. */
  readonly target: number;
  /** Where the program starts, as a place in the file; undefined if it is no Windows program. */
  readonly entryPoint?: number;
  readonly sections: readonly Section[];
}

const MAGIC: readonly (readonly [target: number, bytes: string])[] = [
  [2, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"],
  [5, "\x89PNG"],
  [5, "GIF8"],
  [5, "\xff\xd8\xff"],
  [5, "BM"],
  [6, "\x7fELF"],
  [9, "\xcf\xfa\xed\xfe"],
  [9, "\xce\xfa\xed\xfe"],
  [10, "%PDF-"],
  [11, "FWS"],
  [11, "CWS"],
  [12, "\xca\xfe\xba\xbe"],
];

/** Finds out what a file is from its first bytes. */
export function formatOf(data: Uint8Array): FileFormat {
  const program = readPortableExecutable(data);
  if (program !== undefined) return program;
  const head = String.fromCharCode(...data.subarray(0, 512));
  for (const [target, bytes] of MAGIC) if (head.startsWith(bytes)) return { target, sections: [] };
  if (/<(!doctype html|html|head|script|body)\b/i.test(head)) return { target: 3, sections: [] };
  if (/^(From |Received:|Return-Path:|Message-ID:|Subject:)/im.test(head)) return { target: 4, sections: [] };
  // deno-lint-ignore no-control-regex
  if (head !== "" && !/[\x00-\x08\x0e-\x1a\x80-\xff]/.test(head)) return { target: 7, sections: [] };
  return { target: 0, sections: [] };
}

function readPortableExecutable(data: Uint8Array): FileFormat | undefined {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data.length < 0x40 || view.getUint16(0, true) !== 0x5a4d) return undefined;
  const header = view.getUint32(0x3c, true);
  if (header + 44 > data.length || view.getUint32(header, true) !== 0x4550) return undefined;
  const sectionCount = Math.min(view.getUint16(header + 6, true), 96);
  const table = header + 24 + view.getUint16(header + 20, true);
  const entryAddress = view.getUint32(header + 40, true);
  const sections: Section[] = [];
  // Without a section that holds it, the entry point lies in the headers, which are mapped as they are.
  let entryPoint: number | undefined = entryAddress < table + 40 * sectionCount ? entryAddress : undefined;
  for (let i = 0; i < sectionCount && table + 40 * (i + 1) <= data.length; i++) {
    const row = table + 40 * i;
    const address = view.getUint32(row + 12, true);
    const size = view.getUint32(row + 16, true);
    // Windows rounds a section's place in the file down to a whole disk sector.
    const start = view.getUint32(row + 20, true) & ~0x1ff;
    sections.push({ start, size });
    const extent = Math.max(size, view.getUint32(row + 8, true));
    if (entryAddress >= address && entryAddress < address + extent) {
      entryPoint = start + entryAddress - address;
    }
  }
  return entryPoint === undefined ? { target: 1, sections } : { target: 1, entryPoint, sections };
}
