/** One cell of the paper's Table 1 and Figure 8: seconds, and how many times faster with a clone. */
export interface PaperFigure {
  readonly size: string;
  readonly phoneS: number;
  readonly cloneS: number;
  /** As annotated in Figure 8 and told in §6, for the largest inputs. */
  readonly wifi?: number;
  readonly threeG?: number;
}

/** What the paper measured on an HTC G1 and a desktop machine (EuroSys 2011, Table 1 and §6). */
export const PAPER: Readonly<Record<string, readonly PaperFigure[]>> = {
  virus_scan: [
    { size: "100 kB", phoneS: 6.1, cloneS: 0.2 },
    { size: "1 MB", phoneS: 59.3, cloneS: 2.2 },
    { size: "10 MB", phoneS: 579.5, cloneS: 22.5, wifi: 12, threeG: 7 },
  ],
  image_search: [
    { size: "1 image", phoneS: 22.1, cloneS: 0.9 },
    { size: "10 images", phoneS: 212.8, cloneS: 8.0 },
    { size: "100 images", phoneS: 2122.1, cloneS: 79.2, wifi: 20, threeG: 16 },
  ],
  interest_profile: [
    { size: "depth 3", phoneS: 3.3, cloneS: 0.2 },
    { size: "depth 4", phoneS: 52.1, cloneS: 1.8 },
    { size: "depth 5", phoneS: 302.7, cloneS: 10.9, wifi: 10, threeG: 5 },
  ],
};
