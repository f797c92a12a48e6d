import assert from 'node:assert/strict';
import test from 'node:test';
import { binOf, edge, merged, residual, scaled, sealedRange } from '../../../online/console/src/lib/spectrum.js';

const axis = { variable: 'pe', label: '', unit: 'PE', bins: 4, min: 0, max: 8 };
const whole = (over = {}) => ({
  name: 'pe',
  axes: [axis],
  base: null,
  version: 7,
  in_time: { counts: [5, 0, 9, 1], inside: 15, exposure_s: 2 },
  anti_coincident: { counts: [2, 2, 4, 0], inside: 8, exposure_s: 4 },
  free: null,
  no_beam: null,
  alpha: { value: 0.5, sigma: 0.01 },
  ...over,
});

test('a full update replaces what is held, whatever its version', () => {
  const held = merged(null, whole());
  const next = merged(held, whole({ version: 3, in_time: { counts: [1, 1, 1, 1], inside: 4 } }));
  assert.deepEqual([...next.in_time.counts], [1, 1, 1, 1]);
  assert.equal(next.version, 3);
});

test('changes set bins to absolute contents, so that saying one twice does no harm', () => {
  const delta = { name: 'pe', base: 7, version: 8, in_time: { set: [1, 3, 3, 2], inside: 19, exposure_s: 2.5 } };
  const next = merged(merged(null, whole()), delta);
  assert.deepEqual([...next.in_time.counts], [5, 3, 9, 2]);
  assert.equal(next.in_time.inside, 19);
  assert.equal(next.in_time.exposure_s, 2.5);
  assert.deepEqual([...next.anti_coincident.counts], [2, 2, 4, 0]);
  assert.equal(next.version, 8);
  assert.deepEqual(next.axes, [axis]);
  assert.deepEqual([...merged(next, { ...delta, base: 8 }).in_time.counts], [5, 3, 9, 2]);
});

test('changes against another version than the one held are refused', () => {
  assert.equal(merged(null, { name: 'pe', base: 7, version: 8 }), null);
  assert.equal(merged(merged(null, whole()), { name: 'pe', base: 6, version: 8, in_time: { set: [0, 1] } }), null);
});

test('changes of a kind that is not held, or of a bin that is not there, are refused', () => {
  const held = () => merged(null, whole());
  assert.equal(merged(held(), { name: 'pe', base: 7, version: 8, free: { set: [0, 1] } }), null);
  assert.equal(merged(held(), { name: 'pe', base: 7, version: 8, in_time: { set: [4, 1] } }), null);
});

test('a kind may appear with whole counts, and go, in an update of the others', () => {
  const held = merged(null, whole({ anti_coincident: null }));
  assert.equal(held.anti_coincident, null);
  const came = merged(held, { name: 'pe', base: 7, version: 8, anti_coincident: { counts: [1, 0, 0, 0], inside: 1 } });
  assert.deepEqual([...came.anti_coincident.counts], [1, 0, 0, 0]);
  assert.equal(merged(came, { name: 'pe', base: 8, version: 9, in_time: null }).in_time, null);
});

test('a kind whose counts are sealed has none, whole or in an update, until they are said', () => {
  const sealed = { what: 'all', box: [] };
  const hidden = { counts: null, inside: null, exposure_s: 3 };
  assert.equal(merged(null, whole({ in_time: hidden, sealed })).in_time.counts, null);
  const held = merged(merged(null, whole()), { name: 'pe', base: 7, version: 8, in_time: hidden, sealed });
  assert.equal(held.in_time.counts, null);
  assert.equal(residual(held), null);
  assert.equal(merged(held, { name: 'pe', base: 8, version: 9, in_time: { set: [0, 1] } }), null);
  const open = merged(held, { name: 'pe', base: 8, version: 9, in_time: { counts: [1, 2, 3, 4] }, sealed: null });
  assert.deepEqual([...open.in_time.counts], [1, 2, 3, 4]);
});

test('random changes, one after the other, give what a full update gives', () => {
  let seed = 20260611;
  const random = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
  const truth = Array.from({ length: 60 }, () => random(50));
  let held = merged(null, whole({ in_time: { counts: truth, inside: 0 } }));
  for (let version = 8; version < 200; ++version) {
    const set = [];
    for (let k = random(6); k > 0; --k) {
      const bin = random(60);
      truth[bin] += random(3);
      set.push(bin, truth[bin]);
    }
    held = merged(held, { name: 'pe', base: version - 1, version, in_time: { set } });
    assert.deepEqual([...held.in_time.counts], truth);
  }
});

// By hand from docs: C − α·AC, variance C + α²·AC + AC²·σ_α².
test('the residual and its error are those of the formula, bin by bin', () => {
  const { values, sigmas } = residual(merged(null, whole()));
  assert.deepEqual([...values], [4, -1, 7, 1]);
  [5 + 0.25 * 2 + 4 * 1e-4, 0.25 * 2 + 4 * 1e-4, 9 + 0.25 * 4 + 16 * 1e-4, 1].forEach((variance, i) => {
    assert.ok(Math.abs(sigmas[i] - Math.sqrt(variance)) < 1e-12, `bin ${i}`);
  });
});

test('α·AC has the error of the counts and of α', () => {
  const { values, sigmas } = scaled([4], { value: 0.5, sigma: 0.1 });
  assert.equal(values[0], 2);
  assert.ok(Math.abs(sigmas[0] - Math.sqrt(0.25 * 4 + 0.16)) < 1e-12);
});

test('without exposure of both, or with the box sealed, there is no residual', () => {
  assert.equal(residual(merged(null, whole({ alpha: null }))), null);
  assert.equal(residual(merged(null, whole({ anti_coincident: null }))), null);
  assert.equal(residual(merged(null, whole({ sealed: { box: [] } }))), null);
});

test('the sealed range is the box within the axes, and everything where the box does not say', () => {
  const spectrum = whole({ sealed: { box: [{ variable: 'pe', min: 2, max: 99 }] } });
  assert.deepEqual(sealedRange(spectrum), [[2, 8]]);
  assert.deepEqual(sealedRange({ ...spectrum, sealed: { box: [] } }), [[0, 8]]);
  assert.equal(sealedRange(whole()), null);
});

test("a bin's upper edge belongs to the next bin", () => {
  assert.equal(binOf(axis, 0), 0);
  assert.equal(binOf(axis, 2), 1);
  assert.equal(binOf(axis, 7.999), 3);
  assert.equal(binOf(axis, 8), null);
  assert.equal(binOf(axis, -0.1), null);
  assert.equal(edge(axis, 4), 8);
});
