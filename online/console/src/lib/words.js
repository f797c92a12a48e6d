// Ranges, references and errors of numbers in words.
import { clock, count, known, significant, superscript } from './format.js';

export const RUN = 'run';
export const SINCE_RESET = 'reset';

// "run", "hour", "spills:600", "reset" as a person says them.
export function rangeTitle(range) {
  if (range === RUN) return 'whole run';
  if (range === 'hour') return 'last hour';
  if (range === SINCE_RESET) return 'since the reset';
  const [what, number] = range.split(':');
  return what === 'spills' ? `last ${count(Number(number))} spills` : range;
}

const timeOf = (utc_s) => `${clock(utc_s).slice(11)} UTC`;

// What a spectrum says of its range; null: it is of the whole run.
export function rangeInWords(range) {
  if (!range) return null;
  const since = range.begin_utc_s ? ` since ${timeOf(range.begin_utc_s)}` : ', all of the run';
  const who = range.name !== SINCE_RESET ? '' : range.person ? `, reset by ${range.person}` : '; nobody has reset it';
  return `${rangeTitle(range.name)}: ${count(range.spills)} spills${since}${who}`;
}

// Of the reset that the status tells, or null.
export const resetInWords = (reset) => (reset ? `since ${timeOf(reset.utc_s)}, reset by ${reset.person}` : 'the whole run: nobody has reset it');

// As a part of a file's name; empty for the whole run.
export const rangeInName = (range) => (range ? `${rangeTitle(range.name).replace(/[^\w]+/g, '-')}-` : '');

export const isReference = ({ state, exports, reprocessed }) => state !== 'running' && (exports !== null || reprocessed?.length > 0);

// 12.3 ± 1.4: as many digits as the error has two of.
export function withError({ value, sigma }) {
  if (!known(value)) return '–';
  if (!(sigma > 0)) return significant(value, 5);
  if (Math.abs(value) >= 1e6 || Math.max(Math.abs(value), sigma) < 1e-3) {
    const power = Math.floor(Math.log10(Math.max(Math.abs(value), sigma)));
    const scale = 10 ** power;
    return `(${withError({ value: value / scale, sigma: sigma / scale })})·10${superscript(power)}`;
  }
  const digits = Math.max(0, 1 - Math.floor(Math.log10(sigma)));
  return `${value.toFixed(digits)} ± ${sigma.toFixed(digits)}`.replaceAll('-', '−');
}
