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
console.log(ofPart().join("\n"));
console.log(ofOthers().join("\n"));
