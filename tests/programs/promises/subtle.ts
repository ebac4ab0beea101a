const text = new TextEncoder();
async function digest(words: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", text.encode(words));
  return [...new Uint8Array(bytes)].map((b) => b.toString(16).padStart(2, "0")).join("");
}
function digestPlain(words: string): Promise<string> {
  return crypto.subtle.digest("SHA-1", text.encode(words)).then((bytes) => new Uint8Array(bytes).toHex());
}
async function sign(words: string): Promise<string> {
  const key = await crypto.subtle.importKey("raw", text.encode("secret"), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, text.encode(words))).toHex();
}
async function chain(rounds: number): Promise<string> {
  let bytes: BufferSource = text.encode("start");
  for (let i = 0; i < rounds; i++) bytes = await crypto.subtle.digest("SHA-512", bytes);
  return new Uint8Array(bytes as ArrayBuffer).toHex();
}
console.log(await digest("one"));
console.log(await digestPlain("two"));
console.log(await sign("three"));
console.log((await chain(20)).slice(0, 16));
