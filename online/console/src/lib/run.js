// What the status says about the run, and what may be asked of it now. The state is the lead daemon's alone.
import { count, duration, prefixed, scientific } from './format.js';

export const TYPES = ['physics', 'beam-off', 'source', 'spe', 'pulser', 'pedestal', 'threshold-scan', 'test'];

export function stateOf(lead) {
  return lead?.connected ? (lead.status?.state ?? 'unknown') : 'no-daemon';
}

// good, warn, bad or unknown, for the colour and sign beside the word.
export function moodOf(state) {
  if (state === 'running') return 'good';
  if (state === 'fault' || state === 'no-daemon') return 'bad';
  return state === 'configured' || state === 'idle' || state === 'unknown' ? 'unknown' : 'warn';
}

const ALLOWED = {
  idle: ['configure', 'start'],
  configured: ['configure', 'start'],
  preparing: ['stop'],
  starting: ['stop'],
  running: ['pause', 'stop', 'note', 'limits'],
  pausing: ['stop'],
  paused: ['resume', 'stop', 'note', 'limits'],
  resuming: ['stop'],
  fault: ['reset'],
};

export function allowedIn(state) {
  return ALLOWED[state] ?? [];
}

export function elapsedOf(run, nowMs) {
  if (!run?.start_utc_s) return null;
  if (run.phase === 'following') return Math.max(0, nowMs / 1000 - run.start_utc_s);
  return run.stop_utc_s ? run.stop_utc_s - run.start_utc_s : null;
}

// The form's fields, in people's units, as the request has them. Empty fields are no limits.
export function limitsOf({ minutes, spills, protons, gigabytes }) {
  const limits = {};
  const put = (name, text, factor) => {
    const value = Number(String(text).trim() || 0);
    if (Number.isFinite(value) && value > 0) limits[name] = value * factor;
  };
  put('seconds', minutes, 60);
  put('spills', spills, 1);
  put('protons', protons, 1);
  put('bytes', gigabytes, 1e9);
  if (limits.spills) limits.spills = Math.round(limits.spills);
  if (limits.bytes) limits.bytes = Math.round(limits.bytes);
  return limits;
}

// The same the other way round: limits as the daemon has them (null: none), as texts for the form's fields.
export function fieldsOf(limits) {
  const text = (value, unit = 1) => (value ? String(value / unit) : '');
  return {
    minutes: text(limits?.seconds, 60),
    spills: text(limits?.spills),
    protons: limits?.protons ? limits.protons.toExponential() : '',
    gigabytes: text(limits?.bytes, 1e9),
  };
}

// What limits are compared with, as the lead does it; what is not known is null.
export function courseOf(status, lead) {
  const number = lead?.status?.run;
  const own = status?.run?.number === number ? status.ledger : null;
  const writing = (status?.daemons ?? []).filter((daemon) => daemon.status && daemon.status.run === number);
  return {
    seconds: lead?.status?.elapsed_s ?? null,
    spills: own?.spills ?? null,
    protons: own?.pot_delivered ?? null,
    bytes: writing.length > 0 ? writing.reduce((sum, daemon) => sum + daemon.status.bytes_written, 0) : null,
  };
}

// What is left until each limit, in words; "–" where it is not known.
export function remainingInWords(limits, course) {
  const left = (name, words) => (limits?.[name] ? [course[name] === null ? '–' : words(Math.max(0, limits[name] - course[name]))] : []);
  return [
    ...left('seconds', duration),
    ...left('spills', (n) => `${count(n)}\u202fspills`),
    ...left('protons', (n) => `${scientific(n, 2)}\u202fprotons`),
    ...left('bytes', (n) => prefixed(n, 'B')),
  ].join(', ');
}

// Those limits that the run has reached, or null.
export function reachedOf(limits, course) {
  const reached = Object.entries(limits).filter(([name, limit]) => limit && course[name] !== null && course[name] >= limit);
  return reached.length > 0 ? Object.fromEntries(reached) : null;
}

// Of what was asked, { from, run } as they were then: whether the asking is over, since the state or the run has moved.
export function isAnswered(asked, state, run) {
  return state !== asked.from || run !== asked.run;
}
