// Slots of the beam, as the server tells them: [number, deviation in ns or null, charge in μC or null, its state, [quality, …]].
import { fixed } from './format.js';

// What is not as it should be about its marks. That it is simulated is said of the whole page.
export const troubles = (slot) => (slot[4] ?? []).filter((quality) => quality !== 'simulated');

export const isOdd = (slot) => troubles(slot).length > 0 || slot[3] !== 'measured';

// "23.30 μC", "467.50 mC"
export function charge(uc, digits = 2) {
  const [factor, unit] = [
    [1e6, 'C'],
    [1e3, 'mC'],
    [1, 'μC'],
  ].find(([least]) => Math.abs(uc) >= least || least === 1);
  return fixed(uc === null ? null : uc / factor, digits, unit);
}
