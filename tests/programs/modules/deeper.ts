const cache = new Map<string, number>();
export const deep = () => {
  cache.set("calls", (cache.get("calls") ?? 0) + 1);
  return cache.get("calls");
};
