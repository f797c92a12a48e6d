// The CEvNS spectrum that the plan's experiment predicts for a spectrum, scaled to the exposure that is shown. It is asked for once
// for each spectrum and its axes; a server without a plan is asked once.
import { ask } from './act.js';

const PATIENCE_MS = 3000;
const VARIABLES = ['pe', 'energy_kev', 't_rec_us']; // that an experiment predicts
const key = (spectrum) => `${spectrum.name} ${JSON.stringify(spectrum.axes)}`;

class Predictions {
  known = $state.raw(new Map()); // key → { title, perPot } or null: has none
  #asking = new Set();
  #none = false;

  // { title, pot, values, inside }, or null as long as there is none. `spectrum`: as drawn.
  of(spectrum) {
    if (!spectrum?.live_pot || this.#none || !spectrum.axes.every(({ variable }) => VARIABLES.includes(variable))) return null;
    const found = this.known.get(key(spectrum));
    if (found === undefined) this.#fetch(spectrum);
    if (!found) return null;
    const pot = spectrum.live_pot.measured + spectrum.live_pot.estimated;
    const values = Float64Array.from(found.perPot, (each) => each * pot);
    return { title: found.title, pot, values, inside: values.reduce((sum, value) => sum + value, 0) };
  }

  async #fetch(spectrum) {
    const of = key(spectrum);
    if (this.#asking.has(of)) return;
    this.#asking.add(of);
    const answer = await ask(`/api/prediction/${encodeURIComponent(spectrum.name)}`);
    if (answer.absent) {
      this.#none = true;
    } else if (answer.ok || answer.status === 409) {
      const bins = spectrum.axes.reduce((all, axis) => all * axis.bins, 1);
      const fits = answer.ok && answer.body.per_pot.length === bins;
      this.known = new Map(this.known).set(of, fits ? { title: answer.body.title, perPot: answer.body.per_pot } : null);
    } else {
      setTimeout(() => this.#asking.delete(of), PATIENCE_MS); // busy, or not there: again
    }
  }
}

export const predictions = new Predictions();
