import { HexPattern } from "./hex_pattern.ts";
import type { Library } from "./library.ts";
import { PatternSignature } from "./signature.ts";

/** How many signatures are made up: a few thousand, as in the lists that people share. */
const COUNT = 6000;

/** The test file that all virus scanners know (eicar.org); as hex, or they would find this source file. */
const EICAR = "58354f2150254041505b345c505a58353428505e2937434329377d2445494341522d5354414e44415244" +
  "2d414e544956495255532d544553542d46494c452124482b482a";

/**
 * Adds the EICAR test signature and a few thousand made-up ones, so that the scanner can be tried without a signature
 * file. They are as long and have as many wildcards as real ones, are the same on every machine, and match nothing real.
 */
export function addSyntheticSignatures(library: Library): void {
  library.add(
    new PatternSignature("Eicar-Test-Signature", new HexPattern(EICAR), {
      from: "start",
      distance: 0,
      shift: 0,
    }),
  );
  const random = randomFrom(2011);
  for (let i = 0; i < COUNT; i++) {
    library.add(new PatternSignature(`Synthetic.${i}`, new HexPattern(syntheticHex(random))));
  }
}

function syntheticHex(random: () => number): string {
  const length = 16 + random() % 48;
  let hex = "";
  for (let i = 0; i < length; i++) {
    const wild = i > 1 && random() % 8 === 0;
    hex += wild ? "??" : (random() % 256).toString(16).padStart(2, "0");
  }
  return hex;
}

/** Marsaglia's xorshift: the same numbers on every machine. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 8;
  };
}
