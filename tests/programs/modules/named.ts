export default class Named {
  constructor(readonly n: number) {}
  twice() {
    return this.n * 2;
  }
}
