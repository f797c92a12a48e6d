import assert from 'node:assert/strict';
import test from 'node:test';
import { age, count, duration, fixed, limitsInWords, NONE, percent, prefixed, scientific, significant, span } from '../../../online/console/src/lib/format.js';
import { classesOf, deadTimes, moodOfBuffer, oldnessOf, selectionsOf } from '../../../online/console/src/lib/health.js';
import { legendOf } from '../../../online/console/src/lib/legend.js';
import { joined, matching } from '../../../online/console/src/lib/lines.js';
import { allowedIn, courseOf, elapsedOf, fieldsOf, isAnswered, limitsOf, reachedOf, remainingInWords, stateOf } from '../../../online/console/src/lib/run.js';
import { countRange, divisionsOn, residualRange, roomy, shade, steady, ticks } from '../../../online/console/src/plots/scale.js';

const plain = (text) => text.replaceAll('\u202f', ' ');

test('what is not known is a dash, never zero', () => {
  for (const words of [fixed, count, scientific, duration, age, percent, span, significant]) {
    assert.equal(words(null), NONE);
    assert.equal(words(undefined), NONE);
    assert.equal(words(Number.NaN), NONE);
  }
  assert.equal(prefixed(null, 'B'), NONE);
});

test('numbers have units and readable sizes', () => {
  assert.equal(plain(fixed(0, 1, 'μs')), '0.0 μs');
  assert.equal(plain(prefixed(1.2e12, 'B')), '1.2 TB');
  assert.equal(plain(scientific(1.2e18)), '1.200 × 10¹⁸');
  assert.equal(plain(span(7200)), '2.0 h');
  assert.equal(plain(percent(0.0123)), '1.23 %');
  assert.equal(significant(1285.34), '1285');
});

test("a form's limits become the request's, and empty fields no limits", () => {
  assert.deepEqual(limitsOf({ minutes: '', spills: '', protons: '', gigabytes: '' }), {});
  assert.deepEqual(limitsOf({ minutes: '1.5', spills: '600', protons: '1e18', gigabytes: 2 }), { seconds: 90, spills: 600, protons: 1e18, bytes: 2e9 });
  assert.deepEqual(limitsOf({ minutes: '-3', spills: '0', protons: 'many', gigabytes: '' }), {});
  assert.equal(plain(limitsInWords({ seconds: 3600, spills: 600 })), '01:00:00, 600 spills');
  assert.equal(limitsInWords(null), '');
});

test('limits come back into the form as they were', () => {
  assert.deepEqual(fieldsOf(null), { minutes: '', spills: '', protons: '', gigabytes: '' });
  const limits = { seconds: 5400, spills: 600, protons: 1.5e18, bytes: 2_500_000_000 };
  assert.deepEqual(fieldsOf(limits), { minutes: '90', spills: '600', protons: '1.5e+18', gigabytes: '2.5' });
  assert.deepEqual(limitsOf(fieldsOf(limits)), limits);
  const odd = limitsOf(fieldsOf({ seconds: 3601, spills: null, protons: null, bytes: null }));
  assert.deepEqual(Object.keys(odd), ['seconds']);
  assert.ok(Math.abs(odd.seconds - 3601) < 1e-9);
});

test('what remains of a run is judged by what all its daemons have, and what is not known is a dash', () => {
  const lead = { status: { run: 7, elapsed_s: 60, bytes_written: 1e9 } };
  const daemons = [lead, { status: { run: 7, bytes_written: 5e8 } }, { status: { run: 6, bytes_written: 9e9 } }, { status: null }];
  const course = courseOf({ run: { number: 7 }, ledger: { spills: 100, pot_delivered: 1e18 }, daemons }, lead);
  assert.deepEqual(course, { seconds: 60, spills: 100, protons: 1e18, bytes: 1.5e9 });
  const limits = { seconds: 90, spills: 90, protons: null, bytes: 2e9 };
  assert.equal(plain(remainingInWords(limits, course)), '00:00:30, 0 spills, 500.0 MB');
  assert.deepEqual(reachedOf(limits, course), { spills: 90 });
  assert.equal(reachedOf({ seconds: 90 }, course), null);
  // Of another run than the lead's nothing is known.
  const other = courseOf({ run: { number: 6 }, ledger: { spills: 100, pot_delivered: 1e18 }, daemons }, lead);
  assert.equal(plain(remainingInWords(limits, other)), '00:00:30, –, 500.0 MB');
  assert.equal(reachedOf({ spills: 90 }, other), null);
});

