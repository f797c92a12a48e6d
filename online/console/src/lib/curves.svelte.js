// The history's series and the curves that are chosen of them, fetched anew as long as their range ends now.
import { ask } from './act.js';
import { boundsOf } from './history.js';

const POINTS = 1500; // a minute each for a day, ten for a week
const SOONEST_MS = 5000;

class Curves {
  list = $state.raw(null); // [{ name, unit }], null: not known yet
  off = $state(''); // why nothing is kept at the moment
  trouble = $state(''); // why nothing could be fetched
  curves = $state.raw({}); // by name; null: no value yet
  bounds = $state.raw(null); // { from, to } of what is shown
  #asked = '';
  #at = 0; // ms, when the newest were asked for
  #number = 0;

  async refreshList() {
    const answer = await ask('/api/history/series');
    if (answer.ok) this.list = answer.body.series;
    this.off = answer.ok ? (answer.body.off ?? '') : '';
    this.trouble = answer.ok ? '' : answer.absent ? 'not offered by this server' : answer.reason;
  }

  // choice: of history.js, with its series. Answers that come after a later question are dropped.
  async load(choice, now) {
    const number = ++this.#number;
    const bounds = boundsOf(choice, now);
    this.#asked = JSON.stringify(choice);
    this.#at = Date.now();
    if (choice.series.length === 0) {
      Object.assign(this, { curves: {}, bounds });
      return;
    }
    const series = choice.series.map((name) => `series=${encodeURIComponent(name)}`).join('&');
    const answer = await ask(`/api/history?${series}&from=${bounds.from.toFixed(3)}&to=${bounds.to.toFixed(3)}&points=${POINTS}`);
    if (number !== this.#number) return;
    this.trouble = answer.ok ? '' : answer.reason;
    if (answer.ok) Object.assign(this, { curves: answer.body.curves, bounds });
  }

  // Whether it is time for the curves of this choice: it is another, or a new point can be there.
  isDue(choice) {
    if (JSON.stringify(choice) !== this.#asked) return true;
    if (choice.range === null) return false;
    const point_ms = ((this.bounds ? this.bounds.to - this.bounds.from : 0) / POINTS) * 1000;
    return Date.now() - this.#at >= Math.max(SOONEST_MS, point_ms);
  }
}

export const curves = new Curves();
