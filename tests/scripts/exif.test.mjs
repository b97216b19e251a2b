/* The EXIF of a picture: found in each kind of file, said to be upright, put into a smaller JPEG; nonsense is none. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { exifOf, isHeic, withExif } from "../../dashboard/assets/ledger/exif.mjs";

const text = (words) => [...words].map((each) => each.charCodeAt(0));
const TIFF = [...text("II*\0"), 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0]; // one entry: turned to the right
const UPRIGHT = TIFF.with(18, 1);
const BIG = [...text("MM\0*"), 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
const EXIF = [...text("Exif"), 0, 0];
const segment = (marker, held) => [0xff, marker, (held.length + 2) >> 8, (held.length + 2) & 255, ...held];
const jpeg = (...segments) => Uint8Array.from([0xff, 0xd8, ...segments.flat(), 0xff, 0xda, 0, 2, 0xff, 0xd9]);
const found = (bytes) => {
  const exif = exifOf(Uint8Array.from(bytes));
  return exif && [...exif];
};

test("the EXIF of a JPEG stands behind other segments, and its picture is upright afterwards", () => {
  const jfif = segment(0xe0, text("JFIF\0"));
  const xmp = segment(0xe1, text("http://ns.adobe.com/xap/1.0/\0"));
  assert.deepEqual(found(jpeg(jfif, xmp, [0xff], segment(0xe1, [...EXIF, ...TIFF]))), UPRIGHT);
  assert.deepEqual(found(jpeg(segment(0xe1, [...EXIF, ...BIG]))), BIG.with(19, 1));
  assert.equal(found(jpeg(jfif, xmp)), null);
});

test("a PNG and a WebP have theirs in a chunk, with or without the head of a JPEG's", () => {
  const png = (held) => [...text("\x89PNG\r\n\x1a\n"), 0, 0, 0, 1, ...text("gAMA"), 7, 0, 0, 0, 0, 0, 0, 0, held.length, ...text("eXIf"), ...held, 0, 0, 0, 0];
  const webp = (held) => [...text("RIFF"), 0, 0, 0, 0, ...text("WEBPVP8X"), 1, 0, 0, 0, 7, 0, ...text("EXIF"), held.length, 0, 0, 0, ...held];
  for (const held of [TIFF, [...EXIF, ...TIFF]]) assert.deepEqual([found(png(held)), found(webp(held))], [UPRIGHT, UPRIGHT]);
});

test("a smaller JPEG has it as its first segment", () => {
  const parts = withExif(jpeg(segment(0xe0, text("JFIF\0"))), Uint8Array.from(UPRIGHT));
  const made = parts.flatMap((part) => [...part]);
  assert.deepEqual(made.slice(0, 6), [0xff, 0xd8, 0xff, 0xe1, 0, UPRIGHT.length + 8]);
  assert.deepEqual(found(made), UPRIGHT);
  assert.deepEqual(made.slice(-6), [0xff, 0xda, 0, 2, 0xff, 0xd9]);
});

test("a file cut short, one of nonsense and one of another kind have none", () => {
  const whole = jpeg(segment(0xe1, [...EXIF, ...TIFF]));
  for (let length = 0; length < 30; length += 1) assert.equal(found(whole.subarray(0, length)), null);
  assert.equal(found(jpeg(segment(0xe1, [...EXIF, ...TIFF.with(8, 255)]))), null);
  assert.equal(found(jpeg(segment(0xe1, [...EXIF, ...TIFF.with(4, 200)]))), null);
  assert.equal(found(text("GIF89a")), null);
});

test("HEIC is known by its first bytes", () => {
  assert.equal(isHeic(Uint8Array.from([0, 0, 0, 24, ...text("ftypheic")])), true);
  assert.equal(isHeic(jpeg()), false);
});
