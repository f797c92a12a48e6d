// Sums over a part of a spectrum's axis, in whole bins, with errors.
import { binsIn } from './projection.js';
import { edge, isSealed } from './spectrum.js';

const sumOf = (counts, [first, last]) => {
  let sum = 0;
  for (let bin = first; bin < last; ++bin) sum += counts[bin];
  return sum;
};

// { bins: [first, last), low, high, in_time, anti_coincident, scaled, residual, per_pot }: each { value, sigma }, or null where it is not
// known or sealed. per_pot: the residual of one proton on target.
export function roiSums(spectrum, roi) {
  const [axis] = spectrum.axes;
  const bins = binsIn(axis, roi);
  const out = { bins, low: edge(axis, bins[0]), high: edge(axis, bins[1]), in_time: null, anti_coincident: null, scaled: null, residual: null, per_pot: null };
  const { in_time: c, anti_coincident: ac, alpha, live_pot: pot } = spectrum;
  if (c?.counts && !isSealed(spectrum)) {
    const value = sumOf(c.counts, bins);
    out.in_time = { value, sigma: Math.sqrt(value) };
  }
  if (!ac?.counts) return out;
  const n = sumOf(ac.counts, bins);
  out.anti_coincident = { value: n, sigma: Math.sqrt(n) };
  if (!alpha) return out;
  const variance = alpha.value ** 2 * n + (n * alpha.sigma) ** 2;
  out.scaled = { value: alpha.value * n, sigma: Math.sqrt(variance) };
  if (out.in_time === null) return out;
  out.residual = { value: out.in_time.value - out.scaled.value, sigma: Math.sqrt(out.in_time.value + variance) };
  const protons = pot ? pot.measured + pot.estimated : 0;
  if (protons > 0) out.per_pot = { value: out.residual.value / protons, sigma: out.residual.sigma / protons };
  return out;
}
