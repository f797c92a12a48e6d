// The good-run list: how a run stands in it, and flags as people fill them in.

const within = (run, { first_run, last_run }) => first_run <= run && run <= last_run;
const isWhole = (run, { first_run, first_slot, last_run, last_slot }) => (first_run < run || first_slot === 0) && (run < last_run || last_slot === null);

const STANDINGS = {
  good: { mood: 'good', sign: '●', words: 'good', short: 'good' },
  partly: { mood: 'warn', sign: '◐', words: 'partly good', short: 'partly' },
  out: { mood: 'unknown', sign: '○', words: 'not in it', short: 'no' },
};

// good: stretches of the newest version, in order; null: not known.
export function standingOf(run, good) {
  if (!good) return null;
  const pieces = good.filter((stretch) => within(run, stretch));
  const state = pieces.length === 0 ? 'out' : pieces.some((stretch) => isWhole(run, stretch)) ? 'good' : joined(run, pieces) ? 'good' : 'partly';
  return { state, ...STANDINGS[state], pieces: pieces.map((stretch) => ({ slots: slotsOf(run, stretch), note: stretch.note })) };
}

// Neighbours that differ in their notes alone.
function joined(run, pieces) {
  const begins = ({ first_run, first_slot }) => (first_run < run ? 0 : first_slot);
  const ends = ({ last_run, last_slot }) => (run < last_run ? null : last_slot);
  return begins(pieces[0]) === 0 && ends(pieces.at(-1)) === null && pieces.every((piece, i) => i === 0 || ends(pieces[i - 1]) === begins(piece) - 1);
}

// Which slots of the run a stretch has, in words; empty: all of them.
function slotsOf(run, { first_run, first_slot, last_run, last_slot }) {
  const first = first_run < run ? 0 : first_slot;
  const last = run < last_run ? null : last_slot;
  if (first === 0 && last === null) return '';
  if (last === null) return `slots from ${first}`;
  return first === 0 ? `slots up to ${last}` : `slots ${first} to ${last}`;
}

// What a version did to a run, newest first: of those that touched it.
export const touching = (run, versions) =>
  versions.filter(({ added, removed }) => [...added, ...removed].some((stretch) => within(run, stretch)));

export const blankFlag = (run = '') => ({ good: '', first_run: run, last_run: run, first_slot: '', last_slot: '', reason: '' });

const empty = (value) => value === '' || value === null || value === undefined;

// As a request has it, or null while it is not complete.
export function flagOf({ good, first_run, last_run, first_slot, last_slot, reason }) {
  if (good === '' || empty(first_run) || reason.trim() === '') return null;
  const flag = { good: good === 'good', first_run: Number(first_run), reason: reason.trim() };
  if (!empty(last_run)) flag.last_run = Number(last_run);
  if (!empty(first_slot)) flag.first_slot = Number(first_slot);
  if (!empty(last_slot)) flag.last_slot = Number(last_slot);
  return flag;
}

export function flagInWords({ good, first_run, last_run = first_run, first_slot, last_slot, reason }) {
  const runs = last_run === first_run ? `run ${first_run}` : `runs ${first_run} to ${last_run}`;
  const slots = first_slot === undefined && last_slot === undefined ? '' : `, slots ${first_slot ?? 0} to ${last_slot ?? 'the end'}`;
  return `${good ? '● good' : '○ not good'}: ${runs}${slots}: ${reason}`;
}
