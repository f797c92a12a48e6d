import assert from 'node:assert/strict';
import test from 'node:test';
import { between, isPart, movedBy, pinched, scaledBy, valueAt, zoomOfKey } from '../../../online/console/src/lib/zoom.js';

const axis = (range, whole = [0, 100], more = {}) => ({ range, whole, log: false, bins: 50, ...more });
const near = (values, expected) => values.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-9 * Math.max(1, Math.abs(expected[i])), `${values}, not ${expected}`));

test('a part of an axis is about its middle, stays on the axis, and is no less than a bin', () => {
  near(scaledBy(axis([0, 100]), 0.5), [25, 75]);
  near(scaledBy(axis([40, 60]), 2), [30, 70]);
  near(scaledBy(axis([0, 20]), 2), [0, 40]);
  near(scaledBy(axis([40, 42]), 0.5), [40, 42]);
  assert.deepEqual(scaledBy(axis([20, 80]), 2), [0, 0], 'whole');
  near(movedBy(axis([20, 40]), 0.25), [25, 45]);
  near(movedBy(axis([90, 100]), 0.25), [90, 100]);
  near(between(axis([20, 40]), -0.5, 1.5), [10, 50]);
  assert.equal(isPart(axis([0, 100])), false);
  assert.equal(isPart(axis([0, 99])), true);
});

test('on a logarithmic axis the same holds of decades', () => {
  const counts = axis([1, 10_000], [1, 10_000], { log: true, bins: undefined });
  near([valueAt(counts, 0.5)], [100]);
  near(scaledBy(counts, 0.5), [10, 1000]);
});

test('keys go closer and farther, along an axis that is zoomed, and back to the whole', () => {
  const view = { x: axis([0, 100]), y: axis([0, 10], [0, 10], { bins: undefined }) };
  const key = (name, flat = true, shiftKey = false, of = view) => zoomOfKey({ key: name, shiftKey }, of, flat);
  assert.deepEqual(key('+'), { x: [25, 75], y: [0, 0] });
  assert.deepEqual(key('+', false), { x: [25, 75], y: [2.5, 7.5] });
  assert.deepEqual(key('ArrowUp', true, true), { x: [0, 0], y: [2.5, 7.5] });
  assert.equal(key('ArrowRight'), undefined, 'the page scrolls');
  assert.equal(key('0'), null);
  assert.equal(key('x'), undefined);
  const part = { x: axis([20, 40]), y: view.y };
  assert.deepEqual(key('ArrowRight', true, false, part), { x: [25, 45], y: [0, 0] });
  assert.deepEqual(key('ArrowLeft', true, true, part), { x: [10, 50], y: [0, 0] });
  assert.deepEqual(key('ArrowUp', true, true, part), { x: [20, 40], y: [2.5, 7.5] });
});

test('what lies under two fingers stays under them', () => {
  const whole = axis([0, 100]);
  const zoomed = pinched(whole, [0.4, 0.6], [0.2, 0.8]);
  near(zoomed, [100 / 3, 200 / 3]);
  near([valueAt(axis(zoomed), 0.2)], [40]);
  near([valueAt(axis(zoomed), 0.8)], [60]);
  near(pinched(axis([40, 60]), [0.2, 0.8], [0.3, 0.9]), [38, 58]);
  assert.deepEqual(pinched(whole, [0.4, 0.6], [0.45, 0.55]), [0, 0]);
  assert.deepEqual(pinched(axis([40, 60]), [0.5, 0.52], [0.5, 0.9]), [40, 60], 'one above the other');
});
