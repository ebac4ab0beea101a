// Fails after a wait at its top level.
declare const postMessage: (message: unknown) => void;
await new Promise((resolve) => setTimeout(resolve, 5));
async function fails() { await 1; throw new TypeError("late"); }
try { await fails(); }
catch (error) { postMessage((error as Error).stack!.split("\n").map((line) => line.replace(/file:.*\//, ""))); }
const thrown = () => { throw new SyntaxError("at the top"); };
thrown();
