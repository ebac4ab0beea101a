export function run(): number {
  const composite = new Uint8Array(1_500_000);
  let primes = 0;
  for (let i = 2; i < composite.length; i++) {
    if (composite[i]) continue;
    primes++;
    for (let j = 2 * i; j < composite.length; j += i) composite[j] = 1;
  }
  return primes;
}
