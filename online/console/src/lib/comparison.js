// A map beside that of the reference: the reference itself as it is scaled to the live run, what is left of the live one without it, or
// with how many standard deviations they differ.
import { binsOf, inView } from './export_text.js';
import { residual } from './spectrum.js';

export const COMPARISONS = [
  { name: 'reference', title: 'reference' },
  { name: 'difference', title: 'live − reference' },
  { name: 'significance', title: '(live − reference) / σ' },
];

// Kinds that references have.
export const isComparable = (kind) => ['in_time', 'anti_coincident', 'residual'].includes(kind);

// Of n counts over m counts times f: Li and Ma, ApJ 272 (1983) 317, eq. 17, with a sign; NaN where neither has any. For few counts, as
// maps have them, the difference over its error would say too much.
export function liMa(n, m, f) {
  if (n + m === 0) return NaN;
  const of = (counts, share) => (counts === 0 ? 0 : counts * Math.log(share));
  const both = n + m;
  const squared = 2 * (of(n, ((1 + f) / f) * (n / both)) + of(m, (1 + f) * (m / both)));
  return Math.sign(n - f * m) * Math.sqrt(Math.max(0, squared));
}

const overError = (difference, sigma) => (sigma > 0 ? difference / sigma : NaN);

// Values with errors of both, and counts with their factor where they are counts. Null: of one of them it is not known, or sealed.
function sides(live, overlay, kind) {
  const { past, factor, acFactor } = overlay;
  if (kind === 'residual') {
    const [now, then] = [residual(live), residual(past)];
    if (!now || !then || factor === null) return null;
    return { now, then: { values: then.values.map((value) => value * factor), sigmas: then.sigmas.map((sigma) => sigma * factor) } };
  }
  const scale = { in_time: factor, anti_coincident: acFactor }[kind] ?? null;
  const [n, m] = [live[kind]?.counts, past[kind]?.counts];
  if (scale === null || !n || !m) return null;
  const then = { values: Float64Array.from(m, (count) => count * scale), sigmas: Float64Array.from(m, (count) => Math.sqrt(count) * scale) };
  return { now: { values: n, sigmas: Float64Array.from(n, Math.sqrt) }, then, liMa: (bin) => liMa(n[bin], m[bin], scale) };
}

// overlay: as overlaid() gives it. { reference, difference, significance }: values for each bin, row-major; NaN where there is nothing to
// compare. Null: nothing can be compared.
export function compared(live, overlay, kind) {
  const two = overlay && sides(live, overlay, kind);
  if (!two) return null;
  const { now, then } = two;
  const difference = then.values.map((value, bin) => now.values[bin] - value);
  const sigmas = then.sigmas.map((sigma, bin) => Math.hypot(sigma, now.sigmas[bin]));
  const significance = difference.map((value, bin) => (two.liMa ? two.liMa(bin) : overError(value, sigmas[bin])));
  return { reference: then.values, difference, sigmas, significance };
}

// Of all bins in view: { difference, sigma }.
export function inAll(spectrum, zoom, { difference, sigmas }) {
  let [sum, variance] = [0, 0];
  for (const [i, j] of binsOf(spectrum, inView(spectrum, zoom))) {
    const bin = j === undefined ? i : i * spectrum.axes[1].bins + j;
    sum += difference[bin];
    variance += sigmas[bin] ** 2;
  }
  return { difference: sum, sigma: Math.sqrt(variance) };
}
