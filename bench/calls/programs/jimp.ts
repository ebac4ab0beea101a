import { Jimp } from "jimp";
const image = new Jimp({ width: 48, height: 32, color: 0xff8800ff });
image.scan((x, y, i) => { image.bitmap.data[i] = x * 5; image.bitmap.data[i + 1] = y * 7; });
const small = image.clone().resize({ w: 24, h: 16 }).greyscale().blur(2).contrast(0.3).invert().flip({ horizontal: true, vertical: false }).rotate(90);
small.composite(new Jimp({ width: 4, height: 4, color: 0x00ff00ff }), 2, 2).crop({ x: 1, y: 1, w: 10, h: 10 }).posterize(4).sepia().threshold({ max: 100 }).dither();
for (const type of ["image/png", "image/jpeg", "image/bmp", "image/gif"] as const) {
  const bytes = await image.getBuffer(type); console.log(type, bytes.length);
  const back = await Jimp.read(bytes); console.log(back.width, back.height, back.getPixelColor(3, 3));
}
console.log(image.hash(), small.width);
