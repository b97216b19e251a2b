/* The EXIF that a camera wrote into a picture, carried over into a smaller JPEG of it. */

const EXIF = [0x45, 0x78, 0x69, 0x66, 0, 0]; // "Exif", two zeros
const ORIENTATION = 0x0112;
const LONGEST = 0xffff - 2 - EXIF.length; // what one segment of a JPEG holds

/** @param {Uint8Array} bytes @param {number} at */
const view = (bytes, at = 0) => new DataView(bytes.buffer, bytes.byteOffset + at, bytes.byteLength - at);

/** Four characters. @param {Uint8Array} bytes @param {number} at */
const name = (bytes, at) => String.fromCharCode(...bytes.subarray(at, at + 4));

/** @param {Uint8Array} bytes */
const withoutHead = (bytes) => (EXIF.every((byte, nth) => bytes[nth] === byte) ? bytes.subarray(EXIF.length) : bytes);

/** The EXIF segment of a JPEG. Source: ITU-T T.81, B.1; CIPA DC-008, 4.5.4. @param {Uint8Array} bytes */
function ofJpeg(bytes) {
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] !== 0xda) {
    if (bytes[at + 1] === 0xff) {
      at += 1; // a filling byte before a marker
      continue;
    }
    const end = at + 2 + view(bytes).getUint16(at + 2);
    const held = bytes.subarray(at + 4, end);
    const found = withoutHead(held);
    if (bytes[at + 1] === 0xe1 && found.length < held.length) return found;
    at = end;
  }
  return null;
}

/** The chunk eXIf of a PNG. Source: PNG Third Edition, 5.3 and 11.3.2.5. @param {Uint8Array} bytes */
function ofPng(bytes) {
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view(bytes).getUint32(at);
    if (name(bytes, at + 4) === "eXIf") return withoutHead(bytes.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  return null;
}

/** The chunk EXIF of a WebP. Source: RFC 9649, 2.3 and 2.7.1.5. @param {Uint8Array} bytes */
function ofWebp(bytes) {
  for (let at = 12; at + 8 <= bytes.length;) {
    const length = view(bytes).getUint32(at + 4, true);
    if (name(bytes, at) === "EXIF") return withoutHead(bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length + (length % 2);
  }
  return null;
}

/** The copy with the picture said to stand upright, as what a canvas draws does. @param {Uint8Array} tiff */
function upright(tiff) {
  const copy = tiff.slice();
  const data = view(copy);
  const isLittle = copy[0] === 0x49;
  const first = data.getUint32(4, isLittle);
  const count = data.getUint16(first, isLittle);
  for (let nth = 0; nth < count; nth += 1) {
    const at = first + 2 + 12 * nth;
    if (data.getUint16(at, isLittle) === ORIENTATION) data.setUint16(at + 8, 1, isLittle);
  }
  return copy;
}

/** What the camera wrote into a JPEG, PNG or WebP; null where it wrote nothing, too much or nonsense. @param {Uint8Array} bytes @returns {Uint8Array | null} */
export function exifOf(bytes) {
  try {
    const isJpeg = bytes[0] === 0xff && bytes[1] === 0xd8;
    const found = isJpeg ? ofJpeg(bytes) : name(bytes, 1).startsWith("PNG") ? ofPng(bytes) : name(bytes, 8) === "WEBP" ? ofWebp(bytes) : null;
    return found && found.length <= LONGEST ? upright(found) : null;
  } catch {
    return null;
  }
}

/** Whether the file is HEIC, of which this reads no EXIF. @param {Uint8Array} bytes */
export const isHeic = (bytes) => name(bytes, 4) === "ftyp";

/** The JPEG with that EXIF as its first segment. @param {Uint8Array} jpeg @param {Uint8Array} exif @returns {Uint8Array[]} its parts, one after the other */
export function withExif(jpeg, exif) {
  const head = new Uint8Array(4 + EXIF.length);
  head.set([0xff, 0xe1, 0, 0, ...EXIF]);
  view(head).setUint16(2, 2 + EXIF.length + exif.length);
  return [jpeg.subarray(0, 2), head, exif, jpeg.subarray(2)];
}
