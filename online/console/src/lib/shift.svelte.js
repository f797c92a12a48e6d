// What GET /api/shift says: asked for now and then, since calls and calibrations change with time, and at each change that the feed
// tells.
import { ask, post } from './act.js';
import { feed } from './feed.svelte.js';
import { Paged } from './paged.svelte.js';
import { Polled } from './polled.svelte.js';

const PERIOD_MS = 15_000;
const PAGE = 10;

export const shift = new Polled('/api/shift', PERIOD_MS);
export const drafts = $state({ handover: '' }); // outlives the view: a note is written in pieces

export const shifts = new Paged(
  async (before) => {
    const answer = await ask(`/api/shift/list?limit=${PAGE}${before === null ? '' : `&before=${before}`}`);
    const items = answer.ok ? answer.body.shifts : [];
    return { ...answer, items, more: items.length === PAGE ? items.at(-1).number : null };
  },
  ({ number }) => number,
);

// For $effect: until what it returns is called. changed(): besides.
export function followShift(changed = () => {}) {
  feed.follow('shift', {}, () => {
    shift.refresh();
    changed();
  });
  const over = shift.follow();
  return () => {
    feed.follow('shift', null);
    over();
  };
}

// Empty, or why it is not done.
export async function act(what, body = {}) {
  const answer = await post(`/api/shift/${what}`, body);
  await shift.refresh();
  return answer.ok ? '' : answer.reason;
}
