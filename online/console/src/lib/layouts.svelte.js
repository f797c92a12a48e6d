// Arrangements of the spectra that a person keeps on the server: which pads, range and reference, and what is set on each pad.
import { ask, post } from './act.js';
import { feed } from './feed.svelte.js';
import { settingsOf } from './pads.svelte.js';
import { references } from './references.svelte.js';

class Layouts {
  names = $state.raw([]);
  trouble = $state('');

  async refresh() {
    const answer = await ask('/api/layouts');
    this.names = answer.ok ? answer.body.layouts : [];
  }

  // shown: { pads: 'shift' or 'all', search }. True: it is kept.
  async save(name, shown) {
    const pads = Object.fromEntries(feed.spectra.map(({ info }) => [info.name, settingsOf(info.name).saved]));
    return this.#done(await post(this.#path(name), { ...shown, range: feed.range, reference: references.chosen, settings: pads }));
  }

  // What of it is for the view: { pads, search }; null: it cannot be had.
  async load(name) {
    const answer = await ask(this.#path(name));
    if (!this.#done(answer)) return null;
    const { pads, search, range, reference, settings } = answer.body;
    feed.choose(typeof range === 'string' && feed.ranges.includes(range) ? range : 'run');
    references.choose(typeof reference === 'string' ? reference : null);
    for (const { info } of feed.spectra) settingsOf(info.name).restore(settings?.[info.name]);
    return { pads: pads === 'all' ? 'all' : 'shift', search: typeof search === 'string' ? search : '' };
  }

  async remove(name) {
    return this.#done(await post(`${this.#path(name)}/delete`));
  }

  #path(name) {
    return `/api/layouts/${encodeURIComponent(name)}`;
  }

  #done(answer) {
    this.trouble = answer.ok ? '' : answer.reason;
    if (answer.ok) this.refresh();
    return answer.ok;
  }
}

export const layouts = new Layouts();
