import assert from 'node:assert/strict';
import test from 'node:test';
import { Pace } from '../../../online/console/src/plots/pace.js';

// A clock that goes on when told; frames and paintings happen at once, in order.
class Clock {
  time = 0;
  waiting = [];
  now = () => this.time;
  later = (callback, ms) => {
    this.waiting.push({ callback, at: this.time + ms });
    return 1;
  };
  frame = (callback) => this.later(callback, 0);
  painted = (callback) => this.later(callback, 0);

  run(until) {
    for (;;) {
      this.waiting.sort((one, other) => one.at - other.at);
      if (this.waiting.length === 0 || this.waiting[0].at > until) break;
      const { callback, at } = this.waiting.shift();
      this.time = Math.max(this.time, at);
      callback();
    }
    this.time = until;
  }
}

function begun() {
  const clock = new Clock();
  return { clock, pace: new Pace(clock), drawn: [] };
}

test('what waits is drawn together, and of one pad only the newest', () => {
  const { clock, pace, drawn } = begun();
  pace.ask('a', () => drawn.push('a old'));
  pace.ask('b', () => drawn.push('b'));
  pace.ask('a', () => drawn.push('a new'));
  clock.run(1);
  assert.deepEqual(drawn, ['a new', 'b']);
});

test('the second round begins with the first data after one period', () => {
  const { clock, pace, drawn } = begun();
  for (const at of [0, 50, 79, 90, 130]) {
    clock.run(at);
    pace.ask('a', () => drawn.push([at, clock.time]));
  }
  clock.run(131);
  assert.deepEqual(drawn, [
    [0, 0],
    [90, 90],
  ]);
});

test('what waits is drawn soon after one period also if nothing newer comes', () => {
  const { clock, pace, drawn } = begun();
  pace.ask('a', () => drawn.push(clock.time));
  clock.run(10);
  pace.ask('a', () => drawn.push(clock.time));
  clock.run(99);
  assert.deepEqual(drawn, [0]);
  clock.run(1000);
  assert.deepEqual(drawn, [0, 100]);
});

test('of ten snapshots a second each is drawn, also if they come up to a fifth of a period early or late', () => {
  const { clock, pace } = begun();
  const waited = [];
  for (let i = 0; i < 100; ++i) {
    clock.run(100 * i + [0, 20, -20, 0, 15, -15][i % 6] + 20);
    const came = clock.time;
    pace.ask('a', () => waited.push(clock.time - came));
  }
  clock.run(clock.time + 500);
  assert.equal(waited.length, 100);
  assert.ok(Math.max(...waited) <= 40, `${Math.max(...waited)} ms`);
});

test('what is forgotten is not drawn', () => {
  const { clock, pace, drawn } = begun();
  pace.ask('a', () => drawn.push('a'));
  pace.ask('b', () => drawn.push('b'));
  pace.forget('a');
  clock.run(1);
  assert.deepEqual(drawn, ['b']);
});

test('a round that is too long for one frame goes on in the next, and everything is drawn', () => {
  const { clock, pace, drawn } = begun();
  for (let pad = 0; pad < 10; ++pad) {
    pace.ask(pad, () => {
      clock.time += 9;
      drawn.push(pad);
    });
  }
  clock.run(500);
  assert.deepEqual(drawn, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('dear rounds lengthen the period, and cheap ones shorten it again', () => {
  const { clock, pace } = begun();
  const rounds = (cost, times) => {
    for (let i = 0; i < times; ++i) {
      pace.ask('a', () => (clock.time += cost));
      clock.run(clock.time + 2000);
    }
  };
  rounds(100, 40);
  assert.ok(pace.period > 400 && pace.period <= 500, `${pace.period} ms`);
  assert.ok(pace.rate < 4);
  rounds(1, 60);
  assert.ok(pace.period < 90, `${pace.period} ms`);
});

test('texts change about once a second', () => {
  const { clock, pace } = begun();
  let spoken = 0;
  for (let i = 0; i < 100; ++i) {
    pace.ask('a', () => (spoken += pace.speaks ? 1 : 0));
    clock.run(clock.time + 100);
  }
  assert.ok(spoken >= 9 && spoken <= 11, `${spoken} in ten seconds`);
});
