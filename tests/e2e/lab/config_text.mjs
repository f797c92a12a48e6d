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

export const slowValues = (values) => append(`slow_control { record_s: 1\n${values}\n}`);

// A second crystal on a SIS3316 of its own, read by a second daemon.
export const FOLLOWER = 'east';
export const secondDaemon = edit(
  replace('daemon { name: "daq" lead: true }', `daemon { name: "daq" lead: true board: 0 }\ndaemon { name: "${FOLLOWER}" board: 1 }`),
  append(`
board {
  id: 1
  name: "SIS3316 east"
  sample_rate_mhz: 250
  bits: 14
  clock_domain: 1
  sis3316 {
    address: "127.0.0.1"
    port: @PORT:${FOLLOWER}@
    local_port: 0
    timeout_ms: 1000
    jumbo: true
    input { channel: 0 channel: 1 record_ns: 70008 pretrigger_ns: 54952 negative_pulses: true }
  }
  mark { trigger { channel: 0 } }
}
channel { name: "csi-east" board: 1 channel: 0 role: DETECTOR chain: "csi" veto: "muon-east" }
channel { name: "muon-east" board: 1 channel: 1 role: VETO }`),
);

// The emulator's side of it: the demo's module once more, on the same beam.
export const secondModule = (text) => {
  const begin = text.indexOf('module {');
  const end = text.indexOf('\n}\n', begin) + 3;
  const module = text.slice(begin, end);
  const second = edit(
    replace('name: "digitizer"', `name: "${FOLLOWER}"`),
    replace('serial: 3316', 'serial: 3317'),
    replace('id: 0', 'id: 1'),
  )(module);
  return text.slice(0, end) + second + text.slice(end);
};
