import assert from 'node:assert/strict';
import test from 'node:test';
import { chosenOf, eventsWith, limitOf, mayBeAcknowledged, soundOf, valueOf } from '../../../online/console/src/lib/alarms.js';
import { correctionsOf, detailOf, queryOf, searchOf } from '../../../online/console/src/lib/entries.js';
import { fitted } from '../../../online/console/src/lib/pasted.js';
import * as runs from '../../../online/console/src/lib/runs.js';

const plain = (text) => text.replaceAll('\u202f', ' ');
const alarm = (id, state, severity = 'alarm') => ({ id, state, severity, series: `slow.${id}`, help: 'Call the expert', comment: null, person: null });

test('alarms stand in the order in which they need somebody, and are found by any of their words', () => {
  const all = [alarm('a', 'normal'), alarm('b', 'acknowledged'), alarm('c', 'unacknowledged', 'warn'), alarm('d', 'unacknowledged'), alarm('e', 'returned'), alarm('f', 'shelved')];
  assert.deepEqual(chosenOf(all, {}).map(({ id }) => id), ['d', 'c', 'e', 'b', 'f', 'a']);
  assert.deepEqual(chosenOf(all, { show: 'standing', text: 'EXPERT' }).map(({ id }) => id), ['d', 'c', 'e', 'b', 'f']);
  assert.deepEqual(chosenOf(all, { text: 'slow.f' }).map(({ id }) => id), ['f']);
  assert.deepEqual(all.filter(mayBeAcknowledged).map(({ id }) => id), ['c', 'd', 'e']);
});

test('what is unacknowledged is heard, the gravest first, unless its rule is silent', () => {
  assert.equal(soundOf([]), null);
  assert.equal(soundOf([alarm('a', 'acknowledged'), alarm('b', 'returned'), alarm('c', 'shelved')]), null);
  assert.equal(soundOf([alarm('a', 'unacknowledged', 'warn')]), 'warn');
  assert.equal(soundOf([alarm('a', 'unacknowledged', 'warn'), alarm('b', 'unacknowledged')]), 'alarm');
  assert.equal(soundOf([alarm('a', 'unacknowledged', 'warn'), { ...alarm('b', 'unacknowledged'), sound: false }]), 'warn');
});

test('an alarm’s value has its unit, or is not known', () => {
  assert.equal(plain(valueOf({ value: 1320, unit: 'V' })), '1320 V');
  assert.equal(valueOf({ value: null, unit: 'V' }), 'not known');
  assert.equal(plain(limitOf({ limit: 'below 10737418240 B' })), 'below 10.7 GB');
  assert.equal(limitOf({ limit: 'above 1300 V' }), 'above 1300 V');
});

test('changes of alarms are found by state, person and comment', () => {
  const events = [{ id: 'hv', series: 's', state: 'acknowledged', person: 'A. Shift', comment: 'called' }, { id: 'hv', series: 's', state: 'returned', person: null, comment: null }];
  assert.equal(eventsWith(events, 'shift').length, 1);
  assert.equal(eventsWith(events, 'RETURNED').length, 1);
  assert.equal(eventsWith(events, '').length, 2);
});

test('the address of the logbook is its search, and what makes no sense in it is nothing', () => {
  const search = { text: 'HV & veto=1', kind: 'person', run: 12 };
  assert.deepEqual(searchOf(detailOf(search)), search);
  assert.deepEqual(searchOf('kind=wish&run=-3'), { text: '', kind: '', run: null });
  assert.equal(queryOf({ text: ' ', kind: '', run: null }, null, 50), 'limit=50');
  assert.equal(queryOf({ text: 'a b', kind: '', run: 7 }, 31, 50), 'text=a+b&run=7&before=31&limit=50');
});

test('an entry knows all that correct it', () => {
  const found = correctionsOf([{ id: 9, corrects: 4 }, { id: 8, corrects: 4 }, { id: 7, corrects: null }]);
  assert.deepEqual(found.get(4), [9, 8]);
  assert.equal(found.has(7), false);
});

test('a picture that is too large is made smaller in its proportion, never larger', () => {
  assert.deepEqual(fitted(640, 480), [640, 480]);
  assert.deepEqual(fitted(8192, 2048), [4096, 1024]);
  assert.deepEqual(fitted(10_000, 1), [4096, 1]);
});

test('what a run lost is said by name, and is not known without a ledger', () => {
  const ledger = { truncated: 2, mark_missed: 9, lost_buffer_full: 0, lost_device: 5, lost_corrupt: 0, lost_disk: 0, paused: 100 };
  assert.deepEqual(runs.lossesOf(ledger).map(({ value }) => value), [2, 5]);
  assert.equal(runs.lostOf(ledger), 7);
  assert.equal(runs.lostOf(null), null);
  const status = { run: { number: 3, phase: 'following' }, ledger };
  assert.equal(runs.ledgerSoFar({ run: 3, ledger: null }, status), ledger);
  assert.equal(runs.ledgerSoFar({ run: 2, ledger: null }, status), null);
  const listed = { slots: 100 };
  assert.equal(runs.ledgerSoFar({ run: 3, ledger: listed, so_far: true }, status), ledger, 'the status is newer');
  assert.equal(runs.ledgerSoFar({ run: 2, ledger: listed, so_far: true }, status), listed);
  assert.equal(runs.ledgerSoFar({ run: 3, ledger: listed, so_far: false }, status), listed, 'it has ended');
});

test('a run\'s note is told without who wrote its lines and when', () => {
  const note = 'first beam\nHV (ch 3) lowered (A. Person, 2026-11-29 02:15:40 UTC)\nquiet (2026-11-29 03:00:00 UTC)\nat 02:15 UTC (by hand)';
  assert.deepEqual(runs.noteLines(note), ['first beam', 'HV (ch 3) lowered', 'quiet', 'at 02:15 UTC (by hand)']);
  assert.deepEqual(runs.noteLines(undefined), ['']);
});

test('an aborted run has no known length', () => {
  assert.equal(runs.lastedOf({ state: 'running', start_utc_s: 10, stop_utc_s: null }, 25), 15);
  assert.equal(runs.lastedOf({ state: 'aborted', start_utc_s: 10, stop_utc_s: null }, 25), null);
  assert.equal(runs.lastedOf({ state: 'ended', start_utc_s: 10, stop_utc_s: 70 }, 99), 60);
  assert.equal(runs.verdictOf(null).words, 'not judged');
  const ended = { state: 'ended', stop_utc_s: 100, verdict: null };
  assert.equal(runs.awaitsVerdict(ended, 110), true);
  assert.equal(runs.awaitsVerdict({ ...ended, verdict: 'good' }, 110), false);
  assert.equal(runs.awaitsVerdict(ended, 200), false);
  assert.equal(runs.awaitsVerdict({ ...ended, state: 'running', stop_utc_s: null }, 110), false);
  assert.equal(runs.runOf('12'), 12);
  assert.equal(runs.runOf('text=12'), null);
});
