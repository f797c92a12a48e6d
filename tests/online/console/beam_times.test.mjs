import assert from 'node:assert/strict';
import test from 'node:test';
import { account, beginOf } from '../../../online/console/src/lib/beam_times.js';

test('shares are of the range, and what is unknown counts neither as beam nor as lost', () => {
  const { rows, watchedS, beamShare, lostS } = account({ beam: 3000, 'beam-off': 500, 'no-timing': 500, paused: 600, 'daq-down': 1400, unknown: 1000, 'not-recorded': 3000 });
  assert.deepEqual(rows.map(({ name, share }) => [name, share]), [
    ['beam', 0.3],
    ['beam-off', 0.05],
    ['no-timing', 0.05],
    ['paused', 0.06],
    ['daq-down', 0.14],
    ['unknown', 0.1],
    ['not-recorded', 0.3],
  ]);
  assert.equal(watchedS, 4000);
  assert.equal(beamShare, 0.75);
  assert.equal(lostS, 2000);
});

test('where nobody has looked there is no share of beam, not even zero', () => {
  const nothing = account({ beam: 0, 'not-recorded': 86_400 });
  assert.equal(nothing.beamShare, null);
  assert.equal(nothing.rows.at(-1).share, 1);
  assert.equal(account({}).rows[0].share, null);
});

test('ranges end now; since the plan’s begin there is one only if it has begun', () => {
  assert.equal(beginOf('day', 1e6), 1e6 - 86_400);
  assert.equal(beginOf('week', 1e6), 1e6 - 7 * 86_400);
  assert.equal(beginOf('plan', 1e6, 4e5), 4e5);
  assert.equal(beginOf('plan', 1e6, 2e6), null);
  assert.equal(beginOf('plan', 1e6, undefined), null);
  assert.equal(beginOf('century', 1e6), null);
});
