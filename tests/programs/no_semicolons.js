const list = []
let total = 0
function add(n) {
  total += n
  list.push(n)
  late(n)
  ;[1, 2].forEach(m => { total += m })
  const x = total
  helper(x)
  return x
}
function late(n) { if (n > 2) more.push(n)
  else small.push(n)
}
const helper = x => { last = x
  twice(last)
}
function twice(x) {
  let y = x
  inner()
  return y
  function inner() { y *= 2
    bump()
  }
  function bump() { y++ }
}
let last
const more = [], small = []
class Counter { static made = 0
  count = 0
  'quoted name' = 1
  static { Counter.made = 5 }
  get next() { return ++this.count }
  *each(n) { for (let i = 0; i < n; i++) yield this.next }
  async later() { await null
    return this.next }
  static async *all() { yield 1
    yield 2 }
  get
  odd() { return 1 }
}
const objects = { async: 1, get: 2, set: 3, static: 4, await: 5, of: 6, new: 7, 'a-b'() { return 8 }, [`comp${1}`]() { return 9 }, 10() { return this.get }, get get2() { return this.get * 2 }, async async2() { return 1 }, *gen() { yield* [1] } }
function uses(o) { let r = []
  for (const k of Object.keys(o)) r.push(typeof o[k] === 'function' ? o[k].name : o[k])
  return r }
var f = async x => ({ x }), g = (a, b = () => a) => b(), h = function () { return arguments.length }, k = ({ a } = {}, [b] = []) => [a, b]
function calls(n) { return [g(n), h(1, 2), k({ a: n }, [n]), k()] }
function regex(s) { const a = /[/\]]+/g, b = s / 2 / 1
  return [a.test('x/'), b, `${`${s}`}` + /}/.source] }
console.log(add(1), add(5), total, list, more, small, last)
console.log(twice(2), uses(objects), calls(3), regex(8))
const c = new Counter()
console.log(c.next, [...c.each(3)], await c.later(), Counter.made, c.odd, c['quoted name'])
for await (const x of Counter.all()) console.log(x, await f(x))
label: for (const a of [1, 2]) { for (;;) { continue label } }
console.log(((a, b) => a + b).toString(), (() => {}).toString(), c.each.toString())
