// One channel of a slot: windows as lanes over it and shades behind it, its traces, baseline and threshold, pulses with their PE, arrivals.
import { KINDS, rangeOf, sampleAt, sizeInWords, timeOf, usualView, wordOf } from '../lib/scope.js';
import { hatched } from './bins.js';
import { drawAxes, line, Places } from './scope_axes.js';

const LEAST_ROOM = 4; // ADC counts around a flat trace
const POINT_ROOM_PX = 6; // between samples, for each to be a point

// What of it is shown: { x: [from, to], y: [low, high] }; null without traces. All channels have the first one's times.
export function shownOf(picture, channel, zoom) {
  if (channel.traces.length === 0) return null;
  const x = zoom?.x ?? usualView(picture.channels[0]) ?? usualView(channel);
  if (zoom?.y) return { x, y: zoom.y };
  let [low, high] = rangeOf(channel, ...x) ?? [0, 1];
  for (const trace of channel.traces) {
    for (const level of [trace.baseline, trace.threshold]) {
      if (level !== null) [low, high] = [Math.min(low, level), Math.max(high, level)];
    }
  }
  const room = Math.max(LEAST_ROOM, 0.08 * (high - low));
  return { x, y: [low - room, high + 1.5 * room] };
}

// An axis that jumps with each trace cannot be read: that of before stays while what is shown fills half of it.
export function settled(shown, before) {
  if (!shown || !before || shown.x.some((end, i) => end !== before.x[i])) return shown;
  const inside = shown.y[0] >= before.y[0] && shown.y[1] <= before.y[1];
  return inside && 2 * (shown.y[1] - shown.y[0]) >= before.y[1] - before.y[0] ? before : shown;
}

// Draws what is shown of it and returns its Places. settings: { colours, textPx, name, inSamples, mv }.
export function drawScope(canvas, picture, channel, shown, settings) {
  const dense = window.devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  Object.assign(canvas, { width: Math.round(width * dense), height: Math.round(height * dense) });
  const context = canvas.getContext('2d');
  context.scale(dense, dense);
  const [low, high] = shown.y;
  const { colours, textPx, mv } = settings;
  const places = new Places({ width, height, textPx, lanes: picture.windows.length, x: shown.x, y: { low, high, mv } });
  const [trace] = channel.traces;
  const inSamples = settings.inSamples && trace ? { toSample: (us) => sampleAt(trace, us), toUs: (sample) => timeOf(trace, sample) } : null;
  drawAxes(context, places, { ...settings, inSamples, title: inSamples ? `sample of trace 1, of ${(trace.period_us * 1000).toFixed(trace.period_us < 0.01 ? 1 : 0)} ns` : 'time after t0 / μs' });
  lanes(context, picture, places, settings);
  context.font = `600 ${textPx * 1.1}px system-ui, sans-serif`;
  context.fillStyle = colours.text;
  context.textAlign = 'left';
  context.textBaseline = 'bottom';
  context.fillText(settings.name, places.left + 6, places.bottom - 4);
  context.save();
  context.beginPath();
  context.rect(places.left, places.top - textPx * 1.5, places.right - places.left, places.bottom - places.top + textPx * 1.5);
  context.clip();
  shades(context, picture, places, colours);
  for (const one of channel.traces) {
    drawTrace(context, one, places, { colour: colours.text, width: 1.1 });
    for (const { begin, end } of one.pulses ?? []) drawTrace(context, one, places, { colour: colours.reference, width: 2, begin, end: end + 1 });
    levels(context, one, places, colours);
    if (one.open_samples < one.samples) sealed(context, one, places, colours, dense, textPx);
  }
  baselines(context, picture, channel, places, colours);
  pulses(context, channel, places, colours, textPx);
  arrivals(context, picture, channel, places, colours, textPx);
  context.restore();
  return places;
}

function band(places, [from, to]) {
  const begin = Math.max(places.left, places.x(from));
  const end = Math.min(places.right, places.x(to));
  return end > begin ? [begin, end - begin] : null;
}

// Each window has a lane with its words: the pretrace light, the roi strong.
function lanes(context, picture, places, { colours, textPx }) {
  context.font = `${textPx * 0.92}px system-ui, sans-serif`;
  context.textBaseline = 'middle';
  picture.windows.forEach((window, i) => {
    const word = wordOf(window);
    const { colour } = KINDS[window.kind];
    const short = window.kind === 'none' ? window.recorded_as : word;
    const [top, tall] = [places.lane(i), places.laneHeight - 3];
    context.fillStyle = colours.dim;
    context.textAlign = 'right';
    context.fillText(short, places.left - 6, top + tall / 2);
    for (const [span, part, strength] of [[window.pretrace_us, 'pretrace', '40'], [window.roi_us, `roi${window.truncated ? ', truncated' : ''}${window.sealed ? ', sealed' : ''}`, '99']]) {
      const at = band(places, span);
      if (!at) continue;
      context.fillStyle = colours[colour] + strength;
      context.fillRect(at[0], top, at[1], tall);
      const text = `${word} ${part}`;
      if (at[1] < context.measureText(text).width + 6) continue;
      context.fillStyle = colours.text;
      context.textAlign = 'center';
      context.fillText(text, at[0] + at[1] / 2, top + tall / 2);
    }
  });
}

function shades(context, picture, places, colours) {
  for (const window of picture.windows) {
    if (window.kind === 'free') continue; // the whole slot: a shade over everything says nothing
    const at = band(places, window.roi_us);
    if (!at) continue;
    context.fillStyle = `${colours[KINDS[window.kind].colour]}24`;
    context.fillRect(at[0], places.top, at[1], places.bottom - places.top);
  }
}

