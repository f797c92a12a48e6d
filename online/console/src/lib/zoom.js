// Parts of axes: made smaller or larger, and moved. An axis is { range: [low, high] in view, whole: [min, max], log, bins }.

const NONE = [0, 0]; // how a zoom says that an axis is whole
const ROUNDING = 1e-9;
const LEAST = 1e-3; // of an axis without bins

const along = (log) => (log ? { of: Math.log, back: Math.exp } : { of: (value) => value, back: (value) => value });

// The value at a part of what is in view: 0 its low end, 1 its high end, also beyond them.
export function valueAt({ range, log }, part) {
  const { of, back } = along(log);
  const [low, high] = range.map(of);
  return back(low + part * (high - low));
}

// What is in view from one part to another, within the axis and no less than a bin.
export function between(axis, from, to) {
  const { of, back } = along(axis.log);
  const [min, max] = axis.whole.map(of);
  const wanted = [from, to].map((part) => of(valueAt(axis, part)));
  const least = (max - min) * (axis.bins ? 1 / axis.bins : LEAST);
  const width = Math.min(max - min, Math.max(least, wanted[1] - wanted[0]));
  const low = Math.min(max - width, Math.max(min, (wanted[0] + wanted[1] - width) / 2));
  if (width >= (max - min) * (1 - ROUNDING)) return NONE;
  return [back(low), back(low + width)];
}

// factor below 1: a smaller part, about its middle.
export const scaledBy = (axis, factor) => between(axis, 0.5 - factor / 2, 0.5 + factor / 2);

// By a part of what is in view.
export const movedBy = (axis, part) => between(axis, part, 1 + part);

export const isPart = ({ range, whole }) => range[1] - range[0] < (whole[1] - whole[0]) * (1 - ROUNDING);

const IN = 0.5;
const STEP = 0.25;
const kept = (axis) => (isPart(axis) ? axis.range : NONE);

// What a key makes of a view { x, y } of axes: a zoom { x, y }, or null: whole axes; undefined: it has nothing to do with zoom. flat: the
// vertical axis has counts, which `+` and `−` leave alone.
export function zoomOfKey({ key, shiftKey }, { x, y }, flat) {
  const both = (factor) => ({ x: scaledBy(x, factor), y: flat ? kept(y) : scaledBy(y, factor) });
  const horizontal = (range) => ({ x: range, y: kept(y) });
  const vertical = (range) => ({ x: kept(x), y: range });
  const move = (axis, part, onto) => (isPart(axis) ? onto(movedBy(axis, part)) : undefined);
  switch (key) {
    case '+':
    case '=':
      return both(IN);
    case '-':
    case '−':
      return both(1 / IN);
    case '0':
      return null;
    case 'ArrowLeft':
      return shiftKey ? horizontal(scaledBy(x, 1 / IN)) : move(x, -STEP, horizontal);
    case 'ArrowRight':
      return shiftKey ? horizontal(scaledBy(x, IN)) : move(x, STEP, horizontal);
    case 'ArrowDown':
      return shiftKey ? vertical(scaledBy(y, 1 / IN)) : move(y, -STEP, vertical);
    case 'ArrowUp':
      return shiftKey ? vertical(scaledBy(y, IN)) : move(y, STEP, vertical);
    default:
      return undefined;
  }
}

const LEAST_APART = 0.08; // of the axis: fingers that are one above the other leave the horizontal axis as it is

// What two fingers make of an axis: what was under each at first, as parts of what was in view, is under it now.
export function pinched(axis, [a, b], [nowA, nowB]) {
  if (Math.abs(b - a) < LEAST_APART || Math.abs(nowB - nowA) < LEAST_APART / 4 || (b - a) * (nowB - nowA) < 0) return kept(axis);
  const scale = (nowB - nowA) / (b - a);
  const from = a - nowA / scale;
  return between(axis, from, from + 1 / scale);
}
