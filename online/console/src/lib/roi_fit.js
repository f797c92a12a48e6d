// The fit that a person has asked for, of a spectrum with one axis.
import { fit } from './fit.js';
import { binsIn } from './projection.js';
import { edge, isSealed, pointsOf } from './spectrum.js';

// fitting: { model, what } with what 'in_time' or 'residual', or null; roi: [min, max]. { model, what, range, bins: [first, last) } and what
// fit() gives: parameters, chi2, ndf, f(x), or trouble in words. Null: none is asked for.
export function fitOf(spectrum, fitting, roi) {
  if (fitting === null) return null;
  const [axis] = spectrum.axes;
  const bins = binsIn(axis, roi);
  const range = bins.map((bin) => edge(axis, bin));
  const points = pointsOf(spectrum, fitting.what);
  const found =
    points === null
      ? { trouble: isSealed(spectrum) ? 'C is sealed' : 'there is nothing to fit' }
      : fit(fitting.model, points.slice(...bins), { low: range[0], width: (axis.max - axis.min) / axis.bins });
  return { ...fitting, range, bins, ...found };
}
