// The reference that a person has chosen: spectra of a past run, fetched one by one for the pads that show them.
import { ask } from './act.js';
import { feed } from './feed.svelte.js';
import { isReference } from './words.js';

const RUNS = 50;

class References {
  names = $state.raw([]); // of the console's configuration: { name, run, file, trouble }
  runs = $state.raw([]); // ended runs that have spectra, newest first: { name, run, type }
  chosen = $state(null);
  #spectra = $state.raw(new Map()); // spectrum → { data, trouble } of the one that is chosen
  #asked = $state.raw(new Set()); // another set: pads ask again
  #queue = Promise.resolve();

  async refresh() {
    const [named, runs] = await Promise.all([ask('/api/references'), ask(`/api/runs?limit=${RUNS}`)]);
    if (named.ok) this.names = named.body.references;
    if (runs.ok) this.runs = runs.body.runs.filter(isReference).map(({ run, type }) => ({ name: `run-${run}`, run, type }));
  }

  // null: none.
  choose(name) {
    this.chosen = name || null;
    this.again();
  }

  // Any run, listed or not, if it has spectra. Why it cannot be chosen, in words; empty: it is.
  async chooseRun(number) {
    const [first] = feed.spectra;
    if (!first) return 'the configuration names no spectra';
    const answer = await ask(this.#path(`run-${number}`, first.info.name));
    const absent = !answer.ok && answer.status !== 409; // what cannot be compared, each pad says by itself
    if (!absent) this.choose(`run-${number}`);
    return absent ? answer.reason : '';
  }

  // All is fetched anew, as for another configuration.
  again() {
    this.#asked = new Set();
    this.#spectra = new Map();
  }

  // { data } or { trouble } in words; null: none is chosen, or it is still on its way.
  of(spectrum) {
    return this.chosen === null ? null : (this.#spectra.get(spectrum) ?? null);
  }

  // One request after the other: the server reads files for them.
  want(spectrum) {
    const [name, asked] = [this.chosen, this.#asked];
    if (name === null || asked.has(spectrum)) return;
    asked.add(spectrum);
    const wanted = () => name === this.chosen && asked === this.#asked;
    this.#queue = this.#queue.then(async () => {
      if (!wanted()) return;
      const answer = await ask(this.#path(name, spectrum));
      if (!wanted()) return;
      this.#spectra = new Map(this.#spectra).set(spectrum, answer.ok ? { data: answer.body } : { trouble: answer.reason });
    });
  }

  #path(name, spectrum) {
    return `/api/references/${encodeURIComponent(name)}/spectra/${encodeURIComponent(spectrum)}`;
  }
}

export const references = new References();
