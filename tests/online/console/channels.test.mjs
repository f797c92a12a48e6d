import assert from 'node:assert/strict';
import test from 'node:test';
import { measured, ofExpected, whyNoSpe } from '../../../online/console/src/lib/channels.js';

test('a level has the digits that its error allows', () => {
  assert.equal(measured({ value: 15000.3149, error: 0.0213, entries: 900 }), '15000.315 ± 0.021');
  assert.equal(measured({ value: 118.27, error: 1.94, entries: 900 }), '118.3 ± 1.9');
  assert.equal(measured({ value: 118.27, error: 34, entries: 3 }), '118 ± 34');
  assert.equal(measured({ value: 2.4, error: null, entries: 1 }), '2.40');
  assert.equal(measured({ value: 100, error: 0, entries: 5 }), '100.00 ± 0.00');
  assert.equal(measured({ value: 1.23456789, error: 1e-9, entries: 5 }), '1.235 ± 0.000');
  assert.equal(measured(null), '–');
  assert.equal(measured({ value: null, error: null, entries: 0 }), '–');
});

test('an SPE gain is told of what is expected, or why it is not known', () => {
  const pmt = { spe_expected_adc: 120, spe_needs: 500 };
  const level = { value: 114, error: 2, entries: 800 };
  assert.equal(ofExpected(pmt, level), '95.0\u202f%');
  assert.equal(ofExpected({ spe_expected_adc: null }, level), '');
  assert.equal(ofExpected(pmt, null), '');
  assert.equal(whyNoSpe(pmt, { spe_adc: level, singles: 800 }), '');
  assert.equal(whyNoSpe(pmt, { spe_adc: null, singles: 12 }), 'no data: 12 of 500 pulses');
  assert.equal(whyNoSpe(pmt, { spe_adc: null, singles: 800 }), 'no data: 800 pulses do not fit');
  assert.equal(whyNoSpe({ spe_expected_adc: null, spe_needs: 500 }, { spe_adc: null, singles: 0 }), 'no PMT');
});
