// What may not be told of a blinded run: counts inside its box, and whatever is made of them.
import assert from 'node:assert/strict';

export const BOX = [
  ['pe', 4, 60],
  ['t_rec_us', 0, 6],
];

// Whether a bin of a map of the box's variables lies in the box, wholly.
export function isInside({ axes }, bin) {
  const at = [Math.floor(bin / axes[1].bins), bin % axes[1].bins];
  return axes.every((axis, i) => {
    const [, min, max] = BOX.find(([variable]) => variable === axis.variable);
    const width = (axis.max - axis.min) / axis.bins;
    return axis.min + at[i] * width >= min && axis.min + (at[i] + 1) * width <= max;
  });
}

export const insideBox = (spectrum, kind) => spectrum[kind].counts.reduce((sum, n, bin) => sum + (isInside(spectrum, bin) ? n : 0), 0);

const isMap = ({ axes, in_time: c }) => axes?.length === 2 && axes.every(({ variable }) => BOX.some(([one]) => one === variable)) && Boolean(c?.counts);

// Everything in an answer that could tell of the box, by its path.
export function told(value, path = '') {
  if (value === null || typeof value !== 'object') return [];
  // (`measured` of live_pot is a number of protons.)
  const own = ['residual', 'measured', 'significance_sigma', 'fitted_cevns'].filter((key) => (value[key] ?? null) !== null && !path.endsWith('/live_pot'));
  if (isMap(value) && insideBox(value, 'in_time') > 0) own.push('in_time');
  return [...own.map((key) => `${path}/${key}`), ...Object.entries(value).flatMap(([key, inner]) => told(inner, `${path}/${key}`))];
}

// A slot of the scope, of detectors alone: nothing was found in its C windows, and traces end where their rois begin. Whether any was sealed.
export function checkSlot({ slot, windows, channels, sealed }) {
  const closed = windows.filter((window) => window.sealed);
  for (const { kind, sealed: isClosed } of windows) assert.ok(kind !== 'in_time' || isClosed, `slot ${slot}: C is open`);
  if (closed.length === 0) return false;
  assert.ok(sealed, `slot ${slot}: nothing is said of the seal`);
  const end = Math.min(...closed.map(({ roi_us: [begin] }) => begin));
  for (const { name, traces, candidates } of channels) {
    for (const { first_us, period_us, samples, open_samples, from, count, step, data, pulses } of traces) {
      const where = `slot ${slot}, ${name}`;
      assert.ok(first_us + open_samples * period_us < end + period_us && open_samples < samples, `${where}: ${open_samples} samples are open`);
      assert.ok(from + count <= open_samples, `${where}: ${from} + ${count} of ${open_samples} samples`);
      assert.ok(step > 1 || Buffer.from(data, 'base64').length <= 4 * count, `${where}: more data than samples`);
      assert.ok((pulses ?? []).every((pulse) => pulse.begin < open_samples), `${where}: a pulse beyond`);
    }
    for (const { window, found } of candidates) assert.ok(!windows[window].sealed || !found, `slot ${slot}, ${name}: a candidate of C`);
  }
  return true;
}
