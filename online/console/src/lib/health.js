// What follows from the status for the health view.

// Before selection: share of time that was dead, or null where nothing was live: { name, live, dead, share } per class of window.
export function deadTimes(beam) {
  if (!beam?.live_s) return [];
  return Object.entries(beam.live_s).map(([name, live]) => {
    const dead = beam.dead_s?.[name] ?? null;
    const whole = (live ?? 0) + (dead ?? 0);
    return { name, live, dead, share: dead !== null && whole > 0 ? dead / whole : null };
  });
}

// Selections with what was live under them. Those of one name, whose spectra differ in what passes, are told apart by their spectra.
export function selectionsOf(beam) {
  const all = beam?.selections ?? [];
  const named = (selection) => all.filter((one) => one.selection === selection).length;
  return all.map((one) => ({ ...one, label: named(one.selection) > 1 ? `${one.selection} (${one.spectra.join(', ')})` : one.selection }));
}

// Classes of windows that the configuration has: rows of live time after selection.
export const classesOf = (beam) => Object.keys(beam?.selections?.[0]?.live_s ?? {});

// Seconds since a daemon was heard (Infinity: never), or null while it is heard: how old is what it said. `silence_s`: of the connection to
// the server itself.
export function oldnessOf(daemon, silence_s = null) {
  if (!daemon.connected) return (daemon.age_s ?? Infinity) + (silence_s ?? 0);
  return silence_s;
}

const NEARLY_FULL = 0.8; // as the daemon's light has it: online/run/health.cpp

// Of a buffer: bad if it has dropped anything, warn while it is nearly full.
export function moodOfBuffer({ used, capacity, dropped }) {
  if (dropped > 0) return 'bad';
  if (!(capacity > 0)) return 'unknown';
  return used / capacity >= NEARLY_FULL ? 'warn' : 'good';
}

export const WINDOW_NAMES = { in_time: 'C', no_beam: 'no beam', anti_coincident: 'AC', free: 'free' };
// Before selection nobody tells C-shaped windows with beam from those without.
export const UNSELECTED_NAMES = { ...WINDOW_NAMES, in_time: 'C-shaped (C, no beam)' };
