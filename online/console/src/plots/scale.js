// Ranges of axes and colours.

const STEPS = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];

// The next of 1, 1.2, 1.5 … 10 × 10ⁿ that holds `value`: axes change seldom, and drawing them again is what costs.
export function roomy(value) {
  const decade = 10 ** Math.floor(Math.log10(value));
  return decade * STEPS.find((step) => step * decade >= value * (1 - 1e-12));
}

// Highest value + error and lowest value − error among bins [from, to); sigmas may be absent.
export function extent({ values, sigmas }, from, to) {
  let low = Infinity;
  let high = -Infinity;
  for (let i = from; i < to; ++i) {
    const sigma = sigmas ? sigmas[i] : 0;
    high = Math.max(high, values[i] + sigma);
    low = Math.min(low, values[i] - sigma);
  }
  return { low, high };
}

export function countRange(high, log) {
  const top = roomy(1.1 * Math.max(1, high));
  return log ? { min: 0.5, max: Math.max(10, 1.5 * top) } : { min: 0, max: top };
}

export function residualRange(low, high) {
  return { min: -roomy(1.1 * Math.max(1, -low)), max: roomy(1.1 * Math.max(1, high)) };
}

// The range before, as long as it holds all that is wanted and at most half of it is empty; then the wanted one, with room on the side that
// has grown. To draw axes costs ten times what their contents do, and contents that fluctuate about a step would have them drawn each time.
const GROWTH = 1.2;
export function steady(before, wanted) {
  const isSameKind = before && (wanted.min < 0 || wanted.min === before.min);
  if (!isSameKind) return wanted;
  const holds = before.min <= wanted.min && before.max >= wanted.max;
  if (holds && before.max - before.min <= 2 * (wanted.max - wanted.min)) return before;
  return {
    min: wanted.min < 0 && wanted.min < before.min ? -roomy(-GROWTH * wanted.min) : wanted.min,
    max: wanted.max > before.max ? roomy(GROWTH * wanted.max) : wanted.max,
  };
}

// Values to the steps of a palette: 0 … steps − 1. Logarithmic from 0.5 counts on; what is not above it has the first colour.
export function shade(limits, steps, log) {
  const { min, max } = limits;
  if (log) {
    const low = Math.log(0.5);
    const factor = steps / (Math.log(max) - low);
    return (value) => (value > 0.5 ? Math.min(steps - 1, Math.floor((Math.log(value) - low) * factor)) : 0);
  }
  const factor = steps / (max - min);
  return (value) => Math.max(0, Math.min(steps - 1, Math.floor((value - min) * factor)));
}

// Labels of an axis stand at the round steps that d3 takes for so many divisions: [from which part of a decade on, step].
const LABEL_STEPS = [
  [Math.sqrt(50), 10],
  [Math.sqrt(10), 5],
  [Math.sqrt(2), 2],
  [1, 1],
];

// The most divisions, up to `most`, with which labels of a height of textPx stand apart on px pixels; at least one.
export function divisionsOn(px, { min, max }, textPx, most) {
  const labelStep = (count) => {
    const step = (max - min) / count;
    const decade = 10 ** Math.floor(Math.log10(step));
    return decade * LABEL_STEPS.find(([from]) => step / decade >= from * (1 - 1e-12))[1];
  };
  let count = most;
  while (count > 1 && (labelStep(count) / (max - min)) * px < textPx) --count;
  return count;
}

// About `count` round numbers between the limits, for a colour bar; of counts (`whole`) none between two counts.
export function ticks({ min, max }, count, log, whole) {
  if (log) {
    const out = [];
    for (let power = 0; 10 ** power <= max; ++power) out.push(10 ** power);
    return out;
  }
  const step = roomy(Math.max(whole ? 1 : 0, (max - min) / count));
  const out = [];
  for (let at = Math.ceil(min / step - 1e-9) * step; at <= max * (1 + 1e-9); at += step) out.push(Math.abs(at) < step * 1e-6 ? 0 : at);
  return out;
}
