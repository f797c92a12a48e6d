// What the scope's pictures hold, worked out: samples, words, tables.

const LEAST_FILLED = 0.25; // of a slot by its traces

const READERS = {
  int16: (view, i) => view.getInt16(2 * i, true),
  uint16: (view, i) => view.getUint16(2 * i, true),
  int32: (view, i) => view.getInt32(4 * i, true),
};

// A trace's values as they were sent: samples, or lowest and highest of each `step` of them.
export function valuesOf({ type, data }) {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Int32Array.from({ length: bytes.length / (type === 'int32' ? 4 : 2) }, (_, i) => READERS[type](view, i));
}

// The picture with `values` in each trace instead of text.
export function unpacked(picture) {
  if (picture.slot === null) return picture;
  const channels = picture.channels.map((channel) => ({
    ...channel,
    traces: channel.traces.map(({ data, ...trace }) => ({ ...trace, values: valuesOf({ type: trace.type, data }) })),
  }));
  return { ...picture, channels };
}

export const timeOf = (trace, sample) => trace.first_us + sample * trace.period_us;
export const sampleAt = (trace, us) => (us - trace.first_us) / trace.period_us;
export const endOf = (trace) => timeOf(trace, trace.samples);

// Signs and words beside the colours of the spectra.
export const KINDS = {
  in_time: { word: 'C', colour: 'inTime', style: '--in-time' },
  anti_coincident: { word: 'AC', colour: 'antiCoincident', style: '--anti-coincident' },
  no_beam: { word: 'no beam', colour: 'noBeam', style: '--no-beam' },
  free: { word: 'free', colour: 'free', style: '--free' },
  none: { word: 'not counted', colour: 'dim', style: '--dim' },
};

export const wordOf = (window) => (window.kind === 'none' ? `${window.recorded_as}, not counted` : KINDS[window.kind].word);

export const WHICH = [
  ['latest', 'latest'],
  ['largest', 'largest pulse'],
  ['saturated', 'saturated'],
  ['vetoed', 'vetoed'],
  ['pulse', 'with a pulse'],
];

// All of a channel's traces, from the first sample to the last, in μs; null without any.
export function extentOf(channel) {
  if (!channel || channel.traces.length === 0) return null;
  return [Math.min(...channel.traces.map((trace) => trace.first_us)), Math.max(...channel.traces.map(endOf))];
}

// What is shown unless somebody zooms: all of them, or one alone where they are far apart: the one in which something was found.
export function usualView(channel) {
  const whole = extentOf(channel);
  if (whole === null) return null;
  const { traces, candidates } = channel;
  const filled = traces.reduce((sum, trace) => sum + trace.samples * trace.period_us, 0);
  if (filled >= LEAST_FILLED * (whole[1] - whole[0])) return whole;
  const arrivals = candidates.map(({ arrival_us: us }) => us).filter((us) => us !== null);
  const one = traces.find((trace) => arrivals.some((us) => us >= trace.first_us && us < endOf(trace))) ?? traces[0];
  return [one.first_us, endOf(one)];
}

// Lowest and highest of what is in [from, to]; null without any.
export function rangeOf(channel, from, to) {
  let [low, high] = [Infinity, -Infinity];
  for (const trace of channel?.traces ?? []) {
    const per = trace.step > 1 ? 2 : 1;
    const at = (us) => Math.floor((sampleAt(trace, us) - trace.from) / trace.step) * per;
    const begin = Math.max(0, at(from));
    const end = Math.min(trace.values.length, at(to) + 2 * per);
    for (let i = begin; i < end; ++i) {
      if (trace.values[i] < low) low = trace.values[i];
      if (trace.values[i] > high) high = trace.values[i];
    }
  }
  return low <= high ? [low, high] : null;
}

export function csvOf(picture) {
  const lines = [
    `# run ${picture.run} slot ${picture.slot}${picture.simulated ? ' SIMULATED' : ''}${picture.sealed ? ` ${picture.sealed}` : ''}`,
    `# UTC ${new Date(picture.utc_s * 1000).toISOString()}`,
    'channel,trace,sample,time_after_t0_us,adc',
  ];
  for (const { name, traces } of picture.channels) {
    traces.forEach((trace, at) => {
      if (trace.step !== 1) throw new Error('a table needs every sample');
      trace.values.forEach((value, i) => lines.push(`${name},${at + 1},${trace.from + i},${timeOf(trace, trace.from + i).toFixed(6)},${value}`));
    });
  }
  return `${lines.join('\n')}\n`;
}

// "24.1 PE", or "4.20 keV"; empty: it has no size.
export function sizeInWords({ variables: v }) {
  if (v.pe !== undefined) return `${v.pe.toFixed(1)}\u202fPE`;
  return v.energy_kev !== undefined ? `${v.energy_kev.toFixed(2)}\u202fkeV` : '';
}

// "t_rec 1.234 μs, 24.1 PE, 13 peaks" of a candidate that was found.
export function candidateInWords({ variables: v }) {
  const parts = [];
  if (v.t_rec_us !== undefined) parts.push(`t_rec ${v.t_rec_us.toFixed(3)}\u202fμs`);
  if (sizeInWords({ variables: v })) parts.push(sizeInWords({ variables: v }));
  if (v.n_peaks !== undefined) parts.push(`${v.n_peaks}\u202f${v.n_peaks === 1 ? 'peak' : 'peaks'}`);
  if (v.f90 !== undefined) parts.push(`F90 ${v.f90.toFixed(2)}`);
  return parts.join(', ');
}
