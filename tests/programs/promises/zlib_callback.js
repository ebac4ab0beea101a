import zlib from "node:zlib";
function deflate(text) {
  return new Promise((resolve, reject) => {
    zlib.deflate(text, { level: 9 }, (error, packed) => error ? reject(error) : resolve(packed));
  });
}
function roundTrip(text) {
  return deflate(text).then((packed) =>
    new Promise((resolve, reject) => zlib.inflate(packed, (error, back) => error ? reject(error) : resolve(String(back))))
  );
}
const packed = await deflate("hello ".repeat(300));
console.log(packed instanceof Buffer, packed.length < 100);
console.log((await roundTrip("good bye ".repeat(30))).length);
