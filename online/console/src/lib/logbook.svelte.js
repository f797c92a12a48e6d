// Entries of the logbook that fit a search, in pages; new ones come by the feed.
import { ask } from './act.js';
import { queryOf } from './entries.js';
import { Paged } from './paged.svelte.js';

const PAGE = 50;

// search(): what is searched for now, as entries.js has it.
export function entriesOf(search) {
  return new Paged(
    async (before) => {
      const answer = await ask(`/api/logbook?${queryOf(search(), before, PAGE)}`);
      const items = answer.ok ? answer.body.entries : [];
      return { ...answer, items, more: items.length === PAGE ? items.at(-1).id : null };
    },
    ({ id }) => id,
  );
}
