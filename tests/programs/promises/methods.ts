class Store {
  #rows = new Map<string, number>();
  static open(rows: Record<string, number>): Promise<Store> {
    const store = new Store();
    for (const [key, value] of Object.entries(rows)) store.#rows.set(key, value);
    return Promise.resolve(store);
  }
  get(key: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const value = this.#rows.get(key);
      value === undefined ? reject(new Error(`no ${key}`)) : resolve(value);
    });
  }
  get size(): Promise<number> {
    return Promise.resolve(this.#rows.size);
  }
  update(key: string, by: (value: number) => number | Promise<number>): Promise<this> {
    return this.get(key).then(by).then((value) => {
      this.#rows.set(key, value);
      return this;
    });
  }
}
const store = await Store.open({ a: 1, b: 2 });
console.log(await store.get("a"), await store.size);
console.log(await store.update("a", async (x) => x + 10) === store, await store.get("a"));
await store.get("c").catch((error) => console.log(error.message));
const [a, b] = await Promise.all([store.get("a"), store.get("b")]);
console.log(a + b);
