// Large tables that several programs use.
export const table = new Float64Array(100_000).map((_, i) => Math.sin(i) * 1e6);
export const words = Array.from({ length: 2_000 }, (_, id) => ({ id, word: `word number ${id}` }));
