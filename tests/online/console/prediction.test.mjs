import assert from 'node:assert/strict';
import test from 'node:test';
import { onSteady } from '../../../online/console/src/plots/prediction.js';

const prediction = { values: Float64Array.of(1, 2.5, 0) };

test('a prediction stands on α·AC, where that is known', () => {
  const { values } = onSteady(prediction, { anti_coincident: { counts: [4, 0, 2] }, alpha: { value: 0.5, sigma: 0 } });
  assert.deepEqual([...values], [3, 2.5, 1]);
});

test('without AC or α it stands by itself', () => {
  assert.deepEqual([...onSteady(prediction, { anti_coincident: null, alpha: null }).values], [1, 2.5, 0]);
  assert.deepEqual([...onSteady(prediction, { anti_coincident: { counts: [4, 0, 2] }, alpha: null }).values], [1, 2.5, 0]);
});
