// Waiting for what will be true, and no longer.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

// Of a machine that has much else to do; see spec.mjs for one that has even more.
export const patience = { ms: 120_000 };

// Looks until `holds` of what is seen, and returns that. What the last look saw, or why it saw nothing, is in the error.
export async function until(what, look, holds = Boolean, within = patience.ms) {
  let last = 'nothing yet';
  for (const end = Date.now() + within; ; await sleep(50)) {
    try {
      const seen = await look();
      if (holds(seen)) return seen;
      last = inspect(seen, { depth: 3, breakLength: Infinity }).slice(0, 600);
    } catch (failure) {
      last = failure.message;
    }
    if (Date.now() > end) throw new Error(`not within ${within / 1000} s: ${what}; last seen: ${last}`);
  }
}

export function untilEqual(what, look, expected, within) {
  return until(`${what} is ${inspect(expected)}`, look, (seen) => seen === expected, within);
}

// Looks for a while; `holds` of every look.
export async function throughout(what, milliseconds, look, holds) {
  for (const end = Date.now() + milliseconds; Date.now() < end; await sleep(100)) {
    const seen = await look();
    assert.ok(holds(seen), `${what}: ${inspect(seen, { depth: 3 })}`);
  }
}
