// When pads are drawn. Everything that waits is drawn together, in one animation frame per round: what a round costs is mostly
// the browser's own work per frame. A round begins with the first data that come when a period is over, which is less than the time
// between two snapshots (online.snapshot_hz): each is drawn when it comes. Data that came too early for their round wait for its time and
// a little longer, so that they are not drawn just before newer ones come. Where rounds are dear the period grows: drawing takes at most
// a fifth of this page's time, and what the browser does beside it in its other threads about half of that once more.

export const TEXT_PERIOD_MS = 1000;
const PERIOD_MS = 80;
const SLOWEST_MS = 1000;
const PATIENCE_MS = 20; // for data that are newer than those that wait
const SHARE = 5;
const BUDGET_MS = 40; // per frame; what is left over comes first in the next

export class Pace {
  #waiting = new Map(); // pad → drawing, oldest first
  #clock;
  #begun = -Infinity;
  #timer = null;
  #round = null;
  #spoke = -Infinity;
  period = PERIOD_MS;
  speaks = false; // whether texts change in this round

  // clock: { now, later(callback, ms), frame(callback), painted(callback) }; times in ms.
  constructor(clock) {
    this.#clock = clock;
  }

  // Draws soon. Of what a pad asks for meanwhile only the newest is drawn; its place in the queue stays.
  ask(pad, drawing) {
    this.#waiting.set(pad, drawing);
    if (this.#round === null && this.#clock.now() >= this.#begun + this.period) this.#begin();
    else this.#arm();
  }

  forget(pad) {
    this.#waiting.delete(pad);
  }

  get waiting() {
    return this.#waiting.size;
  }

  // How often a second everything is drawn.
  get rate() {
    return 1000 / this.period;
  }

  #arm() {
    if (this.#timer !== null || this.#round !== null || this.#waiting.size === 0) return;
    const timer = (this.#timer = {});
    const wait = Math.max(0, this.#begun + this.period + PATIENCE_MS - this.#clock.now());
    this.#clock.later(() => this.#timer === timer && this.#begin(), wait);
  }

  #begin() {
    this.#timer = null;
    this.#round = { cost: 0 };
    this.#begun = this.#clock.now();
    this.speaks = this.#begun - this.#spoke >= TEXT_PERIOD_MS - PERIOD_MS / 2;
    if (this.speaks) this.#spoke = this.#begun;
    this.#clock.frame(() => this.#draw());
  }

  #draw() {
    const begun = this.#clock.now();
    for (const [pad, drawing] of this.#waiting) {
      this.#waiting.delete(pad);
      drawing();
      if (this.#clock.now() - begun > BUDGET_MS) break;
    }
    this.#clock.painted(() => {
      this.#round.cost += this.#clock.now() - begun;
      if (this.#waiting.size > 0 && this.#round.cost < this.period) return this.#clock.frame(() => this.#draw());
      // A slow measure of the cost: one round that was held up by something else changes little.
      const wanted = Math.min(SLOWEST_MS, Math.max(PERIOD_MS, this.#round.cost * SHARE));
      this.period += (wanted - this.period) * 0.1;
      this.#round = null;
      this.#arm();
    });
  }
}

// In a browser: `painted` is called once the frame's style, layout and painting are done.
export function browserPace() {
  return new Pace({
    now: () => performance.now(),
    later: (callback, ms) => setTimeout(callback, ms),
    frame: (callback) => requestAnimationFrame(callback),
    painted: (callback) => {
      const channel = new MessageChannel();
      channel.port1.onmessage = callback;
      channel.port2.postMessage(null);
    },
  });
}
