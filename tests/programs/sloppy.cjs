var hits = [];
function Old(name) {
  if (!(this instanceof Old)) return new Old(name);
  this.name = name;
}
Old.prototype.greet = function greet(to) {
  hits.push(to);
  return "hi " + to + " from " + this.name;
};
Old.inherit = function (child) {
  child.prototype = Object.create(Old.prototype, { constructor: { value: child } });
  return child;
};
var Child = Old.inherit(function Child(name) {
  Old.call(this, name + "!");
});
function aliased(a, b) {
  arguments[1] = "changed";
  a = 5;
  return [a, b, arguments[0], arguments.length];
}
function self() {
  return this === globalThis;
}
function withs(o) {
  with (o) {
    return x + y;
  }
}
function octal() {
  return 010 + "\07".length;
}
function dup(a, a) {
  return a;
}
function caught() {
  try {
    throw 1;
  } catch (e) {
    var e = 2;
  }
  return e;
}
function blocks(flag) {
  if (flag) {
    function later() {
      return "later";
    }
  }
  return typeof later;
}
function implicit() {
  leaked = "leak";
  return typeof leaked;
}
var fact = function me(n) {
  me = null;
  return n < 2 ? 1 : n * me(n - 1);
};
console.log(Old("a").greet("x"), new Child("c").greet("y"), hits, new Child("z"));
console.log(aliased(1, 2), aliased(1), self(), withs({ x: 1, y: 2 }), octal(), dup(1, 2), caught());
console.log(blocks(true), blocks(false), implicit(), leaked, fact(5));
console.log(module.exports === exports, typeof require, __filename.split("/").pop(), this === exports);
module.exports = { Old: Old };