test('the state is the daemon’s, and unheard it is not running', () => {
  assert.equal(stateOf({ connected: false, status: { state: 'running' } }), 'no-daemon');
  assert.equal(stateOf({ connected: true, status: { state: 'paused' } }), 'paused');
  assert.deepEqual(allowedIn('fault'), ['reset']);
  assert.deepEqual(allowedIn('stopping'), []);
  for (const state of ['preparing', 'starting', 'pausing', 'resuming']) assert.deepEqual(allowedIn(state), ['stop'], 'what hangs can be ended');
  const asked = { action: 'start', from: 'configured', run: 7 };
  assert.equal(isAnswered(asked, 'configured', 7), false);
  assert.equal(isAnswered(asked, 'running', 8), true);
  assert.equal(isAnswered(asked, 'configured', 8), true, 'a run that was over before anybody saw it');
});

test('a run’s time goes on while it is followed, and stands when it has ended', () => {
  assert.equal(elapsedOf({ phase: 'following', start_utc_s: 10 }, 25_000), 15);
  assert.equal(elapsedOf({ phase: 'closed', start_utc_s: 10, stop_utc_s: 70 }, 99_000), 60);
  assert.equal(elapsedOf({ phase: 'none' }, 1), null);
});

const line = (number, text, level = 'info', source = 'daq', utc_s = number) => ({ number, source, utc_s, level, kind: 'run', text });

test('log lines are taken once, and a gap in their numbers is named', () => {
  const first = joined([], [line(1, 'a'), line(2, 'b')]);
  assert.equal(joined(first, [line(2, 'b'), line(1, 'a')]), first);
  const next = joined(first, [line(2, 'b'), line(6, 'c')]);
  assert.equal(next.length, 3);
  assert.equal(next[2].gap, 3);
});

test('a daemon that was restarted counts from 1 again, without a gap', () => {
  const next = joined([line(40, 'old')], [line(1, 'new', 'info', 'daq', 50)]);
  assert.deepEqual(next.map(({ text, gap }) => [text, gap]), [['old', undefined], ['new', undefined]]);
});

test('lines are filtered by level and by text in source, kind or words', () => {
  const lines = [line(1, 'run started'), line(2, 'disk nearly full', 'warn'), line(3, 'lost', 'error', 'online')];
  assert.deepEqual(matching(lines, { level: 'warn' }).map(({ number }) => number), [2, 3]);
  assert.deepEqual(matching(lines, { text: 'ONLINE' }).map(({ number }) => number), [3]);
});

test('selections are told apart by name, and by their spectra where one name has several', () => {
  const one = (selection, ...spectra) => ({ selection, spectra, live_s: { in_time: 1, no_beam: null } });
  const labels = (...selections) => selectionsOf({ selections }).map(({ label }) => label);
  assert.deepEqual(labels(one('cevns', 'pe', 't_rec'), one('muon', 'veto')), ['cevns', 'muon']);
  assert.deepEqual(labels(one('cevns', 'pe'), one('cevns', 'veto', 'pe_veto')), ['cevns (pe)', 'cevns (veto, pe_veto)']);
  assert.deepEqual(classesOf({ selections: [one('cevns', 'pe')] }), ['in_time', 'no_beam']);
  assert.deepEqual(selectionsOf(null), []);
  assert.deepEqual(classesOf({}), []);
});

test('what a daemon said is as old as its silence, and what the server said as old as the connection', () => {
  assert.equal(oldnessOf({ connected: true, age_s: 0.4 }), null);
  assert.equal(oldnessOf({ connected: false, age_s: 12 }), 12);
  assert.equal(oldnessOf({ connected: false, age_s: null }), Infinity);
  assert.equal(oldnessOf({ connected: true, age_s: 0.4 }, 7), 7);
  assert.equal(oldnessOf({ connected: false, age_s: 12 }, 7), 19);
});

test('dead time is a share of live and dead, and not known without either', () => {
  const [c, free] = deadTimes({ live_s: { in_time: 99, free: null }, dead_s: { in_time: 1, free: null } });
  assert.equal(c.share, 0.01);
  assert.equal(free.share, null);
  assert.deepEqual(deadTimes(null), []);
});

