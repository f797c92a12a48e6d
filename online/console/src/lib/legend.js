// What a pad says about its spectrum in words: one entry per kind { kind, sign, label, state: data | no-data | sealed, inside }. Signs are
// as line_plot.js draws: ● points, ▄ an area.
import { isSealed } from './spectrum.js';

export function legendOf(spectrum, dimensions) {
  const entry = (kind, sign, label) => ({
    kind,
    sign,
    label,
    state: spectrum[kind] ? 'data' : 'no-data',
    inside: spectrum[kind]?.inside ?? undefined,
  });
  const sealed = isSealed(spectrum);
  const c = entry('in_time', '●', sealed ? 'C outside the box' : 'C');
  const isScaled = spectrum.alpha && dimensions === 1;
  const entries = [c, isScaled ? entry('anti_coincident', '▄', 'α·AC; AC') : entry('anti_coincident', '●', 'AC')];
  if (sealed) {
    if (c.inside === undefined) c.state = 'sealed';
    entries.push({ kind: 'residual', sign: '●', label: 'residual', state: 'sealed' });
  } else if (spectrum.in_time || spectrum.anti_coincident) {
    const known = spectrum.in_time && spectrum.anti_coincident && spectrum.alpha;
    entries.push({ kind: 'residual', sign: '●', label: 'residual', state: known ? 'data' : 'no-data' });
  }
  if (spectrum.free) entries.push(entry('free', '●', 'free'));
  if (spectrum.no_beam) entries.push(entry('no_beam', '□', 'no beam'));
  return entries;
}

export function isEmpty(spectrum) {
  return !spectrum.in_time && !spectrum.anti_coincident && !spectrum.free && !spectrum.no_beam && !isSealed(spectrum);
}
