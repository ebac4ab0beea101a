export class Service {
  nothing(): void {}
}
