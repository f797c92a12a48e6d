// Slots of the beam, as the server tells them: [number, deviation in ns or null, charge in μC or null, its state, [quality, …]].
import { fixed } from './format.js';

const MOST = 600;

// held, told: { run, slots }, slots in order; held may be null. A slot that is told again replaces the one before, another run all of them.
export function joinedSlots(held, told) {
  if (held?.run !== told.run) return { run: told.run, slots: told.slots.slice(-MOST) };
  const newest = held.slots.at(-1)?.[0] ?? -1;
  if (told.slots.every((slot, i) => slot[0] > (i === 0 ? newest : told.slots[i - 1][0]))) return { run: told.run, slots: [...held.slots, ...told.slots].slice(-MOST) };
  const byNumber = new Map([...held.slots, ...told.slots].map((slot) => [slot[0], slot]));
  return { run: told.run, slots: [...byNumber.values()].sort(([one], [other]) => one - other).slice(-MOST) };
}

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
