// A predicted signal in the bins of a spectrum: as a line on what is steady, where C is drawn, and by itself beside C − α·AC.
import { scaled } from '../lib/spectrum.js';
import { steps } from './bins.js';

// On α·AC, where that is known: what C should look like.
export function onSteady(prediction, { anti_coincident: ac, alpha }) {
  if (!ac?.counts || !alpha) return { values: prediction.values };
  const steady = scaled(ac.counts, alpha).values;
  return { values: prediction.values.map((value, bin) => value + steady[bin]) };
}

export function line(context, prediction, view, scales, colours) {
  if (prediction) steps(context, prediction, view, scales, { line: colours.prediction });
}
