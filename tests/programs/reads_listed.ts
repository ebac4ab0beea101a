// Lists a folder and reads what is in it, backwards by name: no order that a folder has.
function readAll(root: string): string {
  const names = [...Deno.readDirSync(`${root}/part0`)].map(({ name }) => name).sort().reverse();
  const sum = (name: string) =>
    Deno.readFileSync(`${root}/part0/${name}`).reduce((sum, byte) => (sum * 31 + byte) | 0, 0);
  return names.map((name) => `${name}: ${sum(name)}`).join("\n");
}

console.log(readAll(Deno.args[0]!));
