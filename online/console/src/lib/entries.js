// The logbook as the view's address and its requests name it.

export const KINDS = [
  { name: 'person', title: 'people', sign: '✎' },
  { name: 'run-start', title: 'run starts', sign: '▶' },
  { name: 'run-stop', title: 'run stops', sign: '■' },
  { name: 'alarm', title: 'alarms', sign: '▲' },
  { name: 'unblinding', title: 'unblindings', sign: '◉' },
  { name: 'controls', title: 'controls', sign: '⇄' },
  { name: 'shift', title: 'shifts', sign: '⌂' },
  { name: 'quality', title: 'quality of runs', sign: '◆' },
  { name: 'good-runs', title: 'good-run list', sign: '●' },
  { name: 'spectra', title: 'resets of spectra', sign: '↺' },
];
export const signOf = (kind) => KINDS.find(({ name }) => name === kind)?.sign ?? '·';

// 'text=HV&kind=person&run=12&correct=17': all but what is searched for is left out.
export function searchOf(detail) {
  const asked = new URLSearchParams(detail);
  const number = (name) => (/^[1-9]\d*$/.test(asked.get(name) ?? '') ? Number(asked.get(name)) : null);
  const kind = asked.get('kind') ?? '';
  return { text: asked.get('text') ?? '', kind: KINDS.some(({ name }) => name === kind) ? kind : '', run: number('run') };
}

export function detailOf({ text, kind, run }) {
  return pairs({ text: text.trim(), kind, run }).toString();
}

// The query of GET /api/logbook. before: an entry's number, or null.
export function queryOf(search, before, limit) {
  return pairs({ ...search, text: search.text.trim(), before, limit }).toString();
}

function pairs(fields) {
  return new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== null && value !== ''));
}

// id → ids of the entries that correct it, of those that are here.
export function correctionsOf(entries) {
  const found = new Map();
  for (const { id, corrects } of entries) {
    if (corrects !== null) found.set(corrects, [...(found.get(corrects) ?? []), id]);
  }
  return found;
}
