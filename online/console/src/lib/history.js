// What the history shows, as the view's address holds it, and what follows from the curves. Times are UTC in seconds.
import { known, prefixed, significant, span } from './format.js';

export const RANGES = [
  { name: 'hour', title: 'Hour', seconds: 3600 },
  { name: '8h', title: '8 h', seconds: 8 * 3600 },
  { name: 'day', title: 'Day', seconds: 86_400 },
  { name: 'week', title: 'Week', seconds: 7 * 86_400 },
  { name: 'month', title: 'Month', seconds: 30 * 86_400 },
];
export const MOST_CURVES = 16;

const OWN = /^(\d+)-(\d+)$/;
const NOTHING = 'none';

// Names may have anything in them, the list has commas.
const encoded = (name) => name.replace(/[%,]/g, encodeURIComponent);
const decoded = (name) => name.replace(/%25|%2C/g, decodeURIComponent);

// '8h/beam.charge_uc,slow.hv' or '1732000000-1732003600/slow.hv': { range, from, to, series }. `range` is null where from and to
// are a person's own; `series` is null where nothing is chosen yet.
export function choiceOf(detail) {
  const [when, ...names] = detail.split('/');
  const series = names.join('/').split(',').filter(Boolean).map(decoded);
  const own = OWN.exec(when);
  const [from, to] = own ? [Number(own[1]), Number(own[2])] : [null, null];
  const range = own && from < to ? null : (RANGES.find(({ name }) => name === when) ?? RANGES[0]).name;
  const chosen = series[0] === NOTHING ? [] : series.length > 0 ? series.slice(0, MOST_CURVES) : null;
  return { range, from: range === null ? from : null, to: range === null ? to : null, series: chosen };
}

export function detailOf({ range, from, to, series }) {
  return `${range ?? `${Math.floor(from)}-${Math.ceil(to)}`}/${series.map(encoded).join(',') || NOTHING}`;
}

export function boundsOf({ range, from, to }, now) {
  if (range === null) return { from, to };
  return { from: now - RANGES.find(({ name }) => name === range).seconds, to: now };
}

// [{ name: 'beam', series: [{ name, unit }, …] }, …] by the first word of the names; only those with `text` in them.
export function groupsOf(series, text = '') {
  const wanted = text.trim().toLowerCase();
  const groups = new Map();
  for (const one of series) {
    if (!one.name.toLowerCase().includes(wanted)) continue;
    const word = one.name.split('.', 1)[0];
    groups.set(word, [...(groups.get(word) ?? []), one]);
  }
  return [...groups].map(([name, members]) => ({ name, series: members })).sort((one, other) => (one.name < other.name ? -1 : 1));
}

// What a shift looks at first, of what there is.
const FIRST = [
  /^beam\.mark_rate_hz$/,
  /^online\.slot_rate_hz$/,
  /^beam\.charge_uc$/,
  /^loss\.(lost|dropped|truncated|mark-missed).*_per_min$/,
  /^dead\./,
  /^online\.(latency|candidates)_p99_ms$/,
  /^disk\.free_bytes$/,
];

export function firstSeries(series) {
  return FIRST.flatMap((pattern) => series.filter(({ name }) => pattern.test(name))).slice(0, MOST_CURVES).map(({ name }) => name);
}

// Curves of one unit share an axis: [{ unit, curves: [{ name, …curve }] }, …] in the order of the names. A series without any value
// yet has no unit and is left out.
export function byUnit(names, curves) {
  const strips = new Map();
  for (const name of names) {
    const curve = curves[name];
    if (curve) strips.set(curve.unit, [...(strips.get(curve.unit) ?? []), { name, ...curve }]);
  }
  return [...strips].map(([unit, members]) => ({ unit, curves: members }));
}

// Index of the point whose stretch of time has `utc_s`, or null in a gap.
export function pointAt({ t, mean, level_s }, utc_s) {
  let nearest = null;
  for (let i = 0; i < t.length; ++i) {
    if (mean[i] === null) continue;
    const distance = Math.abs(t[i] - utc_s);
    if (distance <= level_s / 2 && (nearest === null || distance < Math.abs(t[nearest] - utc_s))) nearest = i;
  }
  return nearest;
}

// The newest point there is; null without any.
export function lastPoint({ mean }) {
  const last = mean.findLastIndex((value) => value !== null);
  return last < 0 ? null : last;
}

export function gapsIn({ mean }) {
  return mean.filter((value) => value === null).length;
}

// The highest of all curves, and the lowest; null without any.
export function extent(curves) {
  const low = curves.flatMap((curve) => curve.low).filter(known);
  const high = curves.flatMap((curve) => curve.high).filter(known);
  return low.length === 0 ? null : [low.reduce((least, value) => Math.min(least, value)), high.reduce((most, value) => Math.max(most, value))];
}

const SIGNS = { us: 'μs', uC: 'μC' };
export const unitName = (unit) => SIGNS[unit] ?? unit;

// A value with its unit, as people read it.
export function shown(value, unit) {
  if (unit === 'B' || unit === 'B/s') return prefixed(value, unit, 2);
  if (unit === 's' && value >= 90) return span(value);
  return known(value) && unit ? `${significant(value)}\u202f${unitName(unit)}` : significant(value);
}

// Numbers of an axis, with as many digits as tell them apart.
export function toldApart(values, unit) {
  if (unit !== 'B' && unit !== 'B/s') return values.map((value) => shown(value, unit));
  for (let digits = 0; ; ++digits) {
    const texts = values.map((value) => prefixed(value, unit, digits));
    if (new Set(texts).size === values.length || digits === 9) return texts;
  }
}

// "20 Hz … 22 Hz"; empty where both are read alike.
export function shownRange(low, high, unit) {
  const [from, to] = [shown(low, unit), shown(high, unit)];
  return from === to ? '' : `${from} … ${to}`;
}

const quoted = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

// One row for each time at which any curve has a point; what is not known is empty.
export function csvOf(strips) {
  const curves = strips.flatMap(({ curves: members }) => members);
  const rows = new Map();
  curves.forEach((curve, column) =>
    curve.t.forEach((time, i) => {
      if (curve.mean[i] === null) return;
      if (!rows.has(time)) rows.set(time, curves.map(() => ['', '', '']));
      rows.get(time)[column] = [curve.mean[i], curve.low[i], curve.high[i]];
    }),
  );
  const head = curves.flatMap(({ name, unit }) => ['mean', 'low', 'high'].map((what) => quoted(`${name} ${what}${unit ? ` [${unit}]` : ''}`)));
  const lines = [...rows]
    .sort(([one], [other]) => one - other)
    .map(([time, cells]) => [new Date(time * 1000).toISOString(), time, ...cells.flat()].join(','));
  return `${[['utc', 'utc_s', ...head].join(','), ...lines].join('\n')}\n`;
}
