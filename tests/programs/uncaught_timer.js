function parse(text) {
  return JSON.parse(text, (key, value) => {
    if (key === "bad") throw new SyntaxError(`no "${key}" here`)
    return value
  })
}
const kept = []
function check(text) {
  try { parse(text) } catch (error) { kept.push(error) }
  return kept.length
}
console.log(check('{"a":{"bad":1}}'), kept[0].message)
addEventListener("error", (event) => console.log("seen", event.error === kept[0], event.message))
setTimeout(() => { throw kept[0] }, 1)
