function early() {
  const out: string[] = [];
  try {
    out.push(String(settings));
  } catch (error) {
    out.push(`${error}`);
  }
  try {
    new Late();
  } catch (error) {
    out.push(`${error}`);
  }
  later = 5;
  return out;
}

function build(n: number) {
  return { n, at: () => settings.n + n, double: () => build(n * 2) };
}
var later: number;
console.log(early(), later!);
const settings = build(4);
class Late {
  made = true;
}
console.log(settings.n, settings.at(), early(), settings.double().at());
(globalThis as any).appGlobal = { hits: 0 };
function useGlobal(n: number) {
  appGlobal.hits += n;
  (globalThis as any).second = [appGlobal];
  return typeof fromClone + (globalThis as any).appGlobal.hits;
}
declare const appGlobal: { hits: number };
declare const fromClone: unknown;
console.log(useGlobal(3), (globalThis as any).second[0] === appGlobal, appGlobal);
