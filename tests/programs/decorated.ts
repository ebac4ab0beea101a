function logged<T extends (...args: any[]) => unknown>(method: T, context: ClassMethodDecoratorContext) {
  return function (this: unknown, ...args: any[]) {
    log.push(`call ${String(context.name)}(${args})`);
    return method.apply(this, args);
  } as T;
}
function counted(_: undefined, context: ClassFieldDecoratorContext) {
  return (initial: number) => (log.push(`init ${String(context.name)}`), initial * 2);
}
const log: string[] = [];

class Service {
  @counted
  base = 4;
  accessor level = 1;
  @logged
  scale(n: number) {
    this.level++;
    return this.base * n;
  }
  static readonly instances: Service[] = [];
  constructor(private readonly name: string) {
    Service.instances.push(this);
  }
  whoami() {
    return `${this.name}:${this.level}:${this.scale(1)}`;
  }
}

abstract class Animal {
  protected abstract sound(): string;
  speak(times = 1) {
    return Array(times).fill(this.sound()).join(" ");
  }
}
class Dog extends Animal {
  protected override sound() {
    return "woof";
  }
}
const Cat = class Felix extends Animal {
  static kind = Felix.name;
  protected override sound() {
    return `meow ${Felix.kind}`;
  }
};

function chorus(animals: Animal[]) {
  return animals.map((a, i) => a.speak(i + 1));
}

function serve(service: Service) {
  return [service.scale(3), service.whoami(), Service.instances.length];
}

const service = new Service("svc");
console.log(service.scale(2), log.splice(0));
console.log(serve(service), log.splice(0), service.level);
console.log(chorus([new Dog(), new Cat(), new Dog()]), new Cat().speak(2));
