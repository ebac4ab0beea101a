class Account {
  static #made = 0;
  static registry = new Map<string, Account>();
  #balance: number;
  #log: string[] = [];
  readonly owner: string;
  static {
    Account.registry.set("bank", new Account("bank", 1000));
  }
  constructor(owner: string, balance = 0) {
    this.owner = owner;
    this.#balance = balance;
    Account.#made++;
  }
  get balance() {
    return this.#balance;
  }
  get #text() {
    return `${this.owner}:${this.#balance}`;
  }
  set #tagged(tag: string) {
    this.#log.push(tag.toUpperCase());
  }
  #move(amount: number) {
    this.#balance += amount;
    this.#tagged = `move ${amount}`;
  }
  pay(to: Account, amount: number) {
    if (!(#balance in to)) throw new TypeError("not an account");
    this.#move(-amount);
    to.#move(amount);
    return [this.#text, to.#text];
  }
  history() {
    return this.#log.map((line, i) => `${i} ${line} ${this.#balance}`);
  }
  static open(owner: string) {
    const account = new this(owner, 10);
    this.registry.set(owner, account);
    return account;
  }
  static get made() {
    return Account.#made;
  }
}

class Savings extends Account {
  rate = 0.1;
  #secret = Symbol("secret");
  override pay(to: Account, amount: number) {
    const fee = () => super.pay(Account.registry.get("bank")!, 1);
    fee();
    return super.pay(to, amount);
  }
  get secret() {
    return String(this.#secret);
  }
  toString() {
    return `Savings(${super.toString()}, ${this.rate})`;
  }
}

const Named = <T extends new (...args: any[]) => object>(Base: T) =>
  class extends Base {
    label = "unnamed";
    rename(label: string) {
      this.label = label;
      return this;
    }
  };

class Stack<T> extends Array<T> {
  get top() {
    return this.at(-1);
  }
  pushAll(...items: T[]) {
    for (const item of items) this.push(item);
    return this.top;
  }
}

class Registry extends Map<string, number> {
  total() {
    let sum = 0;
    for (const value of this.values()) sum += value;
    this.set("total", sum);
    return sum;
  }
}

class Bare extends (null as any) {
  static make() {
    return Object.create(Bare.prototype);
  }
  hello() {
    return "bare";
  }
}

class Problem extends Error {
  override name = "Problem";
  constructor(readonly code: number, options?: ErrorOptions) {
    super(`code ${code}`, options);
  }
}

function settle(from: Account, to: Account, amount: number) {
  return { lines: from.pay(to, amount), made: Account.made };
}

const ann = Account.open("ann");
const bob = Savings.open("bob") as Savings;
console.log(settle(ann, bob, 3));
console.log(settle(bob, ann, 2), ann.history(), bob.history());
console.log(Account.registry.get("bank"), Account.made, bob.secret, `${bob}`);
console.log(Account.open("eve") instanceof Account, Account.registry.size, Savings.registry === Account.registry);
const Tagged = Named(Savings);
const tagged = new Tagged("tom", 50);
console.log(tagged.rename("x") === tagged, tagged, settle(tagged, ann, 5));
const stack = new Stack<number>();
console.log(stack.pushAll(1, 2, 3), stack, stack.length, stack instanceof Stack, stack.map((x) => x * 2));
const registry = new Registry([["a", 1], ["b", 2]]);
console.log(registry.total(), registry);
console.log(Bare.make().hello(), Object.getPrototypeOf(Bare.prototype));
function fail(code: number): never {
  throw new Problem(code, { cause: ann });
}
try {
  fail(7);
} catch (error) {
  console.log(error instanceof Problem, (error as Problem).code, (error as Problem).cause === ann);
  console.log((error as Error).stack);
}
try {
  settle(ann, {} as Account, 1);
} catch (error) {
  console.log(error);
}