test('a buffer that dropped something is bad, however empty it is now; from 80 % on it is a warning, as of the light', () => {
  assert.equal(moodOfBuffer({ used: 0, capacity: 10, dropped: 1 }), 'bad');
  assert.equal(moodOfBuffer({ used: 10, capacity: 10, dropped: 0 }), 'warn');
  assert.equal(moodOfBuffer({ used: 8, capacity: 10, dropped: 0 }), 'warn');
  assert.equal(moodOfBuffer({ used: 7, capacity: 10, dropped: 0 }), 'good');
  assert.equal(moodOfBuffer({ used: 1, capacity: 10, dropped: 0 }), 'good');
  assert.equal(moodOfBuffer({ used: 1, capacity: 0, dropped: 0 }), 'unknown');
});

test('a legend tells data, no data and sealed apart', () => {
  const kind = { inside: 3, counts: [3] };
  const states = (spectrum) => Object.fromEntries(legendOf(spectrum, 1).map(({ kind: name, state }) => [name, state]));
  assert.deepEqual(states({ in_time: kind, anti_coincident: kind, alpha: { value: 1, sigma: 0 } }), { in_time: 'data', anti_coincident: 'data', residual: 'data' });
  assert.deepEqual(states({ in_time: kind, anti_coincident: null }), { in_time: 'data', anti_coincident: 'no-data', residual: 'no-data' });
  const sealed = { in_time: kind, anti_coincident: kind, alpha: { value: 1, sigma: 0 }, sealed: { box: [] } };
  assert.equal(states(sealed).residual, 'sealed');
});

test('a legend has the sign that AC is drawn with: an area if it is scaled, else points', () => {
  const signOf = (spectrum, dimensions) => legendOf(spectrum, dimensions).find(({ kind }) => kind === 'anti_coincident').sign;
  const known = { in_time: { inside: 3 }, anti_coincident: { inside: 3 } };
  assert.equal(signOf({ ...known, alpha: { value: 1, sigma: 0 } }, 1), '▄');
  assert.equal(signOf({ ...known, alpha: null }, 1), '●');
});

test('axes have room, and the same for a little more', () => {
  assert.equal(roomy(7.3), 8);
  assert.equal(roomy(1000), 1000);
  assert.deepEqual(countRange(0, false), { min: 0, max: 1.2 });
  assert.equal(countRange(90, false).max, countRange(87, false).max);
  assert.deepEqual(residualRange(-8, 30), { min: -10, max: 40 });
  assert.ok(countRange(0, true).min > 0);

  const residuals = residualRange(-8, 30);
  assert.equal(steady(residuals, residualRange(-6, 26)), residuals, 'what fluctuates does not move the axis');
  assert.deepEqual(steady(residuals, residualRange(-8, 37)), { min: -10, max: 60 }, 'what grows gets room');
  assert.deepEqual(steady(residuals, residualRange(-30, 30)), { min: -50, max: 40 });
  assert.deepEqual(steady(residuals, residualRange(-1, 3)), residualRange(-1, 3), 'a new run begins small');
  assert.deepEqual(steady(countRange(50, false), countRange(50, true)), countRange(50, true), 'logarithmic');
  assert.deepEqual(steady(countRange(50, true), countRange(50, false)), countRange(50, false));
});

test('colours go from the lowest to the highest step, zero of a residual is the middle one', () => {
  const of = shade({ min: -10, max: 10 }, 21, false);
  assert.deepEqual([of(-10), of(0), of(10)], [0, 10, 20]);
  const log = shade({ min: 0, max: 1000 }, 21, true);
  assert.equal(log(0), 0);
  assert.equal(log(1000), 20);
  assert.ok(log(1) < log(10));
});

test('a colour bar of counts has no ticks between two counts', () => {
  assert.deepEqual(ticks({ min: 0, max: 2 }, 5, false, true), [0, 1, 2]);
  assert.deepEqual(ticks({ min: -10, max: 10 }, 5, false), [-8, -4, 0, 4, 8]);
  assert.deepEqual(ticks({ min: 0, max: 100 }, 5, true), [1, 10, 100]);
});

test('an axis has as many divisions as leave its labels apart', () => {
  const range = { min: -1.5, max: 15 };
  assert.equal(divisionsOn(120, range, 12, 3), 3); // 0, 5, 10, 15
  assert.equal(divisionsOn(44, range, 16, 3), 2); // 0, 10
  assert.equal(divisionsOn(20, range, 16, 3), 1);
  assert.equal(divisionsOn(20, { min: -1.5e-7, max: 1.5e-6 }, 16, 3), 1);
  assert.equal(divisionsOn(5, range, 16, 3), 1); // there is one at least
  assert.equal(divisionsOn(Infinity, range, 16, 6), 6);
});
