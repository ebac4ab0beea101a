import assert from "node:assert/strict";
import { forced, plain } from "../../tests/forced_run.ts";
import { Face } from "./face.ts";
import { FaceFinder } from "./face_finder.ts";
import { Photo } from "./photo.ts";

const MAIN = new URL("main.ts", import.meta.url).pathname;
const FACES = new URL("../../node_modules/@vladmandic/face-api/demo/sample6.jpg", import.meta.url).pathname;
const SEARCH = "examples/image_search/main.ts#ImageSearch.search";

Deno.test("main finds the people of a photo", async () => {
  const { code, stdout } = await plain(MAIN, "--size", "400", FACES);
  assert.equal(code, 0);
  const lines = stdout.trim().split("\n");
  assert.equal(lines[0], `${FACES}:`);
  assert.ok(lines.length >= 5, stdout);
  // A woman at the left looks at the camera: her eyes are about 105 pixels apart in the photo of 1,920.
  const places = lines.slice(1, -1).map((line) =>
    /^ {2}face at \((\d+), (\d+)\), eyes (\d+) apart, roll (-?\d+)°, yaw -?\d+°$/.exec(line)!.slice(1).map(
      Number,
    )
  );
  const her = places.find(([x, y]) => Math.abs(x! - 370) < 15 && Math.abs(y! - 604) < 15);
  assert.ok(her !== undefined && Math.abs(her[2]! - 105) < 12 && Math.abs(her[3]! + 6) < 6, stdout);
  assert.equal(lines.at(-1), `${places.length} faces in 1 photos`);
});

Deno.test("main prints the same when the search of each photo migrates", async () => {
  const args = ["--size", "240", FACES, "no such photo.jpg", FACES];
  const alone = await plain(MAIN, ...args);
  // One of the three comes home with an error.
  assert.deepEqual(await forced(SEARCH, MAIN, ...args), { ran: alone, merges: 3, stayed: [] });
  assert.equal(alone.code, 2);
});

Deno.test("FaceFinder finds nothing in a photo of nothing", () => {
  assert.deepEqual(new FaceFinder(120).facesIn(new Photo(160, 120, new Uint8Array(160 * 120).fill(90))), []);
});

Deno.test("Photo.shrunkTo() gives means, and never enlarges", () => {
  const photo = new Photo(4, 2, Uint8Array.of(0, 100, 10, 30, 100, 200, 30, 50));
  assert.deepEqual(photo.shrunkTo(2), new Photo(2, 1, Uint8Array.of(100, 30)));
  assert.equal(photo.shrunkTo(4), photo);
});

Deno.test("Face tells mid-point, distance and pose", () => {
  const region = { x: 0, y: 0, width: 100, height: 100, neighbors: 3 };
  const face = new Face(region, { x: 30, y: 40 }, { x: 70, y: 80 });
  assert.deepEqual(face.middle, { x: 50, y: 60 });
  assert.equal(Math.round(face.eyeDistance), 57);
  assert.deepEqual([Math.round(face.pose.roll), Math.round(face.pose.yaw)], [45, 0]);
});
