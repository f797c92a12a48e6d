// What is in the bin under the pointer, in words.
import { count, significant } from './format.js';
import { residual } from './spectrum.js';

const edges = ([low, high], unit) => `${significant(low)} … ${significant(high)}${unit ? `\u202f${unit}` : ''}`;

// under: { bin, low, high, second } as the plots' binAt gives it; comparison: as compared() has it, or null.
export function readingOf(spectrum, under, comparison = null) {
  const [x, y] = spectrum.axes;
  const parts = [edges([under.low, under.high], x.unit)];
  if (y && under.second) parts.push(edges(under.second, y.unit));
  if (spectrum.in_time?.counts) parts.push(`C ${count(spectrum.in_time.counts[under.bin])}`);
  if (spectrum.anti_coincident) parts.push(`AC ${count(spectrum.anti_coincident.counts[under.bin])}`);
  const bins = residual(spectrum);
  if (bins) parts.push(`C − α·AC ${bins.values[under.bin].toFixed(1)} ± ${bins.sigmas[under.bin].toFixed(1)}`);
  if (comparison) {
    const [reference, significance] = [comparison.reference[under.bin], comparison.significance[under.bin]];
    parts.push(`reference ${significant(reference, 3)}${Number.isNaN(significance) ? '' : `, ${significance < 0 ? '−' : '+'}${Math.abs(significance).toFixed(1)} σ`}`);
  }
  return parts.join(' · ');
}
