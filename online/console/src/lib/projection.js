// A map seen along one of its axes: the counts of a band are added up, so that errors stay those of counts.
import { KINDS } from './spectrum.js';

// Bins [first, last) of an axis that a range covers: those whose middle lies in it, at least one; null: all.
export function binsIn(axis, range) {
  if (range === null) return [0, axis.bins];
  const at = (value) => ((value - axis.min) / (axis.max - axis.min)) * axis.bins;
  const first = Math.max(0, Math.min(axis.bins - 1, Math.round(at(range[0]))));
  return [first, Math.max(first + 1, Math.min(axis.bins, Math.round(at(range[1]))))];
}

// onto: the axis that stays; band: range of the other one, null: all of it. A spectrum of one axis, with `band`: what it covers.
export function projected(spectrum, { onto, band }) {
  const [x, y] = spectrum.axes;
  const other = onto === 0 ? y : x;
  const [first, last] = binsIn(other, band);
  const bins = onto === 0 ? x.bins : y.bins;
  const next = { ...spectrum, axes: [spectrum.axes[onto]], band: { axis: other, first, last } };
  for (const kind of KINDS) {
    const counts = spectrum[kind]?.counts;
    if (!counts) continue;
    const sums = new Float64Array(bins);
    for (let bin = 0; bin < bins; ++bin) {
      for (let k = first; k < last; ++k) sums[bin] += counts[onto === 0 ? bin * y.bins + k : k * y.bins + bin];
    }
    next[kind] = { ...spectrum[kind], counts: sums, inside: sums.reduce((sum, n) => sum + n, 0), outside: null };
  }
  return next;
}

// The part of the other axis that a zoomed map shows, for the band of a projection; null: all.
export function bandOf(zoom, onto) {
  const range = zoom?.[onto === 0 ? 'y' : 'x'];
  return range && range[0] !== range[1] ? range : null;
}

