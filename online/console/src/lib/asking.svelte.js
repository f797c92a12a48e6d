// One request to the run control: "asked" from the pressing of a button until the state moves, the answer is final, or a refusal comes.
import { post } from './act.js';
import { feed } from './feed.svelte.js';
import { isAnswered, stateOf } from './run.js';

const PATIENCE_MS = 20_000;

class Asking {
  asked = $state.raw(null); // { action, from, run, at }
  refused = $state('');

  constructor() {
    // Over once and for all: the state may come back to what it was, as after a run that ended by itself.
    $effect.root(() => {
      $effect(() => {
        if (this.asked === null) return;
        const late = feed.now - this.asked.at > PATIENCE_MS;
        if (late || isAnswered(this.asked, stateOf(feed.lead), feed.lead?.status?.run)) this.asked = null;
      });
    });
  }

  get pending() {
    return this.asked?.action ?? null;
  }

  // True if it was accepted. Actions that move no state are over with their answer.
  async send(action, body = {}, movesState = true) {
    this.refused = '';
    this.asked = { action, from: stateOf(feed.lead), run: feed.lead?.status?.run, at: Date.now() };
    const answer = await post(`/api/run/${action}`, body);
    if (!answer.ok) this.refused = answer.absent ? `${action}: not offered by this server` : answer.reason;
    if (!answer.ok || !movesState) this.asked = null;
    return answer.ok;
  }
}

export const asking = new Asking();
