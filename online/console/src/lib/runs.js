// What is said of runs that the catalogue knows.
import { duration } from './format.js';

// Of a run of GET /api/runs: slots that were lost, wholly or in part, by name; those that are none are left out. A slot without its mark
// is no loss of ours.
export function lossesOf(ledger) {
  if (!ledger) return [];
  const names = { truncated: 'truncated', lost_buffer_full: 'lost: buffer full', lost_device: 'lost: device', lost_corrupt: 'lost: corrupt', lost_disk: 'lost: disk' };
  return Object.entries(names)
    .filter(([field]) => ledger[field] > 0)
    .map(([field, name]) => ({ name, value: ledger[field] }));
}

// Slots that should have been recorded and were not whole; null where the ledger is not known.
export function lostOf(ledger) {
  return ledger ? lossesOf(ledger).reduce((sum, { value }) => sum + value, 0) : null;
}

// Of a run that goes on the status is newer than the list; without it, what the list has.
export function ledgerSoFar(run, status) {
  const follows = status.run.number === run.run && status.run.phase === 'following' && (run.so_far || run.ledger === null);
  return (follows ? status.ledger : null) ?? run.ledger;
}

export function lastedOf(run, now_s) {
  if (!run.start_utc_s) return null;
  if (run.stop_utc_s) return run.stop_utc_s - run.start_utc_s;
  return run.state === 'running' ? Math.max(0, now_s - run.start_utc_s) : null;
}

export const lasted = (run, now_s) => duration(lastedOf(run, now_s));

const STATES = {
  running: { mood: 'good', sign: '▶' },
  ended: { mood: '', sign: '' },
  aborted: { mood: 'bad', sign: '✖' },
};
export const stateOf = (state) => STATES[state] ?? { mood: 'unknown', sign: '–' };

const VERDICTS = {
  good: { mood: 'good', sign: '✔' },
  doubtful: { mood: 'warn', sign: '▲' },
  bad: { mood: 'bad', sign: '✖' },
  unknown: { mood: 'unknown', sign: '–' },
};
// null: nothing was judged.
export const verdictOf = (verdict) => (verdict === null ? { mood: 'unknown', sign: '–', words: 'not judged' } : { ...(VERDICTS[verdict] ?? VERDICTS.unknown), words: verdict });

const JUDGED_WITHIN_S = 60; // the spectra are closed first

// Whether a verdict may still come: it is no entry of the logbook unless it is a bad one.
export const awaitsVerdict = (run, now_s) => run.verdict === null && run.state === 'ended' && now_s - run.stop_utc_s < JUDGED_WITHIN_S;

// How often runs are asked for again, ms: while one waits for its verdict, and for what other programs do to them, as reprocessing.
export const askAgainMs = (waiting) => (waiting ? 2000 : 15_000);

// The lines of a run's note, without who wrote them and when.
const WRITTEN = / \([^()\n]*\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\)$/;
export const noteLines = (note) => (note ?? '').split('\n').map((line) => line.replace(WRITTEN, ''));

export function searchOf(detail) {
  const asked = new URLSearchParams(detail);
  return { text: asked.get('text') ?? '', type: asked.get('type') ?? '' };
}

export function detailOf({ text, type }) {
  return new URLSearchParams(Object.entries({ text: text.trim(), type }).filter(([, value]) => value !== '')).toString();
}

// '12' → 12: the view shows one run; null: the list.
export function runOf(detail) {
  return /^[1-9]\d*$/.test(detail) ? Number(detail) : null;
}
