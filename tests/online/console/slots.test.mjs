import assert from 'node:assert/strict';
import test from 'node:test';
import { charge, isOdd, joinedSlots, troubles } from '../../../online/console/src/lib/slots.js';

const plain = (text) => text.replaceAll('\u202f', ' ');
const slot = (state, ...qualities) => [80, 47_800, 23.3, state, qualities];

test('a simulated slot is not odd for that alone', () => {
  assert.equal(isOdd(slot('measured', 'simulated')), false);
  assert.equal(isOdd(slot('measured')), false);
  assert.equal(isOdd([80, null, null, 'measured']), false);
  assert.deepEqual(troubles(slot('measured', 'no-beam', 'simulated')), ['no-beam']);
  assert.equal(isOdd(slot('measured', 'no-beam', 'simulated')), true);
  assert.equal(isOdd(slot('missing', 'simulated')), true);
});

test('charges are said in the unit that suits them, and no charge is no number', () => {
  assert.equal(plain(charge(23.3)), '23.30 μC');
  assert.equal(plain(charge(467_500)), '467.50 mC');
  assert.equal(plain(charge(2e6, 0)), '2 C');
  assert.equal(plain(charge(0)), '0.00 μC');
  assert.doesNotMatch(charge(null), /\d/);
});

test('slots are joined in their order, the newest word of each counts, and another run begins anew', () => {
  const one = (number, charge = 20) => [number, 0, charge, 'measured', []];
  const first = joinedSlots(null, { run: 7, slots: [one(0), one(1), one(3)] });
  assert.deepEqual(first.slots.map(([number]) => number), [0, 1, 3]);
  const next = joinedSlots(first, { run: 7, slots: [one(4)] });
  assert.deepEqual(next.slots.map(([number]) => number), [0, 1, 3, 4]);
  const late = joinedSlots(next, { run: 7, slots: [one(2), one(4, 30)] });
  assert.deepEqual(late.slots.map(([number, , charge]) => [number, charge]), [[0, 20], [1, 20], [2, 20], [3, 20], [4, 30]]);
  assert.deepEqual(joinedSlots(late, late), late, 'the same again, as after a new connection');
  assert.deepEqual(joinedSlots(late, { run: 8, slots: [one(0)] }), { run: 8, slots: [one(0)] });
  const many = joinedSlots(late, { run: 7, slots: Array.from({ length: 700 }, (_, i) => one(5 + i)) });
  assert.deepEqual([many.slots.length, many.slots[0][0], many.slots.at(-1)[0]], [600, 105, 704]);
});
