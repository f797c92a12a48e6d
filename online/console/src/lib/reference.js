// Spectra of a past run, scaled to the live ones: C by live POT, or by exposure where one of them has none; AC by exposure.

const potOf = ({ live_pot }) => (live_pot ? live_pot.measured + live_pot.estimated : 0);

function times(counts, factor) {
  const values = Float64Array.from(counts, (n) => n * factor);
  const sigmas = Float64Array.from(counts, (n) => Math.sqrt(n) * factor);
  return { values, sigmas };
}

// { c, ac, by, factor, acFactor, pot, past }: c and ac are { values, sigmas } as they are drawn over C and α·AC, or null; by: 'POT' or
// 'exposure'; past: the reference, unscaled.
export function overlaid(live, reference) {
  const pots = [potOf(live), potOf(reference)];
  const byPot = pots.every((pot) => pot > 0);
  const exposures = (kind) => [live[kind]?.exposure_s, reference[kind]?.exposure_s];
  const ratio = ([now, then]) => (now > 0 && then > 0 ? now / then : null);
  const factor = ratio(byPot ? pots : exposures('in_time'));
  const acFactor = ratio(exposures('anti_coincident'));
  const { in_time: c, anti_coincident: ac } = reference;
  return {
    by: byPot ? 'POT' : 'exposure',
    pot: pots[1] > 0 ? pots[1] : null,
    factor,
    acFactor,
    c: c?.counts && factor !== null ? times(c.counts, factor) : null,
    past: reference,
    ac: ac?.counts && acFactor !== null ? times(ac.counts, acFactor * (live.alpha?.value ?? 1)) : null,
  };
}
