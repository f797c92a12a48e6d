// The good-run list: how a run stands in it, and flags as people fill them in.
import { clock } from './format.js';
import { secondsOf } from './utc_field.js';

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

// by: 'slots' or 'utc', what of the runs is flagged.
export const blankFlag = (run = '') => ({ good: '', by: 'slots', first_run: run, last_run: run, first_slot: '', last_slot: '', begin: '', end: '', reason: '' });

const empty = (value) => value === '' || value === null || value === undefined;

function numbers(fields) {
  const given = Object.entries(fields).filter(([, value]) => !empty(value));
  return Object.fromEntries(given.map(([name, value]) => [name, Number(value)]));
}

// A stretch of UTC as a request has it, or null while it is not complete: of a run it may be open at one end.
export function utcOf({ by, first_run, last_run, begin, end }) {
  if (by !== 'utc') return null;
  const utc = {};
  if (!empty(begin)) utc.begin_utc_s = secondsOf(begin);
  if (!empty(end)) utc.end_utc_s = secondsOf(end);
  const times = Object.values(utc);
  if (times.length < (empty(first_run) ? 2 : 1) || times.some(Number.isNaN)) return null;
  return { ...(empty(first_run) ? {} : numbers({ first_run, last_run })), ...utc };
}

export const isBackward = ({ begin_utc_s, end_utc_s }) => end_utc_s <= begin_utc_s;

function slotsGiven({ first_run, last_run, first_slot, last_slot }) {
  return empty(first_run) ? null : numbers({ first_run, last_run, first_slot, last_slot });
}

// As a request has it, or null while it is not complete.
export function flagOf(filled) {
  const reason = filled.reason.trim();
  const where = filled.by === 'utc' ? utcOf(filled) : slotsGiven(filled);
  return filled.good === '' || reason === '' || !where || isBackward(where) ? null : { good: filled.good === 'good', ...where, reason };
}

function whereInWords({ first_run, last_run = first_run, first_slot, last_slot, begin_utc_s, end_utc_s }) {
  const runs = first_run === undefined ? 'all runs' : last_run === first_run ? `run ${first_run}` : `runs ${first_run} to ${last_run}`;
  if (begin_utc_s !== undefined || end_utc_s !== undefined)
    return `${runs}, ${begin_utc_s === undefined ? 'the begin' : clock(begin_utc_s)} to ${end_utc_s === undefined ? 'the end' : clock(end_utc_s)} UTC`;
  return first_slot === undefined && last_slot === undefined ? runs : `${runs}, slots ${first_slot ?? 0} to ${last_slot ?? 'the end'}`;
}

export const flagInWords = (flag) => `${flag.good ? '● good' : '○ not good'}: ${whereInWords(flag)}: ${flag.reason}`;
