// Whether every slot of a run that has ended is accounted for.
const DISPOSITIONS = ['complete', 'truncated', 'paused', 'mark_missed', 'lost_buffer_full', 'lost_device', 'lost_corrupt', 'lost_disk'];
const LOSSES = ['truncated', 'lost_buffer_full', 'lost_device', 'lost_corrupt', 'lost_disk'];

// What was lost of it, in words; none if its ledger closes, nothing was lost, and every recorded slot is in the spectra.
export function lossesOf({ ledger, run }) {
  const words = LOSSES.filter((name) => ledger[name] > 0).map((name) => `${name} ${ledger[name]}`);
  const sum = DISPOSITIONS.reduce((slots, name) => slots + ledger[name], 0);
  if (sum !== ledger.slots) words.push(`the ledger does not close: ${sum} of ${ledger.slots} slots`);
  if (!run.complete) words.push(run.statement);
  return words;
}
