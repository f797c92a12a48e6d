// Pictures for the logbook: whatever a person pastes, drops or picks is drawn on a canvas and goes out as a plain PNG, made smaller
// until the server takes it.
export const MOST_PICTURES = 8;
const MOST_BYTES = 4 * 2 ** 20; // as docs/console/logbook.md has them
const MOST_SIDE = 4096;
const SMALLER = 0.75;

// Width and height that fit, in the same proportion.
export function fitted(width, height, side = MOST_SIDE) {
  const scale = Math.min(1, side / Math.max(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

// The pictures of a paste or drop, as files.
export function picturesIn(transfer) {
  return [...(transfer?.files ?? [])].filter(({ type }) => type.startsWith('image/'));
}

function drawn(bitmap, [width, height]) {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  canvas.getContext('2d').drawImage(bitmap, 0, 0, width, height);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}

// { blob, width, height, scaled }; throws an Error in words where it is no picture that can be drawn.
export async function pngFrom(file) {
  if (file.type.startsWith('image/svg')) throw new Error('SVG is not taken: paste a screenshot of it');
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new Error(`${file.name || 'this'} is no picture that this browser can draw`);
  }
  try {
    let size = fitted(bitmap.width, bitmap.height);
    let blob = await drawn(bitmap, size);
    while (blob && blob.size > MOST_BYTES) {
      size = fitted(size[0], size[1], Math.max(...size) * SMALLER);
      blob = await drawn(bitmap, size);
    }
    if (!blob) throw new Error('this picture is too large for this browser');
    return { blob, width: size[0], height: size[1], scaled: size[0] !== bitmap.width || size[1] !== bitmap.height };
  } finally {
    bitmap.close();
  }
}
