/** Prints, for a fixed computation, how many milliseconds passed for each millisecond of CPU time it was given. */
import process from "node:process";

function compute(rounds: number): number {
  let state = 1;
  for (let i = 0; i < rounds; i++) state = Math.imul(state ^ i, 0x9e3779b1) >>> 3;
  return state;
}

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

compute(1_000_000);
const [start, cpuStart] = [performance.now(), cpuMs()];
const result = compute(60_000_000);
console.log((performance.now() - start) / (cpuMs() - cpuStart) + (result === -1 ? 1 : 0));
