// One spectrum as the page holds it: counts by kind in Uint32Arrays (row-major, first axis slowest, no under- or overflow),
// renewed by what the server sends; and what follows from them: α·AC, residual, errors.

export const KINDS = ['in_time', 'anti_coincident', 'free', 'no_beam'];

// A kind of windows whose counts are sealed has none: null.
function whole(given) {
  return { ...given, counts: given.counts ? Uint32Array.from(given.counts) : null };
}

// A full update has no base; its counts are whole. Kinds without exposure are null.
function begun(update) {
  const spectrum = { ...update };
  for (const kind of KINDS) {
    const given = update[kind];
    spectrum[kind] = given ? whole(given) : null;
  }
  delete spectrum.residual; // computed here, for a ninth of the bytes
  return spectrum;
}

// What is held, brought up to date. `set` lists [bin, content, …] hold absolute contents, so that saying one twice does no
// harm. Null if the update stands on another version than the one held: a full one must be asked for.
export function merged(held, update) {
  if (update.base === undefined || update.base === null) return begun(update);
  if (!held || held.version !== update.base) return null;
  const next = { ...held, ...update };
  for (const kind of KINDS) {
    const given = update[kind];
    if (given === undefined) {
      next[kind] = held[kind];
    } else if (given === null) {
      next[kind] = null;
    } else if (given.counts !== undefined) {
      next[kind] = whole(given);
    } else {
      if (!held[kind]?.counts) return null;
      next[kind] = renewed(held[kind], given);
      if (next[kind] === null) return null;
    }
  }
  return next;
}

function renewed(held, given) {
  const { set = [], ...rest } = given;
  const counts = held.counts;
  for (let i = 0; i + 1 < set.length; i += 2) {
    if (!(set[i] < counts.length)) return null;
    counts[set[i]] = set[i + 1];
  }
  return { ...held, ...rest, counts };
}

// α·AC with errors: √(α²·AC + (AC·σ_α)²) for each bin.
export function scaled(counts, alpha) {
  const values = new Float64Array(counts.length);
  const sigmas = new Float64Array(counts.length);
  for (let i = 0; i < counts.length; ++i) {
    const n = counts[i];
    const fromAlpha = n * alpha.sigma;
    values[i] = alpha.value * n;
    sigmas[i] = Math.sqrt(alpha.value * values[i] + fromAlpha * fromAlpha);
  }
  return { values, sigmas };
}

// C − α·AC with errors. In the order of offline/exposure/residual.cpp, so that the doubles are the same.
export function residual(spectrum) {
  const { in_time: c, anti_coincident: ac, alpha } = spectrum;
  if (!c || !ac || !alpha || isSealed(spectrum)) return null;
  const values = new Float64Array(c.counts.length);
  const sigmas = new Float64Array(c.counts.length);
  for (let i = 0; i < values.length; ++i) {
    const scaledAc = alpha.value * ac.counts[i];
    const fromAlpha = ac.counts[i] * alpha.sigma;
    values[i] = c.counts[i] - scaledAc;
    sigmas[i] = Math.sqrt(c.counts[i] + alpha.value * scaledAc + fromAlpha * fromAlpha);
  }
  return { values, sigmas };
}

export function poisson(counts) {
  return { values: counts, sigmas: Float64Array.from(counts, Math.sqrt) };
}

export function isSealed(spectrum) {
  return Boolean(spectrum?.sealed);
}

// Where the box lies on the axes: [min, max] for each axis, whole where the box does not bound it. Without a box all is sealed.
export function sealedRange(spectrum) {
  if (!isSealed(spectrum)) return null;
  const box = spectrum.sealed.box ?? [];
  return spectrum.axes.map((axis) => {
    const range = box.find((one) => one.variable === axis.variable);
    return range ? [Math.max(axis.min, range.min), Math.min(axis.max, range.max)] : [axis.min, axis.max];
  });
}

export function axisTitle(axis) {
  const label = axis.label || axis.variable;
  return axis.unit ? `${label} / ${axis.unit}` : label;
}

// Lower edge of a bin; of `axis.bins` the upper end.
export function edge(axis, bin) {
  return axis.min + ((axis.max - axis.min) * bin) / axis.bins;
}

// The bin of a value, or null outside; a bin's upper edge belongs to the next.
export function binOf(axis, value) {
  const bin = Math.floor(((value - axis.min) / (axis.max - axis.min)) * axis.bins);
  return bin >= 0 && bin < axis.bins ? bin : null;
}

export function axesDiffer(one, other) {
  return JSON.stringify(one.axes) !== JSON.stringify(other.axes);
}

// The bins of a spectrum with one axis, to be fitted: [{ x, y, sigma }], sigma null of counts. what: 'in_time' or 'residual'. Null: not
// known, or sealed.
export function pointsOf(spectrum, what) {
  const [axis] = spectrum.axes;
  const middle = (bin) => edge(axis, bin + 0.5);
  if (what === 'in_time') {
    if (!spectrum.in_time?.counts || isSealed(spectrum)) return null;
    return Array.from(spectrum.in_time.counts, (y, bin) => ({ x: middle(bin), y, sigma: null }));
  }
  const bins = residual(spectrum);
  return bins && Array.from(bins.values, (y, bin) => ({ x: middle(bin), y, sigma: bins.sigmas[bin] }));
}
