import assert from 'node:assert/strict';
import test from 'node:test';
import { compared, inAll, liMa } from '../../../online/console/src/lib/comparison.js';
import { csvOf, originOf, uhiOf } from '../../../online/console/src/lib/export_text.js';
import { binsIn, bandOf, projected } from '../../../online/console/src/lib/projection.js';
import { overlaid } from '../../../online/console/src/lib/reference.js';
import { fitOf } from '../../../online/console/src/lib/roi_fit.js';
import { roiSums } from '../../../online/console/src/lib/roi.js';
import { merged } from '../../../online/console/src/lib/spectrum.js';
import { rangeInName, rangeInWords, rangeTitle, withError } from '../../../online/console/src/lib/words.js';

const axis = (variable, bins, min, max, unit) => ({ variable, label: variable, unit, bins, min, max });
const line = (over = {}) =>
  merged(null, {
    name: 'pe',
    title: 'Photoelectrons',
    selection: 'csi',
    run: 7,
    range: null,
    axes: [axis('pe', 4, 0, 8, 'PE')],
    base: null,
    version: 1,
    in_time: { counts: [5, 0, 9, 1], inside: 15, exposure_s: 2 },
    anti_coincident: { counts: [2, 2, 4, 0], inside: 8, exposure_s: 4 },
    free: null,
    no_beam: null,
    alpha: { value: 0.5, sigma: 0.01 },
    live_pot: { measured: 3e18, estimated: 1e18 },
    sealed: null,
    ...over,
  });
const map = () =>
  line({
    name: 'map',
    axes: [axis('pe', 2, 0, 2, 'PE'), axis('t', 3, 0, 3, 'μs')],
    in_time: { counts: [1, 2, 3, 10, 20, 30], inside: 66, exposure_s: 2 },
    anti_coincident: { counts: [1, 1, 1, 2, 2, 2], inside: 9, exposure_s: 4 },
  });
const near = (value, expected, tolerance = 1e-12) => assert.ok(Math.abs(value - expected) < tolerance * Math.max(1, Math.abs(expected)), `${value}, not ${expected}`);

test('a range covers the bins whose middle lies in it, and at least one', () => {
  const ten = axis('x', 10, 0, 10, '');
  assert.deepEqual(binsIn(ten, [2, 5]), [2, 5]);
  assert.deepEqual(binsIn(ten, [2.4, 4.6]), [2, 5]);
  assert.deepEqual(binsIn(ten, [3.1, 3.2]), [3, 4]);
  assert.deepEqual(binsIn(ten, [-5, 50]), [0, 10]);
  assert.deepEqual(binsIn(ten, null), [0, 10]);
});

test('sums of a region are those of its bins, errors as docs/spectra.md has them', () => {
  const sums = roiSums(line(), [2, 6]);
  assert.deepEqual([sums.low, sums.high], [2, 6]);
  assert.deepEqual(sums.in_time, { value: 9, sigma: 3 });
  assert.deepEqual(sums.anti_coincident, { value: 6, sigma: Math.sqrt(6) });
  near(sums.scaled.value, 3);
  near(sums.scaled.sigma, Math.sqrt(0.25 * 6 + (6 * 0.01) ** 2));
  near(sums.residual.value, 6);
  near(sums.residual.sigma, Math.sqrt(9 + 0.25 * 6 + (6 * 0.01) ** 2));
  near(sums.per_pot.value, 6 / 4e18);
  near(sums.per_pot.sigma, sums.residual.sigma / 4e18);
});

test('of what is sealed there are no sums but those of AC', () => {
  const sums = roiSums(line({ sealed: { what: 'box', box: [] } }), [0, 8]);
  assert.equal(sums.in_time, null);
  assert.equal(sums.residual, null);
  assert.equal(sums.per_pot, null);
  assert.equal(sums.anti_coincident.value, 8);
});

