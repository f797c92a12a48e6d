import assert from 'node:assert/strict';
import test from 'node:test';
import { charge, isOdd, troubles } from '../../../online/console/src/lib/slots.js';

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
