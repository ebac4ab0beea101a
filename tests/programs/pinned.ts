function subprocess(text: string) {
  Deno.writeTextFileSync("log.txt", "x", { append: true });
  const { stdout } = new Deno.Command("echo", { args: [text] }).outputSync();
  return new TextDecoder().decode(stdout);
}

async function network(server: string) {
  console.log("fetching");
  const reply = await fetch(server);
  return await reply.text();
}

const target = { hidden: 1 };
const traps: string[] = [];
const proxy = new Proxy(target, {
  get(on, key, receiver) {
    traps.push(String(key));
    return Reflect.get(on, key, receiver);
  },
});
function useProxy(p: typeof target) {
  return p.hidden + 1;
}

const pending = new Promise<number>((resolve) => setTimeout(() => resolve(3), 10));
async function usePending(p: Promise<number>) {
  return await p + 1;
}

const file = Deno.openSync("data.txt", { create: true, write: true, read: true });
function useFile(f: Deno.FsFile) {
  return f.writeSync(new TextEncoder().encode("direct"));
}

function untouched(p: unknown) {
  return typeof p;
}

function evals(x: number) {
  return eval("x + 1") + new Function("a", "return a * 2")(x);
}

const callsEval = (x: number) => [x, evals(x)];

console.log(subprocess("hello"));
const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => new Response("served"));
console.log(await network(`http://127.0.0.1:${(server.addr as Deno.NetAddr).port}/`));
await server.shutdown();
console.log(useProxy(proxy), traps);
console.log(await usePending(pending));
console.log(useFile(file), untouched(file), untouched(proxy), traps);
file.close();
console.log(callsEval(4));