test('a projection adds up the counts of its band', () => {
  const onto = (axisOf, band) => projected(map(), { onto: axisOf, band });
  assert.deepEqual([...onto(0, null).in_time.counts], [6, 60]);
  assert.deepEqual([...onto(1, null).in_time.counts], [11, 22, 33]);
  const part = onto(0, [1, 3]);
  assert.deepEqual([...part.in_time.counts], [5, 50]);
  assert.equal(part.in_time.inside, 55);
  assert.equal(part.axes[0].variable, 'pe');
  assert.deepEqual([part.band.axis.variable, part.band.first, part.band.last], ['t', 1, 3]);
  assert.deepEqual([...onto(1, [1, 2]).in_time.counts], [10, 20, 30]);
  assert.deepEqual(bandOf({ x: [0, 0], y: [1, 2] }, 0), [1, 2]);
  assert.equal(bandOf({ x: [0, 0], y: [1, 2] }, 1), null);
  assert.equal(bandOf(null, 0), null);
});

test('a reference is scaled by live POT, its AC by exposure and α; without POT by exposure', () => {
  const reference = line({ live_pot: { measured: 8e18, estimated: 0 }, in_time: { counts: [10, 0, 16, 2], exposure_s: 8 }, anti_coincident: { counts: [4, 4, 8, 0], exposure_s: 16 } });
  const by = overlaid(line(), reference);
  assert.equal(by.by, 'POT');
  assert.equal(by.factor, 0.5);
  assert.deepEqual([...by.c.values], [5, 0, 8, 1]);
  near(by.c.sigmas[0], Math.sqrt(10) / 2);
  assert.equal(by.acFactor, 0.25);
  assert.deepEqual([...by.ac.values], [0.5, 0.5, 1, 0]);
  const without = overlaid(line({ live_pot: { measured: 0, estimated: 0 } }), reference);
  assert.deepEqual([without.by, without.factor], ['exposure', 0.25]);
  const sealed = overlaid(line(), line({ in_time: { counts: null, exposure_s: 8 } }));
  assert.equal(sealed.c, null);
  assert.notEqual(sealed.ac, null);
});

test('a file has the bins in view, in full precision, and says where they come from', () => {
  const zoom = { x: [2.5, 5.5], y: [0, 0] };
  const ranged = line({ range: { name: 'spills:600', spills: 590, begin_utc_s: 1732000000.5 } });
  const text = csvOf(ranged, zoom, originOf(ranged, { run: { type: 'physics', simulated: true }, zoom }));
  const lines = text.trimEnd().split('\n');
  assert.ok(lines.includes('# run: 7'));
  assert.ok(lines.includes('# range: spills:600'));
  assert.ok(lines.includes('# range_spills: 590'));
  assert.ok(lines.includes('# zoom: x 2.5 to 5.5'));
  assert.ok(lines.includes('# live_pot: 4000000000000000000'));
  const rows = lines.filter((one) => !one.startsWith('#')).map((one) => one.split(','));
  assert.deepEqual(rows[0], ['bin_0', 'low_0', 'high_0', 'in_time', 'anti_coincident', 'scaled', 'scaled_sigma', 'residual', 'residual_sigma']);
  assert.deepEqual(rows.slice(1).map((row) => row.slice(0, 5).map(Number)), [[1, 2, 4, 0, 2], [2, 4, 6, 9, 4]]);
  near(Number(rows[2][7]), 7);
  near(Number(rows[2][8]), Math.sqrt(9 + 0.25 * 4 + (4 * 0.01) ** 2));

  const uhi = JSON.parse(uhiOf(ranged, zoom, originOf(ranged, { zoom })));
  assert.deepEqual(Object.keys(uhi), ['pe/in_time', 'pe/anti_coincident', 'pe/scaled', 'pe/residual']);
  const c = uhi['pe/in_time'];
  assert.deepEqual(c.storage, { type: 'int', values: [0, 9] });
  assert.deepEqual([c.uhi_schema, c.axes[0].lower, c.axes[0].upper, c.axes[0].bins, c.axes[0].overflow], [1, 2, 6, 2, false]);
  assert.equal(uhi['pe/residual'].storage.type, 'weighted');
  near(uhi['pe/residual'].storage.variances[1], 9 + 0.25 * 4 + (4 * 0.01) ** 2);
  assert.equal(c.metadata.range, 'spills:600');

  const whole = JSON.parse(uhiOf(map(), { x: [0, 0], y: [1, 3] }, []));
  assert.deepEqual(whole['map/in_time'].storage.values, [[2, 3], [20, 30]]);
});

