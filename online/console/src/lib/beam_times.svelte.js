// Times of the beam's states over the range that a person has chosen.
import { beginOf } from './beam_times.js';
import { physics, Polled } from './polled.svelte.js';

const PERIOD_MS = 10_000; // points of the history are as long

class BeamTimes {
  range = $state('day');
  polled = new Polled(() => `/api/beam/times?from=${(this.#begin() ?? beginOf('day', Date.now() / 1000)).toFixed(3)}`, PERIOD_MS);

  choose(range) {
    this.range = range;
    this.polled.refresh();
  }

  #begin() {
    return beginOf(this.range, Date.now() / 1000, physics.body?.plan?.begin_utc_s);
  }
}

export const beamTimes = new BeamTimes();
