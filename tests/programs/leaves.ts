function exits(n: number) {
  console.log("before exit", n);
  Deno.writeTextFileSync("once.txt", "x", { append: true });
  if (n > 1) Deno.exit(n);
  return n;
}
addEventListener("unload", () => console.log("unload"));
console.log(exits(1));
console.log(exits(3));
