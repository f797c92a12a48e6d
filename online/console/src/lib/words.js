// Ranges, references and errors of numbers in words.
import { clock, count, known, significant, superscript } from './format.js';

export const RUN = 'run';

// "run", "hour", "spills:600" as a person says them.
export function rangeTitle(range) {
  if (range === RUN) return 'whole run';
  if (range === 'hour') return 'last hour';
  const [what, number] = range.split(':');
  return what === 'spills' ? `last ${count(Number(number))} spills` : range;
}

// What a spectrum says of its range; null: it is of the whole run.
export function rangeInWords(range) {
  if (!range) return null;
  const since = range.begin_utc_s ? ` since ${clock(range.begin_utc_s).slice(11)} UTC` : ', all of the run';
  return `${rangeTitle(range.name)}: ${count(range.spills)} spills${since}`;
}

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
