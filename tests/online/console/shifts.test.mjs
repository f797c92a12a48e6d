import assert from 'node:assert/strict';
import test from 'node:test';
import { calibrationInWords, gapInWords, notTicked, onShift, slowLimits, tickedInWords } from '../../../online/console/src/lib/shifts.js';
import { fieldOf, secondsOf } from '../../../online/console/src/lib/utc_field.js';

const EVENING = 1_795_903_200; // 2026-11-28 22:00 UTC
const HOUR = 3600;
const call = (name, from_utc_s, to_utc_s) => ({ name, from_utc_s, to_utc_s });

test('who is on a shift, and how far its list is', () => {
  const shift = {
    people: [
      { person: 'A. Shift', to_utc_s: EVENING },
      { person: 'B. Relief', to_utc_s: null },
    ],
    lines: [{ done: true }, { done: false }, { done: false }],
  };
  assert.deepEqual(onShift(shift), ['B. Relief']);
  assert.deepEqual(onShift(null), []);
  assert.equal(notTicked(shift), 2);
  assert.equal(tickedInWords(shift), '1 of 3 lines ticked');
  assert.equal(tickedInWords({ lines: [] }), 'no checklist');
});

test('that nobody is on call is said plainly: now, from when on, or until when', () => {
  const nobody = { now: [], later: [], gap: { from_utc_s: EVENING, to_utc_s: null } };
  assert.deepEqual(gapInWords(nobody, EVENING), { mood: 'bad', text: 'Nobody is on call, and nobody is named for later.' });
  const next = { now: [], later: [call('C. Expert', EVENING + 3 * HOUR, EVENING + 9 * HOUR)], gap: { from_utc_s: EVENING, to_utc_s: EVENING + 3 * HOUR } };
  assert.deepEqual(gapInWords(next, EVENING), { mood: 'bad', text: 'Nobody is on call until 2026-11-29 01:00 UTC, then C. Expert.' });
  const ends = { now: [call('C. Expert', EVENING, EVENING + 2 * HOUR)], later: [], gap: { from_utc_s: EVENING + 2 * HOUR, to_utc_s: null } };
  assert.deepEqual(gapInWords(ends, EVENING), { mood: 'warn', text: 'From 2026-11-29 00:00 UTC on nobody is named.' });
  const hole = { ...ends, gap: { from_utc_s: EVENING + 72 * HOUR, to_utc_s: EVENING + 73 * HOUR } };
  assert.deepEqual(gapInWords(hole, EVENING), { mood: 'dim', text: 'From 2026-12-01 22:00 UTC until 2026-12-01 23:00 nobody is on call.' });
});

test('a calibration’s age is said with its warning, and what is not known is a dash', () => {
  const old = calibrationInWords({ state: 'old', reason: '9.0 days old (csi), older than 7 days', measured_utc_s: EVENING });
  assert.deepEqual(old, { mood: 'warn', sign: '▲', text: '9.0 days old (csi), older than 7 days; holds from 2026-11-28 22:00 UTC' });
  assert.deepEqual(calibrationInWords({ state: 'none', reason: 'none', measured_utc_s: null }), { mood: 'unknown', sign: '–', text: 'none' });
});

test('limits of a slow value, those that it has', () => {
  assert.deepEqual(slowLimits({ warn_below: 950, warn_above: 1050, alarm_below: null, alarm_above: 1100 }), ['▲ below 950 or above 1050', '✖ above 1100']);
  assert.deepEqual(slowLimits({ warn_below: null, warn_above: null, alarm_below: 0, alarm_above: null }), ['✖ below 0']);
  assert.deepEqual(slowLimits(null), []);
});

test('times in fields are UTC, wherever the browser is', () => {
  assert.equal(fieldOf(EVENING), '2026-11-28T22:00');
  assert.equal(secondsOf('2026-11-28T22:00'), EVENING);
  assert.ok(Number.isNaN(secondsOf('')));
});
