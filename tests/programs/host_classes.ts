// Classes that extend classes of the host: they travel, and their instances are made where `new` runs.
class Progress extends EventTarget {
  done = 0;
  static made = 0;
  constructor() {
    super();
    Progress.made++;
  }
  tick(): this {
    this.done++;
    this.dispatchEvent(new CustomEvent("tick", { detail: this.done }));
    return this;
  }
}

class Upper extends TransformStream<string, string> {
  constructor() {
    super({ transform: (text, controller) => controller.enqueue(text.toUpperCase()) });
  }
}

class Place extends URL {
  get depth(): number {
    return this.pathname.split("/").length - 1;
  }
}

function count(times: number): string {
  const seen: number[] = [];
  const progress = new Progress();
  progress.addEventListener("tick", (event) => seen.push((event as CustomEvent).detail));
  for (let i = 0; i < times; i++) progress.tick();
  return `${seen} ${progress.done} ${Progress.made} ${progress instanceof EventTarget}`;
}

function chain(): string {
  return `${Object.getPrototypeOf(Upper.prototype) === TransformStream.prototype} ${Upper.prototype.constructor === Upper}`;
}

function depth(path: string): number {
  return new Place(path, "https://example.org").depth;
}

function prototypeFirst(prototype: object): boolean {
  return Object.hasOwn(prototype, "tick") && (prototype as Progress).constructor === Progress;
}

console.log(prototypeFirst(Progress.prototype));
console.log(count(3), count(2));
console.log(chain());
console.log(depth("/a/b/c"));
