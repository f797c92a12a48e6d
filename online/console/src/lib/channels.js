// What is known of channels, for people. A level is { value, error, entries } or null.
import { known, NONE } from './format.js';

const MOST_DIGITS = 3;

// Digits after the point, so that an error has two that count.
function digitsOf(error) {
  if (!known(error) || error <= 0) return 2;
  return Math.min(MOST_DIGITS, Math.max(0, 1 - Math.floor(Math.log10(error))));
}

// "15000.31 ± 0.02"
export function measured(level) {
  if (!level || !known(level.value)) return NONE;
  const digits = digitsOf(level.error);
  const value = level.value.toFixed(digits);
  return known(level.error) ? `${value} ± ${level.error.toFixed(digits)}` : value;
}

// Of the SPE charge that the configuration expects; empty where it expects none.
export function ofExpected(channel, level) {
  if (!level || !known(level.value) || !known(channel.spe_expected_adc)) return '';
  return `${((100 * level.value) / channel.spe_expected_adc).toFixed(1)}\u202f%`;
}

// Why there is no SPE charge, in words; empty where there is one.
export function whyNoSpe(channel, interval) {
  if (!known(channel.spe_expected_adc)) return 'no PMT';
  if (interval.spe_adc) return '';
  if (interval.singles < channel.spe_needs) return `no data: ${interval.singles} of ${channel.spe_needs} pulses`;
  return `no data: ${interval.singles} pulses do not fit`;
}
