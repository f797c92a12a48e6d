// Variants of a configuration, as functions that edit its text.

// `text` with every `from` replaced; there must be one.
export function replaced(text, from, to) {
  if (!text.includes(from)) throw new Error(`the configuration has no '${from}'`);
  return text.replaceAll(from, to);
}

export const edit =
  (...changes) =>
  (text) =>
    changes.reduce((now, change) => change(now), text);

export const replace = (from, to) => (text) => replaced(text, from, to);
export const append = (more) => (text) => `${text}\n${more}\n`;

// Limits of free space, in bytes.
export const storage = (fields) => replace('storage { runs_dir: "runs" }', `storage { runs_dir: "runs" ${fields} }`);

// A third of the demo's spills, for what is not about speed: for the config and its emulator alike.
export const REPETITION_HZ = 20;
export const light = replace('repetition_hz: 60', `repetition_hz: ${REPETITION_HZ}`);

// What the emulated facility does, instead of the demo's rare faults; fields of SimulatedBeam.
export const beamFaults = (fields) => (text) => {
  const names = [...fields.matchAll(/(\w+):/g)].map(([, name]) => name);
  const kept = text.replace(new RegExp(`^ *(${names.join('|')}): .*\n`, 'gm'), '');
  return kept.replace(/beam \{\n( *)repetition_hz/g, `beam {\n$1${fields}\n$1repetition_hz`);
};

// Blinded, with this box of the demo's chain: [variable, min, max].
export const blinded = (...ranges) =>
  append(`blinded: true
box { chain: "csi" ${ranges.map(([variable, min, max]) => `range { variable: "${variable}" min: ${min} max: ${max} }`).join(' ')} }`);

// For demo: more spectra of its chain, until there are so many lines and maps.
export const withSpectra = (lines, maps) => {
  const axis = (variable, bins, max) => `axis { variable: "${variable}" bins: ${bins} min: 0 max: ${max} }`;
  const [pe, time] = [axis('pe', 100, 100), axis('t_rec_us', 100, 12)];
  const more = (number, name, axes) => Array.from({ length: number }, (_, i) => `spectrum { name: "${name}${i}" ${axes(i)} selection: "csi-2017" }`);
  return append([...more(lines - 2, 'line', (i) => (i % 2 === 0 ? pe : time)), ...more(maps - 1, 'map', () => `${axis('pe', 60, 60)} ${axis('t_rec_us', 50, 12)}`)].join('\n'));
};

export const slowValues = (values) => append(`slow_control { record_s: 1\n${values}\n}`);

// For demo-simulation: a second crystal at the same beam, whose digitizer is read by a second daemon.
export const FOLLOWER = 'east';
export const secondDaemon = (text) => {
  const begin = text.indexOf('board {\n');
  const end = text.indexOf('\n}\n', begin) + 3;
  const board = edit(replace('  id: 0\n', '  id: 1\n'), replace('name: "simulated digitizer"', `name: "${FOLLOWER}"`))(text.slice(begin, end));
  return edit(
    replace('daemon { name: "daq" lead: true }', `daemon { name: "daq" lead: true board: 0 }\ndaemon { name: "${FOLLOWER}" board: 1 }`),
    append(`${board}
channel { name: "csi-east" board: 1 channel: 0 role: DETECTOR chain: "csi" veto: "muon-east" }
channel { name: "muon-east" board: 1 channel: 1 role: VETO }`),
  )(text);
};
