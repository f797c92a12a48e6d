// What follows from the status for the health view.

// Share of time that was dead, or null where nothing was live: { name, live, dead, share } per class of window.
export function deadTimes(beam) {
  if (!beam?.live_s) return [];
  return Object.entries(beam.live_s).map(([name, live]) => {
    const dead = beam.dead_s?.[name] ?? null;
    const whole = (live ?? 0) + (dead ?? 0);
    return { name, live, dead, share: dead !== null && whole > 0 ? dead / whole : null };
  });
}

// Seconds until the disk is full at the mean rate of the trend's last ten minutes; null while nothing is written.
export function timeToFull(freeBytes, points) {
  const until = points.at(-1)?.utc_s ?? 0;
  const rates = points.filter((point) => point.utc_s > until - 600 && Number.isFinite(point.data_rate_mb_s)).map((point) => point.data_rate_mb_s);
  if (!Number.isFinite(freeBytes) || rates.length === 0) return null;
  const mean = (rates.reduce((sum, rate) => sum + rate, 0) / rates.length) * 1e6;
  return mean > 0 ? freeBytes / mean : null;
}

const NEARLY_FULL = 0.8; // as the daemon's light has it: online/run/health.cpp

// Of a buffer: bad if it has dropped anything, warn while it is nearly full.
export function moodOfBuffer({ used, capacity, dropped }) {
  if (dropped > 0) return 'bad';
  if (!(capacity > 0)) return 'unknown';
  return used / capacity >= NEARLY_FULL ? 'warn' : 'good';
}

export const WINDOW_NAMES = { in_time: 'C', anti_coincident: 'AC', free: 'free', no_beam: 'no beam' };
