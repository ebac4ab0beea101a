// Modules that can't be loaded: what their errors say, and which frames they show.
const show = (error) => {
  const stack = error.stack.split(error.message).join("<message>");
  console.log(error.name, error.code, error.message.replaceAll(__dirname, "").replaceAll("file://", ""));
  console.log(stack.replace(/file:\S*\//g, ""), Object.keys(error));
};
const attempt = async (load) => {
  try { await load(); } catch (error) { show(error); }
};
const deep = (n) => n === 0 ? require("./no-such-file.cjs") : deep(n - 1);
const inner = { load: () => import("./no-such-file.mjs") };
let loaded = 0;
const again = () => (loaded++, require("no-such-package"));
(async () => {
  for (const n of [0, 12]) await attempt(() => deep(n));
  await attempt(again);
  await attempt(() => require.resolve("no-such-package"));
  await attempt(inner.load);
  await attempt(inner.load);
  const name = "no-such-file.ts";
  await attempt(() => import(`./${name}`));
  await attempt(() => import("./modules"));
  await attempt(() => import("./modules/data.json"));
  await attempt(() => import("./no-such.json", { with: { type: "json" } }));
  Error.stackTraceLimit = 3;
  await attempt(again);
  Error.stackTraceLimit = 10;
  console.log(loaded);
  deep(2);
})();
