// The last slots, one column each: deviation of the mark from its predicted time, charge with its state, and marks that are not as they
// should be. slots: [[number, deviation in ns or null, charge in μC or null, state, [quality, …]], …], oldest first.
import { charge as chargeText, troubles } from '../lib/slots.js';
import { roomy } from './scale.js';

const GAP = 12;

function rangeOf(slots, at, least) {
  let most = least;
  for (const slot of slots) if (Number.isFinite(slot[at])) most = Math.max(most, Math.abs(slot[at]));
  return roomy(most);
}

// Where a slot's column begins, in px.
export function layoutOf(count, width, left) {
  const step = Math.max(1, (width - left) / Math.max(count, 1));
  return { step, x: (i) => left + i * step };
}

export function drawStrip(canvas, slots, { colours, textPx }) {
  const dense = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  Object.assign(canvas, { width: width * dense, height: height * dense });
  const context = canvas.getContext('2d');
  context.scale(dense, dense);
  context.font = `${textPx}px system-ui, sans-serif`;
  const left = textPx * 5.5;
  const columns = layoutOf(slots.length, width, left);
  const marksHeight = textPx + 8;
  const head = textPx + 5; // each band has its title above it
  const each = (height - marksHeight - GAP) / 2 - head;
  deviations(context, slots, columns, { top: head, height: each, left, width }, colours, textPx);
  charges(context, slots, columns, { top: 2 * head + each, height: each, left, width }, colours, textPx);
  marks(context, slots, columns, { top: 2 * (head + each) + GAP, height: marksHeight, left }, colours);
}

function frame(context, { top, height, left, width }, colours, labels) {
  context.strokeStyle = colours.line;
  context.strokeRect(left - 0.5, top - 0.5, width - left, height);
  context.fillStyle = colours.text;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (const [text, share] of labels) context.fillText(text, left - 6, top + height * (1 - share));
}

function deviations(context, slots, { step, x }, band, colours, textPx) {
  const most = rangeOf(slots, 1, 100);
  const label = (ns) => `${ns > 0 ? '+' : ns < 0 ? '−' : ''}${Math.abs(ns) / 1000} μs`;
  frame(context, band, colours, [[label(most), 0.96], ['0', 0.5], [label(-most), 0.04]]);
  context.fillStyle = colours.dim;
  context.fillRect(band.left, band.top + band.height / 2, band.width - band.left, 1);
  context.fillStyle = colours.inTime;
  slots.forEach((slot, i) => {
    if (!Number.isFinite(slot[1])) return;
    const y = band.top + (band.height / 2) * (1 - slot[1] / most);
    context.fillRect(x(i), y - 1.5, Math.max(2, step - 0.5), 3);
  });
  title(context, 'mark − predicted', band, colours, textPx);
}

function charges(context, slots, { step, x }, band, colours, textPx) {
  const most = rangeOf(slots, 2, 1);
  frame(context, band, colours, [[chargeText(most, most < 10 ? 1 : 0), 0.96], ['0', 0.04]]);
  slots.forEach((slot, i) => {
    const [, , charge, state] = slot;
    const wide = Math.max(1, step - 0.5);
    if (!Number.isFinite(charge) || state === 'missing') {
      context.fillStyle = colours.bad;
      context.fillRect(x(i), band.top + band.height - 7, wide, 7);
      return;
    }
    const tall = (band.height * charge) / most;
    const top = band.top + band.height - Math.max(1, tall);
    const measured = state !== 'estimated' && state !== 'uncorrected';
    context.fillStyle = measured ? colours.antiCoincident : state === 'estimated' ? colours.noBeam : colours.text;
    context.fillRect(x(i), top, wide, measured ? Math.max(1, tall) : 3);
    if (state === 'uncorrected') context.fillRect(x(i), band.top + band.height - 3, wide, 3);
  });
  title(context, 'charge', band, colours, textPx);
}

function marks(context, slots, { step, x }, band, colours) {
  context.fillStyle = colours.text;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  context.fillText('marks', band.left - 6, band.top + band.height / 2);
  context.fillStyle = colours.bad;
  slots.forEach((slot, i) => {
    if (troubles(slot).length > 0) context.fillRect(x(i), band.top, Math.max(2, step - 0.5), band.height);
  });
}

function title(context, text, band, colours, textPx) {
  context.textAlign = 'left';
  context.fillStyle = colours.dim;
  context.fillText(text, band.left, band.top - textPx / 2 - 2);
}
