// What a view asks a route for while it is open: the newest answer, and why there is none.
import { ask } from './act.js';

export class Polled {
  body = $state.raw(null);
  absent = $state(false); // this server has no such route
  trouble = $state('');
  heardAt = $state(0); // ms, this browser's clock; 0: never
  #path;
  #periodMs;
  #users = 0;
  #timer = null;
  #asked = 0;

  // path: of the route, or a function that says it.
  constructor(path, periodMs) {
    this.#path = typeof path === 'function' ? path : () => path;
    this.#periodMs = periodMs;
  }

  // For $effect: asks now and then again and again, until what it returns is called.
  follow() {
    if (this.#users++ === 0) {
      this.refresh();
      this.#timer = setInterval(() => document.hidden || this.refresh(), this.#periodMs);
    }
    return () => {
      if (--this.#users === 0) clearInterval(this.#timer);
    };
  }

  // Seconds, or null while it is fresh.
  oldness(nowMs) {
    const age = (nowMs - this.heardAt) / 1000;
    return this.heardAt > 0 && age > 3 + (2 * this.#periodMs) / 1000 ? age : null;
  }

  async refresh() {
    const number = ++this.#asked;
    const answer = await ask(this.#path());
    if (number !== this.#asked) return; // of several questions the last one counts
    this.absent = answer.absent === true;
    this.trouble = answer.ok ? '' : answer.reason;
    if (!answer.ok) return;
    this.body = answer.body;
    this.heardAt = Date.now();
  }
}

export const physics = new Polled('/api/physics', 2000);
export const unblinding = new Polled('/api/unblinding', 5000);
export const goodRuns = new Polled('/api/good-runs', 10_000);
