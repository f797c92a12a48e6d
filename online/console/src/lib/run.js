// What the status says about the run, and what may be asked of it now. The state is the lead daemon's alone.

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
  running: ['pause', 'stop', 'note'],
  paused: ['resume', 'stop', 'note'],
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

// Of what was asked, { from, run } as they were then: whether the asking is over, since the state or the run has moved.
export function isAnswered(asked, state, run) {
  return state !== asked.from || run !== asked.run;
}
