// Whose time it was: of each state of the beam, in the order in which they are shown. `look`: how it is drawn in the bar.
import { known } from './format.js';

const DAY_S = 86_400;
export const SPANS = [
  { name: 'day', title: 'last 24 h', seconds: DAY_S },
  { name: 'week', title: 'last 7 days', seconds: 7 * DAY_S },
];
export const PLAN = 'plan'; // since the plan's begin

export const STATES = [
  { name: 'beam', tone: 'good', sign: '●', words: 'beam on target, taken' },
  { name: 'beam-off', tone: 'warn', sign: '▲', words: 'beam is down' },
  { name: 'no-timing', tone: 'warn', sign: '▲', words: 'no timing marks' },
  { name: 'paused', tone: 'warn', sign: '‖', words: 'we: run paused' },
  { name: 'daq-down', tone: 'bad', sign: '✖', words: 'we: DAQ is down' },
  { name: 'unknown', tone: 'unknown', sign: '–', words: 'no run is on' },
  { name: 'not-recorded', tone: 'unknown', sign: '?', words: 'nothing recorded' },
];

// UTC in seconds at which a range begins that ends now; null: there is no such range.
export function beginOf(range, nowS, planBeginS) {
  if (range === PLAN) return known(planBeginS) && planBeginS < nowS ? planBeginS : null;
  const span = SPANS.find(({ name }) => name === range);
  return span ? nowS - span.seconds : null;
}

// seconds: by state, as GET /api/beam/times has them. { rows: [{ …state, seconds, share }], watchedS, beamShare, lostS }: watched is the time
// in which marks were looked at, with beam or without; lost is ours, and nothing is said of the beam in it. Shares are null of nothing.
export function account(seconds) {
  const of = (...names) => names.reduce((sum, name) => sum + (seconds[name] ?? 0), 0);
  const all = of(...STATES.map(({ name }) => name));
  const watchedS = of('beam', 'beam-off', 'no-timing');
  return {
    rows: STATES.map((state) => ({ ...state, seconds: of(state.name), share: all > 0 ? of(state.name) / all : null })),
    watchedS,
    beamShare: watchedS > 0 ? of('beam') / watchedS : null,
    lostS: of('paused', 'daq-down'),
  };
}
