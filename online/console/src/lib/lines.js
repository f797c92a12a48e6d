// Log lines, oldest first, each once: { number, source, utc_s, level, kind, text, untold }. A line whose number does not follow the one
// before it from the same source has lost some on the way; `gap` says how many. A daemon that was restarted counts from 1 again.

export function joined(held, fresh) {
  const newest = new Map();
  for (const line of held) newest.set(line.source, line);
  const added = [];
  for (const line of [...fresh].sort((one, other) => one.utc_s - other.utc_s || one.number - other.number)) {
    const before = newest.get(line.source);
    const known = before && line.number <= before.number && line.utc_s <= before.utc_s;
    if (known) continue;
    newest.set(line.source, line);
    const gap = before && line.number > before.number + 1 ? line.number - before.number - 1 : 0;
    added.push(gap > 0 ? { ...line, gap } : line);
  }
  return added.length === 0 ? held : [...held, ...added].sort((one, other) => one.utc_s - other.utc_s);
}

export function capped(lines, most) {
  return lines.length > most ? lines.slice(-most) : lines;
}

const LEVELS = ['info', 'warn', 'error'];

// Of at least this level, with the text anywhere in source, kind or text.
export function matching(lines, { level = 'info', text = '' }) {
  const least = LEVELS.indexOf(level);
  const wanted = text.trim().toLowerCase();
  return lines.filter(
    (line) =>
      LEVELS.indexOf((line.level ?? 'info').toLowerCase()) >= least &&
      (wanted === '' || `${line.source ?? ''} ${line.kind ?? ''} ${line.text}`.toLowerCase().includes(wanted)),
  );
}
