// Axes of the scope: where things are on the canvas, and round numbers beside it.

// Round numbers inside [low, high], about so many.
export function roundTicks(low, high, count) {
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= rough) * power;
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const out = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; ++i) out.push({ at: i * step, text: (i * step).toFixed(digits).replace('-', '−') });
  return out;
}

// Places in CSS pixels: { left, right, top, bottom } of the drawing; x(us), y(adc) and back.
export class Places {
  constructor({ width, height, textPx, lanes, x, y }) {
    this.left = Math.round(textPx * 5.2);
    this.right = width - Math.round(textPx * (y.mv ? 4.6 : 1));
    this.laneHeight = textPx + 4;
    this.top = 4 + lanes * this.laneHeight + textPx * 1.5;
    this.bottom = height - Math.round(textPx * 2.9);
    this.rangeX = x;
    this.rangeY = [y.low, y.high];
  }
  x = (us) => this.left + ((us - this.rangeX[0]) / (this.rangeX[1] - this.rangeX[0])) * (this.right - this.left);
  y = (adc) => this.bottom - ((adc - this.rangeY[0]) / (this.rangeY[1] - this.rangeY[0])) * (this.bottom - this.top);
  us = (x) => this.rangeX[0] + ((x - this.left) / (this.right - this.left)) * (this.rangeX[1] - this.rangeX[0]);
  adc = (y) => this.rangeY[0] + ((this.bottom - y) / (this.bottom - this.top)) * (this.rangeY[1] - this.rangeY[0]);
  lane = (i) => 2 + i * this.laneHeight;
  within = (x, y) => x >= this.left && x <= this.right && y >= this.top && y <= this.bottom;
}

// Lines and numbers. inSamples: { toSample(us), toUs(sample) } to count samples instead; mv: mV of one ADC count, or null.
export function drawAxes(context, places, { colours, textPx, inSamples, mv, title }) {
  const { left, right, top, bottom, rangeX, rangeY } = places;
  context.font = `${textPx}px system-ui, sans-serif`;
  context.lineWidth = 1;
  context.strokeStyle = colours.line;
  context.fillStyle = colours.dim;
  const across = Math.max(2, Math.floor((right - left) / (textPx * 7)));
  const [from, to] = inSamples ? rangeX.map(inSamples.toSample) : rangeX;
  context.textAlign = 'center';
  context.textBaseline = 'top';
  for (const { at, text } of roundTicks(from, to, across)) {
    const x = Math.round(places.x(inSamples ? inSamples.toUs(at) : at)) + 0.5;
    line(context, x, top, x, bottom);
    context.fillText(text, x, bottom + 4);
  }
  context.textAlign = 'right';
  context.fillText(title, right, bottom + textPx * 1.5);
  const up = Math.max(2, Math.floor((bottom - top) / (textPx * 2.4)));
  context.textBaseline = 'middle';
  for (const { at, text } of roundTicks(...rangeY, up)) {
    const y = Math.round(places.y(at)) + 0.5;
    line(context, left, y, right, y);
    if (y > top + textPx / 2) context.fillText(text, left - 6, y); // above is what it counts
  }
  context.textAlign = 'left';
  context.textBaseline = 'bottom';
  context.fillText('ADC', 4, top - 2);
  if (mv) {
    context.textBaseline = 'middle';
    for (const { at, text } of roundTicks(rangeY[0] * mv, rangeY[1] * mv, up)) if (places.y(at / mv) > top + textPx / 2) context.fillText(text, right + 6, places.y(at / mv));
    context.textBaseline = 'bottom';
    context.fillText('mV', right + 6, top - 2);
  }
  context.strokeStyle = colours.dim;
  context.strokeRect(left + 0.5, top + 0.5, right - left - 1, bottom - top - 1);
}

export function line(context, x0, y0, x1, y1) {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}
