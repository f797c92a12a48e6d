// Numbers for people. What is not known is a dash, never zero.
export const NONE = '–';

const PREFIXES = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];

export function known(value) {
  return value !== null && value !== undefined && Number.isFinite(value);
}

export function fixed(value, digits, unit = '') {
  return known(value) ? `${value.toFixed(digits)}${unit ? `\u202f${unit}` : ''}` : NONE;
}

export function count(value) {
  return known(value) ? Math.round(value).toLocaleString('en-GB').replaceAll(',', '\u202f') : NONE;
}

export function prefixed(value, unit, digits = 1) {
  if (!known(value)) return NONE;
  for (const [factor, prefix] of PREFIXES) {
    if (Math.abs(value) >= factor) return `${(value / factor).toFixed(digits)}\u202f${prefix}${unit}`;
  }
  return `${value.toFixed(Number.isInteger(value) ? 0 : digits)}\u202f${unit}`;
}

const SUPERSCRIPTS = { '-': '⁻', 0: '⁰', 1: '¹', 2: '²', 3: '³', 4: '⁴', 5: '⁵', 6: '⁶', 7: '⁷', 8: '⁸', 9: '⁹' };

export const superscript = (whole) => [...String(whole)].map((c) => SUPERSCRIPTS[c]).join('');

// 1.234 × 10¹⁸
export function scientific(value, digits = 3) {
  if (!known(value)) return NONE;
  if (value === 0) return '0';
  const exponent = Math.floor(Math.log10(Math.abs(value)));
  return `${(value / 10 ** exponent).toFixed(digits)}\u202f×\u202f10${superscript(exponent)}`;
}

export function duration(seconds) {
  if (!known(seconds)) return NONE;
  const s = Math.max(0, Math.floor(seconds));
  const two = (n) => String(n).padStart(2, '0');
  return s < 86400
    ? `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`
    : `${Math.floor(s / 86400)}\u202fd ${two(Math.floor(s / 3600) % 24)}:${two(Math.floor(s / 60) % 60)}`;
}

export function age(seconds) {
  if (!known(seconds)) return NONE;
  return seconds < 90 ? `${seconds.toFixed(0)}\u202fs` : duration(seconds);
}

export function clock(utcSeconds) {
  return known(utcSeconds) ? new Date(utcSeconds * 1000).toISOString().replace('T', ' ').slice(0, 19) : NONE;
}

// Limits of a run in words; empty if there are none.
export function limitsInWords(limits) {
  if (!limits) return '';
  const parts = [];
  if (limits.seconds) parts.push(duration(limits.seconds));
  if (limits.spills) parts.push(`${count(limits.spills)}\u202fspills`);
  if (limits.protons) parts.push(`${scientific(limits.protons, 2)}\u202fprotons`);
  if (limits.bytes) parts.push(prefixed(limits.bytes, 'B'));
  return parts.join(', ');
}

export function percent(part, digits = 2) {
  return known(part) ? `${(100 * part).toFixed(digits)}\u202f%` : NONE;
}

// Seconds that may be long: 41 s, 12 min, 5.2 h, 3.1 d.
export function span(seconds) {
  if (!known(seconds)) return NONE;
  if (seconds < 90) return `${seconds.toFixed(0)}\u202fs`;
  if (seconds < 5400) return `${(seconds / 60).toFixed(0)}\u202fmin`;
  if (seconds < 172800) return `${(seconds / 3600).toFixed(1)}\u202fh`;
  return `${(seconds / 86400).toFixed(1)}\u202fd`;
}

// Of a value of any size, to so many significant digits.
export function significant(value, digits = 4) {
  if (!known(value)) return NONE;
  if (value !== 0 && (Math.abs(value) >= 1e6 || Math.abs(value) < 1e-3)) return scientific(value, digits - 1);
  return String(Number(value.toPrecision(digits)));
}
