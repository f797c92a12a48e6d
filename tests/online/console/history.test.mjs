import assert from 'node:assert/strict';
import test from 'node:test';
import { boundsOf, byUnit, choiceOf, csvOf, detailOf, firstSeries, gapsIn, groupsOf, lastPoint, MOST_CURVES, pointAt, shown, shownRange, toldApart } from '../../../online/console/src/lib/history.js';

const plain = (text) => text.replaceAll('\u202f', ' ');
const level = { unit: 'mm', level_s: 10, t: [5, 15, 55, 95], mean: [1, 2, null, 3], low: [0, 2, null, 3], high: [4, 2, null, 3] };
const volts = { unit: 'V', level_s: 10, t: [15, 25], mean: [1200, 1210], low: [1200, 1200], high: [1200, 1220] };

test('the address holds range and series, and gives them back', () => {
  for (const choice of [
    { range: '8h', from: null, to: null, series: ['slow.hv', 'loss.lost-disk_per_min'] },
    { range: null, from: 1732000000, to: 1732003600, series: ['a.b'] },
    { range: 'month', from: null, to: null, series: [] },
    { range: 'day', from: null, to: null, series: ['slow.hv, left', 'slow.50%2C', 'slow.a%b', 'slow.x/y'] },
  ])
    assert.deepEqual(choiceOf(detailOf(choice)), choice);
  assert.deepEqual(choiceOf(''), { range: 'hour', from: null, to: null, series: null });
  assert.equal(choiceOf('century/a.b').range, 'hour');
  assert.equal(choiceOf('50-20/a.b').range, 'hour', 'a range that ends before it begins');
  assert.equal(choiceOf(`hour/${Array.from({ length: 40 }, (_, i) => `a.${i}`).join(',')}`).series.length, MOST_CURVES);
});

test('a range that ends now moves with the time, another does not', () => {
  assert.deepEqual(boundsOf(choiceOf('8h/a.b'), 100_000), { from: 100_000 - 28_800, to: 100_000 });
  assert.deepEqual(boundsOf(choiceOf('10-20/a.b'), 100_000), { from: 10, to: 20 });
});

test('series are grouped by their first word, and a shift’s come first', () => {
  const list = ['slow.hv', 'beam.period_us', 'beam.mark_rate_hz', 'disk.free_bytes', 'loss.lost-disk_per_min', 'loss.dropped-recorder_per_min'].map((name) => ({ name, unit: '' }));
  assert.deepEqual(groupsOf(list).map(({ name, series }) => [name, series.length]), [['beam', 2], ['disk', 1], ['loss', 2], ['slow', 1]]);
  assert.deepEqual(groupsOf(list, ' HV ').map(({ name }) => name), ['slow']);
  assert.deepEqual(firstSeries(list), ['beam.mark_rate_hz', 'loss.lost-disk_per_min', 'loss.dropped-recorder_per_min', 'disk.free_bytes']);
});

test('curves of one unit share a strip; what has no value yet has none', () => {
  const strips = byUnit(['l', 'v', 'nobody', 'k'], { l: level, v: volts, nobody: null, k: level });
  assert.deepEqual(strips.map(({ unit, curves }) => [unit, curves.map(({ name }) => name)]), [['mm', ['l', 'k']], ['V', ['v']]]);
});

test('in a gap there is no value, neither its neighbour’s nor zero', () => {
  assert.equal(pointAt(level, 6), 0);
  assert.equal(pointAt(level, 12), 1);
  assert.equal(pointAt(level, 55), null);
  assert.equal(pointAt(level, 200), null);
  assert.equal(gapsIn(level), 1);
  assert.equal(lastPoint(level), 3);
  assert.equal(lastPoint({ mean: [null] }), null);
});

test('values have their unit, and ranges are said where they can be told apart', () => {
  assert.equal(plain(shown(12.5, 'uC')), '12.5 μC');
  assert.equal(plain(shown(7.5e10, 'B')), '75.00 GB');
  assert.equal(shown(0.25, ''), '0.25');
  assert.equal(shown(null, 'V'), '–');
  assert.equal(plain(shownRange(1, 2, 'V')), '1 V … 2 V');
  assert.equal(shownRange(20.000001, 20.000002, 'Hz'), '');
});

test('CSV has a row for each time of any curve, and nothing where nothing is known', () => {
  const text = csvOf(byUnit(['a "b",c', 'v'], { 'a "b",c': level, v: volts }));
  assert.deepEqual(text.split('\n'), [
    'utc,utc_s,"a ""b"",c mean [mm]","a ""b"",c low [mm]","a ""b"",c high [mm]",v mean [V],v low [V],v high [V]',
    '1970-01-01T00:00:05.000Z,5,1,0,4,,,',
    '1970-01-01T00:00:15.000Z,15,2,2,2,1200,1200,1200',
    '1970-01-01T00:00:25.000Z,25,,,,1210,1200,1220',
    '1970-01-01T00:01:35.000Z,95,3,3,3,,,',
    '',
  ]);
});

test('numbers of an axis have as many digits as tell them apart', () => {
  assert.deepEqual(toldApart([72.42e9, 72.425e9, 72.43e9], 'B').map(plain), ['72.420 GB', '72.425 GB', '72.430 GB']);
  assert.deepEqual(toldApart([0, 1e9, 2e9], 'B').map(plain), ['0 B', '1 GB', '2 GB']);
  assert.deepEqual(toldApart([5e9, 5e9], 'B').length, 2, 'equal ones stay so');
  assert.deepEqual(toldApart([1, 2], 's').map(plain), ['1 s', '2 s']);
});
