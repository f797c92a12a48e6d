// Draws bins on a canvas. Everything in whole pixels: sharp, and cheap without a graphics card.

// Pixel columns of the bins in view: left edges, one more than bins, from bin `first` on.
export function columns(axis, scales) {
  const width = (axis.max - axis.min) / axis.bins;
  const [low, high] = scales.xRange;
  const first = Math.max(0, Math.floor((low - axis.min) / width + 1e-9));
  const last = Math.min(axis.bins, Math.ceil((high - axis.min) / width - 1e-9));
  const edges = new Int32Array(Math.max(0, last - first) + 1);
  for (let i = 0; i < edges.length; ++i) edges[i] = Math.round(scales.x(axis.min + (first + i) * width));
  return { first, count: edges.length - 1, edges };
}

// Of a value, in pixels; what a logarithmic axis cannot show lies below its end.
function rows(scales, height) {
  const floor = scales.logY ? scales.yRange[0] : -Infinity;
  const below = height + 20;
  return (value) => (value <= floor ? below : Math.round(Math.max(-20, Math.min(below, scales.y(value)))));
}

// An area from zero, its outline, and error bars in the bins' middles.
export function area(context, { values, sigmas }, { first, count, edges }, scales, style) {
  const height = context.canvas.height;
  const y = rows(scales, height);
  const base = scales.logY ? height : y(0);
  const line = Math.max(1, Math.round(scales.dense));
  const tops = new Int32Array(count);
  for (let i = 0; i < count; ++i) tops[i] = Math.min(y(values[first + i]), height + line);
  context.fillStyle = style.fill;
  for (let i = 0; i < count; ++i) context.fillRect(edges[i], tops[i], edges[i + 1] - edges[i], base - tops[i]);
  context.fillStyle = style.line;
  let before = base;
  for (let i = 0; i < count; ++i) {
    context.fillRect(edges[i], tops[i], edges[i + 1] - edges[i] + line, line);
    const low = Math.max(before, tops[i]);
    context.fillRect(edges[i], Math.min(before, tops[i]), line, low - Math.min(before, tops[i]));
    before = tops[i];
    if (!sigmas || !(sigmas[first + i] > 0)) continue;
    const upper = y(values[first + i] + sigmas[first + i]);
    const lower = y(values[first + i] - sigmas[first + i]);
    context.fillRect((edges[i] + edges[i + 1]) >> 1, upper, line, Math.max(1, lower - upper));
  }
}

// Points with error bars; bins that are empty and without error are left out, where `empty` does not say otherwise.
export function points(context, { values, sigmas }, { first, count, edges }, scales, style) {
  const y = rows(scales, context.canvas.height);
  const line = Math.max(1, Math.round(scales.dense * (style.bold ? 2 : 1)));
  const size = Math.max(3, Math.min(Math.round(5 * scales.dense), count > 0 ? Math.round((edges[count] - edges[0]) / count) : 3)) | 1;
  const half = size >> 1;
  context.fillStyle = style.line;
  for (let i = 0; i < count; ++i) {
    const value = values[first + i];
    const sigma = sigmas[first + i];
    if (value === 0 && sigma === 0) continue;
    const x = (edges[i] + edges[i + 1]) >> 1;
    const upper = y(value + sigma);
    context.fillRect(x - (line >> 1), upper, line, Math.max(1, y(value - sigma) - upper));
    const middle = y(value);
    if (style.open) {
      context.clearRect(x - half, middle - half, size, size);
      context.strokeStyle = style.line;
      context.strokeRect(x - half + 0.5, middle - half + 0.5, size - 1, size - 1);
    } else {
      context.fillRect(x - half, middle - half, size, size);
    }
  }
}

// A step line without an area: reference and prediction. dash: lengths in px; none: a whole line.
export function steps(context, { values }, { first, count, edges }, scales, style) {
  const y = rows(scales, context.canvas.height);
  context.strokeStyle = style.line;
  context.lineWidth = 2 * scales.dense;
  context.setLineDash((style.dash ?? []).map((length) => length * scales.dense));
  context.beginPath();
  for (let i = 0; i < count; ++i) {
    const at = y(values[first + i]);
    if (i === 0) context.moveTo(edges[0], at);
    context.lineTo(edges[i], at);
    context.lineTo(edges[i + 1], at);
  }
  context.stroke();
  context.setLineDash([]);
  context.lineWidth = 1;
}

const CURVE_POINTS = 200;

// A function over a part of the axis.
export function curve(context, f, [low, high], scales, colour) {
  const y = rows(scales, context.canvas.height);
  context.strokeStyle = colour;
  context.lineWidth = 2.5 * scales.dense;
  context.beginPath();
  for (let i = 0; i <= CURVE_POINTS; ++i) {
    const x = low + ((high - low) * i) / CURVE_POINTS;
    context.lineTo(scales.x(x), y(f(x)));
  }
  context.stroke();
  context.lineWidth = 1;
}

// A part of the axis, from top to bottom.
export function band(context, [low, high], scales, colour) {
  const [left, right] = [Math.round(scales.x(low)), Math.round(scales.x(high))];
  context.fillStyle = `${colour}26`;
  context.fillRect(left, 0, right - left, context.canvas.height);
  context.fillStyle = colour;
  const line = Math.max(1, Math.round(scales.dense));
  for (const edge of [left, right]) context.fillRect(edge - (line >> 1), 0, line, context.canvas.height);
}

// A horizontal line at a value.
export function level(context, value, scales, colour) {
  context.fillStyle = colour;
  context.fillRect(0, Math.round(scales.y(value)), context.canvas.width, Math.max(1, Math.round(scales.dense)));
}

// A hatched rectangle in pixels: what is sealed.
export function hatched(context, x0, y0, x1, y1, dense, colour) {
  const [left, top] = [Math.min(x0, x1), Math.min(y0, y1)];
  const [width, height] = [Math.abs(x1 - x0), Math.abs(y1 - y0)];
  context.save();
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  context.strokeStyle = colour;
  context.lineWidth = 1.5 * dense;
  context.beginPath();
  for (let at = left - height; at < left + width; at += 9 * dense) {
    context.moveTo(at, top + height);
    context.lineTo(at + height, top);
  }
  context.stroke();
  context.restore();
  context.strokeStyle = colour;
  context.lineWidth = 2 * dense;
  context.strokeRect(left, top, width, height);
  context.lineWidth = 1;
}
