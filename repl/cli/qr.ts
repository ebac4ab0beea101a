import encodeQR from "qr";

/** A text as a QR code of block characters, white on black whatever the terminal's colours are, for a phone's camera. */
export function qrCode(text: string): string {
  return encodeQR(text, "ascii", { ecc: "low" }).trimEnd().split("\n").map((line) =>
    `\x1b[97;40m${line}\x1b[0m`
  )
    .join("\n");
}

/** What a pairing's QR code says; `pair` takes it as its only argument. */
export function pairingUri(code: string, address: string): string {
  return `clonecloud:pair/${code.replace("-", "")}${address}`;
}

/** Code and address of a scanned pairing, or undefined if the text is something else. */
export function parsePairingUri(text: string): { code: string; address: string } | undefined {
  const match = /^clonecloud:pair\/(\d+)(\/.+)$/.exec(text.trim());
  return match === null ? undefined : { code: match[1]!, address: match[2]! };
}

/** The address that another machine most likely reaches: not loopback, plain tcp. */
export function bestAddress(addresses: readonly string[]): string | undefined {
  return addresses.find((text) => !text.includes("/127.0.0.1/") && !text.includes("/ws")) ?? addresses[0];
}
