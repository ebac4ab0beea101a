import { strict } from "node:assert";
// A JavaScript module: no transpilation, no map.
export class Tokens {
  constructor(text) { this.text = text; this.at = 0; }
  next() {
    while (this.text[this.at] === " ") this.at++;
    if (this.at >= this.text.length) return null;
    const start = this.at; while (this.at < this.text.length && this.text[this.at] !== " ") this.at++;
    return this.text.slice(start, this.at);
  }
  expect(what) { const got = this.next(); if (got !== what) throw new SyntaxError(`expected ${what} but got ${got} at ${this.at}`); return got; }
}
function all(tokens) { const out = []; for (let t; (t = tokens.next()) !== null;) out.push(t); return out; }
function where() { return new Error("here").stack; }
const lazy = () => ({ at: where(), fn: () => where() });
function check(a, b) { strict.equal(a, b); return "equal"; }
const tokens = new Tokens("a  b c");
console.log(tokens.next(), all(tokens), tokens);
try { new Tokens("x y").expect("y"); } catch (error) { console.log(error.stack); }
console.log(where()); const l = lazy(); console.log(l.at); console.log(l.fn());
console.log(check(1, 1));
try { check(1, 2); } catch (e) { console.log(e.name, e.code, e.message); }