// Its samples from `begin` to `end` − 1, or the extremes of those that share a pair; as points, too, where there is room.
function drawTrace(context, trace, places, { colour, width, begin = 0, end = Infinity }) {
  const { values, step, from, count } = trace;
  const per = step > 1 ? 2 : 1;
  const [left, right] = places.rangeX.map((us) => (sampleAt(trace, us) - from) / step); // counted in pairs
  const first = Math.max(0, Math.floor(left) - 1, Math.floor((begin - from) / step));
  const last = Math.min(Math.ceil(count / step), Math.ceil(right) + 2, Math.ceil((end - from) / step));
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.lineJoin = 'bevel';
  context.beginPath();
  for (let i = first; i < last; ++i) {
    const x = places.x(timeOf(trace, from + (i + (per - 1) / 2) * step));
    for (let k = 0; k < per; ++k) context.lineTo(x, places.y(values[i * per + k]));
  }
  context.stroke();
  if (per > 1 || (places.right - places.left) / (right - left) < POINT_ROOM_PX) return;
  context.fillStyle = colour;
  for (let i = first; i < last; ++i) context.fillRect(places.x(timeOf(trace, from + i)) - 1.5, places.y(values[i]) - 1.5, 3, 3);
}

// The baseline long-dashed, the threshold dotted, as far as their trace reaches.
function levels(context, trace, places, colours) {
  const at = band(places, [trace.first_us, timeOf(trace, trace.open_samples)]);
  if (!at) return;
  for (const [level, dash, colour] of [[trace.baseline, [9, 5], colours.residual], [trace.threshold, [2, 4], colours.dim]]) {
    if (level === null) continue;
    dashed(context, dash, colour, at[0], places.y(level), at[0] + at[1], places.y(level));
  }
}

function dashed(context, dash, colour, ...ends) {
  context.save();
  context.setLineDash(dash);
  context.strokeStyle = colour;
  context.lineWidth = 1.6;
  line(context, ...ends);
  context.restore();
}

// Of chains that say a baseline of windows, not of traces.
function baselines(context, picture, channel, places, colours) {
  if (channel.traces.some((trace) => trace.baseline !== null)) return;
  for (const { window, variables } of channel.candidates) {
    const at = variables.baseline_adc === undefined ? null : band(places, [picture.windows[window].pretrace_us[0], picture.windows[window].roi_us[1]]);
    if (at) dashed(context, [9, 5], colours.residual, at[0], places.y(variables.baseline_adc), at[0] + at[1], places.y(variables.baseline_adc));
  }
}

function sealed(context, trace, places, colours, dense, textPx) {
  const at = band(places, [timeOf(trace, trace.open_samples), timeOf(trace, trace.samples)]);
  if (!at) return;
  context.save();
  context.scale(1 / dense, 1 / dense);
  hatched(context, at[0] * dense, places.top * dense, (at[0] + at[1]) * dense, places.bottom * dense, dense, colours.dim);
  context.restore();
  context.font = `600 ${textPx * 1.1}px system-ui, sans-serif`;
  context.fillStyle = colours.text;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  if (at[1] > textPx * 5) context.fillText('sealed', at[0] + at[1] / 2, (places.top + places.bottom) / 2);
}

// A stroke under the upper edge for each, with its PE where there is room.
function pulses(context, channel, places, colours, textPx) {
  context.font = `${textPx * 0.9}px system-ui, sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'top';
  const low = places.bottom - places.top < 14 * textPx; // numbers would lie on the trace
  let free = low ? Infinity : -Infinity;
  for (const { onset_us: onset, area_pe: area } of channel.traces.flatMap((trace) => trace.pulses ?? [])) {
    const x = places.x(onset);
    if (x < places.left || x > places.right) continue;
    context.strokeStyle = colours.reference;
    context.lineWidth = 1.5;
    line(context, x, places.top + 2, x, places.top + 11);
    const text = `${area.toFixed(area < 10 ? 1 : 0)} PE`;
    const half = context.measureText(text).width / 2 + 3;
    if (x - half < free || x + half > places.right) continue;
    context.fillStyle = colours.text;
    context.fillText(text, x, places.top + 12);
    free = x + half;
  }
}

// Each with its size, beside its line where that is free; all of it is in the table.
function arrivals(context, picture, channel, places, colours, textPx) {
  context.textBaseline = 'alphabetic';
  context.textAlign = 'left';
  context.font = `600 ${textPx}px system-ui, sans-serif`;
  const taken = [];
  for (const candidate of channel.candidates) {
    if (candidate.arrival_us === null) continue;
    const x = places.x(candidate.arrival_us);
    if (x < places.left || x > places.right) continue;
    const window = picture.windows[candidate.window];
    dashed(context, [6, 4], colours[KINDS[window.kind].colour], x, places.top, x, places.bottom);
    const text = `${wordOf(window)} ${sizeInWords(candidate)}`;
    const wide = context.measureText(text).width;
    const fits = ([from, to]) => from >= places.left && to <= places.right && taken.every(([begin, end]) => to < begin || from > end);
    const place = [[x + 4, x + 4 + wide], [x - 4 - wide, x - 4]].find(fits);
    if (!place) continue;
    taken.push(place);
    context.fillStyle = colours.text;
    context.fillText(text, place[0], places.top - textPx * 0.4);
  }
}
