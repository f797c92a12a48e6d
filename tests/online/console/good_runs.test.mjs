import assert from 'node:assert/strict';
import test from 'node:test';
import { blankFlag, flagInWords, flagOf, standingOf, touching, utcOf } from '../../../online/console/src/lib/good_runs.js';

const stretch = (first_run, first_slot, last_run, last_slot, note = '') => ({ first_run, first_slot, last_run, last_slot, note });
const GOOD = [stretch(3, 0, 4, null), stretch(5, 0, 5, 99, 'HV trip'), stretch(5, 200, 7, 10), stretch(8, 0, 8, 49, 'a'), stretch(8, 50, 8, null, 'b')];

test('a run is good, partly good, or not in the list, and it is said which slots are', () => {
  assert.equal(standingOf(4, GOOD).state, 'good');
  assert.deepEqual(standingOf(5, GOOD).pieces, [{ slots: 'slots up to 99', note: 'HV trip' }, { slots: 'slots from 200', note: '' }]);
  assert.equal(standingOf(5, GOOD).state, 'partly');
  assert.equal(standingOf(6, GOOD).state, 'good');
  assert.deepEqual(standingOf(7, GOOD).pieces.map(({ slots }) => slots), ['slots up to 10']);
  assert.equal(standingOf(8, GOOD).state, 'good'); // two stretches, for two reasons, without a gap
  assert.equal(standingOf(9, GOOD).state, 'out');
  assert.equal(standingOf(9, undefined), null);
});

test('a flag is sent when it is complete, with what was filled in alone', () => {
  const filled = { good: 'bad', first_run: 12, last_run: '', first_slot: 0, last_slot: null, reason: ' HV trip ' };
  assert.deepEqual(flagOf(filled), { good: false, first_run: 12, first_slot: 0, reason: 'HV trip' });
  assert.equal(flagOf({ ...filled, reason: ' ' }), null);
  assert.equal(flagOf({ ...filled, good: '' }), null);
  assert.equal(flagOf({ ...filled, first_run: '' }), null);
  assert.equal(flagInWords(flagOf(filled)), '○ not good: run 12, slots 0 to the end: HV trip');
  assert.equal(flagInWords({ good: true, first_run: 12, last_run: 14, reason: 'stable' }), '● good: runs 12 to 14: stable');
});

test('a flag by UTC is of all runs if both ends are there, and of a run it may be open', () => {
  const filled = { ...blankFlag(), good: 'bad', by: 'utc', first_slot: 3, begin: '2026-11-28T22:00', end: '2026-11-28T22:05:30', reason: 'HV trip' };
  const [begin_utc_s, end_utc_s] = [1_795_903_200, 1_795_903_530];
  assert.deepEqual(flagOf(filled), { good: false, begin_utc_s, end_utc_s, reason: 'HV trip' });
  assert.equal(flagInWords(flagOf(filled)), '○ not good: all runs, 2026-11-28 22:00:00 to 2026-11-28 22:05:30 UTC: HV trip');
  assert.equal(flagOf({ ...filled, end: '' }), null);
  assert.equal(flagOf({ ...filled, end: filled.begin }), null);
  const ofRun = { ...filled, first_run: 12, last_run: 12, end: '' };
  assert.deepEqual(flagOf(ofRun), { good: false, first_run: 12, last_run: 12, begin_utc_s, reason: 'HV trip' });
  assert.equal(flagInWords(flagOf(ofRun)), '○ not good: run 12, 2026-11-28 22:00:00 to the end UTC: HV trip');
  assert.equal(flagOf({ ...ofRun, begin: '' }), null);
  assert.deepEqual(utcOf({ ...ofRun, good: '', reason: '' }), { first_run: 12, last_run: 12, begin_utc_s }); // to be looked up before it is complete
  assert.equal(utcOf({ ...ofRun, by: 'slots' }), null);
});

test('of the versions those are found that changed a run', () => {
  const versions = [{ version: 2, added: [], removed: [stretch(5, 100, 5, 199)] }, { version: 1, added: [stretch(3, 0, 7, 10)], removed: [] }];
  assert.deepEqual(touching(5, versions).map(({ version }) => version), [2, 1]);
  assert.deepEqual(touching(4, versions).map(({ version }) => version), [1]);
});
