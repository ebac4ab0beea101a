// What V8 makes up for functions without names, where stack traces tell of them.
const part = {}, other = { part, none: 0 }, list = [part];
function make() { return part; }
function frames(fn, self) {
  try {
    fn.call(self);
  } catch (error) {
    return error.stack.split("\n")[1].trim().replace(/ \(.*[/]/, " (");
  }
}
part.raise = function () { null.x; };
other.part.deep = function () { null.x; };
part["quoted name"] = function () { null.x; };
part[`template`] = function () { null.x; };
part[other.none + "computed"] = function () { null.x; };
part.arrow = () => { null.x; };
part.first = part.second = function () { null.x; };
part.or = other.none || function () { null.x; };
part.either = other.none ? 0 : function () { null.x; };
part.in = (function () { null.x; });
part.called = make(function () { null.x; });
make(1, other.none).made = function () { null.x; };
list[0].listed = function () { null.x; };
module.exports.exported = function () { null.x; };
exports.alone = function () { null.x; };
function Shape() { this.own = function () { null.x; }; }
function shape() { this.own = function () { null.x; }; }
Shape.prototype.area = function () { null.x; };
shape.prototype.area = function () { null.x; };
class Holder {
  Fill() { this.filled = function () { null.x; }; this.#own = () => { null.x; }; return this; }
  get own() { return this.#own; }
  #own;
}
let kept;
kept = part.kept = function () { null.x; };

function ofPart() { return Object.keys(part).filter((name) => name !== "called").map((name) => `${name}: ${frames(part[name], part)}`); }
function ofOthers() {
  const big = new Shape(), small = new shape(), holder = new Holder().Fill();
  return [
    frames(exports.exported, exports), frames(exports.alone), frames(kept, null),
    frames(big.own, big), frames(big.area, big), frames(small.own, small), frames(small.area, small),
    frames(holder.filled, holder), frames(holder.own, holder), frames(part.raise, big),
  ];
}
// Beside classes, V8 makes up a name from what they are called with and from the class's own; nothing put in may change it.
function besideClasses() {
  const cut = (x) => `${x}`, shown = (fn) => frames(fn, null);
  return [
    shown(function () { null.x; }, class { #secret = 5; }), shown(function () { null.x; }, class { [cut("k")] = 5; }),
    shown(function () { null.x; }, class { #secret = 5; static #m = 3; ["k" + 0] = 1; }),
    shown(function () { null.x; }, class { ["k" + 0] = 1; [1] = 2; }), shown(function () { null.x; }, class { [part.key] = 5; m() {} }),
    shown(function () { null.x; }, class { #own = 1; all() { return () => this.#own; } }),
    shown(function () { null.x; }, class { static y = 1; static { cut(1); } }), shown(function () { null.x; }, class { [{ x: 1 }.x] = 5; }),
  ];
}
// Names of fields are evaluated once, in their order, and turned into names there.
function fieldNames() {
  const told = [], tell = (x) => (told.push(x), x);
  const thing = { toString() { told.push("asked"); return "thing"; } };
  const Fields = class { [tell(Symbol.iterator)] = 1; [tell(-0)] = 2; [thing] = 3; [tell(null)] = 4; [tell(7n)] = class { [tell("in")] = 5; }; };
  const own = Reflect.ownKeys(new Fields());
  let failed;
  try { (class { [{ toString: null, valueOf: null }] = 1; }); } catch (error) { failed = String(error); }
  return [...own.map(String), ...told.map(String), failed].join(" ");
}
console.log(ofPart().join("\n"));
console.log(besideClasses().join("\n"), fieldNames());
console.log(ofOthers().join("\n"));
