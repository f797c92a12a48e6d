// Shifts, calls and calibrations as the page says them; GET /api/shift has what they are.
import { clock, significant } from './format.js';

const SOON_S = 86_400;

// Names of those that are on it now, in the order in which they came.
export const onShift = (shift) => (shift?.people ?? []).filter(({ to_utc_s }) => to_utc_s === null).map(({ person }) => person);

export const notTicked = (shift) => shift.lines.filter(({ done }) => !done).length;

// "6 of 8 lines ticked"
export const tickedInWords = ({ lines }) => (lines.length === 0 ? 'no checklist' : `${lines.filter(({ done }) => done).length} of ${lines.length} lines ticked`);

// Day and time without seconds.
export const minute = (utc_s) => clock(utc_s).slice(0, 16);

// When nobody is on call: { mood, text }.
export function gapInWords({ now, later, gap }, nowS) {
  const next = later.find(({ from_utc_s }) => from_utc_s === gap.to_utc_s);
  if (now.length === 0) {
    const until = next ? `until ${minute(gap.to_utc_s)} UTC, then ${next.name}` : 'and nobody is named for later';
    return { mood: 'bad', text: `Nobody is on call${next ? ' ' : ', '}${until}.` };
  }
  const end = gap.to_utc_s === null ? 'on nobody is named' : `until ${minute(gap.to_utc_s)} nobody is on call`;
  return { mood: gap.from_utc_s - nowS < SOON_S ? 'warn' : 'dim', text: `From ${minute(gap.from_utc_s)} UTC ${end}.` };
}

const MOODS = { fresh: 'good', old: 'warn', ended: 'warn', none: 'unknown', 'not-used': 'unknown', unknown: 'unknown' };
const SIGNS = { good: '✔', warn: '▲', unknown: '–' };

// { mood, sign, text } of a calibration's age.
export function calibrationInWords({ state, reason, measured_utc_s }) {
  const mood = MOODS[state] ?? 'unknown';
  const holds = state === 'fresh' || state === 'old' ? `; holds from ${minute(measured_utc_s)} UTC` : '';
  return { mood, sign: SIGNS[mood], text: `${reason}${holds}` };
}

const beyond = (below, above) => [below === null ? '' : `below ${significant(below)}`, above === null ? '' : `above ${significant(above)}`].filter(Boolean).join(' or ');

// ["▲ above 1050", "✖ below 900 or above 1100"], those that there are.
export function slowLimits(limits) {
  if (!limits) return [];
  const warn = beyond(limits.warn_below, limits.warn_above);
  const alarm = beyond(limits.alarm_below, limits.alarm_above);
  return [warn && `▲ ${warn}`, alarm && `✖ ${alarm}`].filter(Boolean);
}