test('a file has the prediction, and the fit where it was made', () => {
  const values = [6, 2, 40, 90, 41, 3, 0, 8];
  const peak = line({ axes: [axis('pe', 8, 0, 16, 'PE')], in_time: { counts: values, inside: 190, exposure_s: 2 }, anti_coincident: null, alpha: null });
  const fitted = fitOf(peak, { model: 'gaussian', what: 'in_time' }, [2, 12]);
  assert.deepEqual([fitted.bins, fitted.range], [[1, 6], [2, 12]]);
  near(fitted.parameters[1].value, 7, 0.02);
  const prediction = { title: 'csi', pot: 4e18, values: Float64Array.of(0.5, 1.5, 2, 1, 0, 0, 0, 0.25) };
  const zoom = { x: [0, 10], y: [0, 0] };
  const text = csvOf(peak, zoom, originOf(peak, { zoom, prediction, fitted }), { prediction, fitted });
  assert.match(text, /^# prediction: csi$/m);
  assert.match(text, /^# fit: gaussian of in_time, pe 2 to 12$/m);
  assert.match(text, new RegExp(`^# fit_μ: ${fitted.parameters[1].value}$`, 'm'));
  const rows = text.trimEnd().split('\n').filter((one) => !one.startsWith('#')).map((one) => one.split(','));
  assert.deepEqual(rows[0].slice(3), ['in_time', 'prediction', 'fit_in_time']);
  assert.deepEqual(rows.slice(1).map((row) => Number(row[4])), [0.5, 1.5, 2, 1, 0]);
  assert.equal(rows[1][5], '', 'outside of the fit there is no value, not zero');
  rows.slice(2).forEach((row, i) => near(Number(row[5]), fitted.f(3 + 2 * i)));

  const uhi = JSON.parse(uhiOf(peak, zoom, [], { prediction, fitted }));
  assert.deepEqual(uhi['pe/prediction'].storage, { type: 'double', values: [0.5, 1.5, 2, 1, 0] });
  const [of] = uhi['pe/fit_in_time'].axes;
  assert.deepEqual([of.lower, of.upper, of.bins], [2, 10, 4]);
  near(uhi['pe/fit_in_time'].storage.values[3], fitted.f(9));
  const beside = JSON.parse(uhiOf(peak, { x: [12, 16], y: [0, 0] }, [], { fitted }));
  assert.deepEqual(Object.keys(beside), ['pe/in_time']);
  assert.equal(fitOf(line({ sealed: { what: 'all', box: [] } }), { model: 'gaussian', what: 'in_time' }, [0, 8]).trouble, 'C is sealed');
  const none = fitOf(line({ in_time: null }), { model: 'gaussian', what: 'in_time' }, [0, 8]);
  assert.doesNotMatch(csvOf(line(), null, originOf(line(), { fitted: none }), { fitted: none }), /fit/);
});

test('what is sealed is called so in a file, and is not in it', () => {
  const sealed = line({ sealed: { what: 'all', box: [] }, in_time: { counts: null, inside: null, exposure_s: 2 } });
  const text = csvOf(sealed, null, originOf(sealed, {}));
  assert.ok(!/residual|in_time,|in_time_outside/.test(text));
  const box = line({ sealed: { what: 'box', box: [] } });
  assert.match(csvOf(box, null, []), /in_time_outside_box/);
  assert.doesNotMatch(csvOf(box, null, []), /residual/);
});

test('ranges and errors in words', () => {
  assert.equal(rangeTitle('run'), 'whole run');
  assert.equal(rangeTitle('spills:3600'), 'last 3\u202f600 spills');
  assert.equal(rangeInWords(null), null);
  assert.match(rangeInWords({ name: 'hour', spills: 40, begin_utc_s: null }), /^last hour: 40 spills, all of the run$/);
  assert.match(rangeInWords({ name: 'spills:600', spills: 590, begin_utc_s: 1732000000 }), /590 spills since 07:06:40 UTC/);
  assert.match(rangeInWords({ name: 'reset', spills: 59, begin_utc_s: 1732000000, person: 'A. Shift' }), /^since the reset: 59 spills since 07:06:40 UTC, reset by A. Shift$/);
  assert.match(rangeInWords({ name: 'reset', spills: 59, begin_utc_s: null, person: null }), /^since the reset: 59 spills, all of the run; nobody has reset it$/);
  assert.equal(rangeInName(null), '');
  assert.equal(rangeInName({ name: 'spills:3600' }), 'last-3-600-spills-');
  assert.equal(withError({ value: 123.456, sigma: 12.3 }), '123 ± 12');
  assert.equal(withError({ value: -1.2345, sigma: 0.0234 }), '−1.234 ± 0.023');
  assert.equal(withError({ value: 1.234e-17, sigma: 2.3e-18 }), '(1.23 ± 0.23)·10⁻¹⁷');
  assert.equal(withError({ value: null, sigma: 1 }), '–');
});

test('a map is compared with the reference by POT, in counts and in standard deviations of Li and Ma', () => {
  const live = map();
  const past = { ...map(), live_pot: { measured: 8e18, estimated: 0 }, in_time: { counts: [2, 2, 6, 0, 40, 60], exposure_s: 4 } };
  live.live_pot = { measured: 4e18, estimated: 0 };
  const overlay = overlaid(live, past);
  assert.equal(overlay.factor, 0.5);
  const { reference, difference, sigmas, significance } = compared(live, overlay, 'in_time');
  const c = live.in_time.counts;
  assert.deepEqual([...reference], [1, 1, 3, 0, 20, 30]);
  assert.deepEqual([...difference], [...reference].map((value, bin) => c[bin] - value));
  near(sigmas[4], Math.sqrt(c[4] + 0.25 * 40));
  for (let bin = 0; bin < 6; ++bin) near(significance[bin], liMa(c[bin], past.in_time.counts[bin], 0.5));
  const all = inAll(live, null, { difference, sigmas });
  near(all.difference, 66 - 55);
  near(all.sigma, Math.sqrt(66 + 0.25 * 110));
  const { difference: part } = inAll(live, { x: [0, 0], y: [1, 3] }, { difference, sigmas });
  near(part, [1, 2, 4, 5].reduce((sum, bin) => sum + difference[bin], 0));
});

test('Li and Ma’s significance: for many counts the difference over its error, for none nothing, signed', () => {
  near(liMa(140, 100, 1), 2.5882, 1e-3); // √(2 · (140·ln(280/240) + 100·ln(200/240)))
  assert.equal(liMa(50, 100, 0.5), 0);
  near(liMa(0, 10, 0.5), -Math.sqrt(20 * Math.log(1.5)), 1e-12);
  near(liMa(10, 0, 0.5), Math.sqrt(20 * Math.log(3)), 1e-12);
  assert.ok(Number.isNaN(liMa(0, 0, 0.5)));
  const [n, m, f] = [1.02e6, 2e6, 0.5];
  near(liMa(n, m, f) / ((n - f * m) / Math.sqrt(n + f * f * m)), 1, 0.02);
});

test('what is sealed in the live map or withheld of the reference is not compared', () => {
  const live = map();
  const overlay = (reference) => overlaid(live, reference);
  assert.equal(compared(live, overlay({ ...map(), in_time: { counts: null, exposure_s: 2 } }), 'in_time'), null);
  assert.equal(compared({ ...live, in_time: { counts: null, exposure_s: 2 }, sealed: { what: 'all', box: [] } }, overlay(map()), 'in_time'), null);
  assert.equal(compared({ ...live, sealed: { what: 'box', box: [] } }, overlay(map()), 'residual'), null);
  assert.equal(compared(live, overlay({ ...map(), sealed: { what: 'box', box: [] } }), 'residual'), null);
  assert.equal(compared(live, null, 'in_time'), null);
  assert.equal(compared(live, overlay(map()), 'free'), null);
});
