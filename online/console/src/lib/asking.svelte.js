// One request to the run control: "asked" from the pressing of a button until the state moves, the answer is final, or a refusal comes.
import { post } from './act.js';
import { feed } from './feed.svelte.js';
import { isAnswered, stateOf } from './run.js';

const PATIENCE_MS = 20_000;

class Asking {
  asked = $state.raw(null); // { action, from, at }
  refused = $state('');

  get pending() {
    if (this.asked === null) return null;
    const over = isAnswered(this.asked, stateOf(feed.lead)) || feed.now - this.asked.at > PATIENCE_MS;
    return over ? null : this.asked.action;
  }

  // True if it was accepted. Actions that move no state are over with their answer.
  async send(action, body = {}, movesState = true) {
    this.refused = '';
    this.asked = { action, from: stateOf(feed.lead), at: Date.now() };
    const answer = await post(`/api/run/${action}`, body);
    if (!answer.ok) this.refused = answer.absent ? `${action}: not offered by this server` : answer.reason;
    if (!answer.ok || !movesState) this.asked = null;
    return answer.ok;
  }
}

export const asking = new Asking();
