// What is said of alarms, and in which order they stand.
import { known, prefixed, significant } from './format.js';
import { shown } from './history.js';

// The most urgent first. `dim` needs nobody.
const STATES = {
  unacknowledged: { sign: '✖', mood: 'bad', words: 'unacknowledged' },
  returned: { sign: '▲', mood: 'warn', words: 'returned, unacknowledged' },
  acknowledged: { sign: '▲', mood: 'warn', words: 'acknowledged' },
  pending: { sign: '…', mood: 'dim', words: 'pending' },
  shelved: { sign: '‖', mood: 'dim', words: 'shelved' },
  normal: { sign: '✔', mood: 'good', words: 'normal' },
};
const ORDER = Object.keys(STATES);

export function stateOf(alarm) {
  const state = STATES[alarm.state] ?? { sign: '–', mood: 'unknown', words: alarm.state };
  return alarm.severity === 'warn' && alarm.state === 'unacknowledged' ? { ...state, sign: '▲', mood: 'warn' } : state;
}

// What shall be heard: the severity of the gravest alarm that sounds until somebody acknowledges it; null if none does.
export function soundOf(alarms) {
  const sounding = alarms.filter(({ state, sound }) => state === 'unacknowledged' && sound !== false);
  if (sounding.length === 0) return null;
  return sounding.every(({ severity }) => severity === 'warn') ? 'warn' : 'alarm';
}

export const mayBeAcknowledged = ({ state }) => state === 'unacknowledged' || state === 'returned';
export const isShelved = ({ state }) => state === 'shelved';

// "1320 V", "not known".
export function valueOf({ value, unit }) {
  return known(value) ? (unit ? shown(value, unit) : significant(value)) : 'not known';
}

// "below 10.7 GB": long numbers of bytes as people read them.
export function limitOf({ limit }) {
  return limit.replace(/(\d{5,}) B\b/, (_, bytes) => prefixed(Number(bytes), 'B'));
}

function rank({ state, severity }) {
  const at = ORDER.indexOf(state);
  return (at < 0 ? ORDER.length : at) * 2 + (severity === 'warn' ? 1 : 0);
}

// show: 'all' or 'standing' (not normal). The text may be in id, series, help, comment or person.
export function chosenOf(alarms, { text = '', show = 'all' }) {
  const wanted = text.trim().toLowerCase();
  return alarms
    .filter((alarm) => show === 'all' || alarm.state !== 'normal')
    .filter(({ id, series, help, comment, person }) => `${id} ${series} ${help} ${comment ?? ''} ${person ?? ''}`.toLowerCase().includes(wanted))
    .sort((one, other) => rank(one) - rank(other) || (one.id < other.id ? -1 : 1));
}

export function eventsWith(events, text) {
  const wanted = text.trim().toLowerCase();
  return events.filter(({ id, series, state, person, comment }) => `${id} ${series} ${state} ${person ?? ''} ${comment ?? ''}`.toLowerCase().includes(wanted));
}
