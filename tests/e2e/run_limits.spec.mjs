// Runs that end by themselves and are followed by the next: decided by the lead daemon, whether or not a console looks.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { light } from './lab/config_text.mjs';
import { inLab } from './lab/spec.mjs';
import { until } from './lab/until.mjs';

const SPILLS = 100;

inLab('run limits', { edit: light, editEmulator: light, start: { type: null } }, async (spec, lab) => {
  const description = (number) => readFileSync(join(lab.runDirectory(number), 'run.txtpb'), 'utf8');
  const untilEnded = (number, reason) =>
    until(`run ${number} ended`, () => /stop_reason: "([^"]+)"/.exec(description(number))?.[1], (found) => found?.startsWith(reason));

  await spec('run_limits', 'a run ends at its target, the next starts by itself, a person ends the chain', async (stage) => {
    const page = await stage.open();
    await page.untilState('configured');
    await page.goto('run');
    await page.page.locator('[data-form="start"] [name="limit_spills"]').fill(String(SPILLS));
    await page.page.locator('[data-form="start"] [name="restart"]').check();
    await page.begin({ type: 'source', operator: 'A. Shift', note: 'by the hundred' });
    await page.untilRun(1);
    await stage.shot(page, 'limited');
    await page.untilRun(2);
    await untilEnded(1, 'target-reached');
    const first = description(1);
    assert.ok(Number(/\bspills: (\d+)/.exec(/ledger \{[^]*/.exec(first)[0])[1]) >= SPILLS, first);
    assert.match(first, /operator: "A. Shift"/);

    await lab.kill('online'); // no console is needed for it
    await untilEnded(2, 'target-reached');
    lab.launchOnline();
    await lab.console();
    await page.untilConnection('live');
    await until('run 3 or a later one runs', () => page.runNumber(), (number) => number >= 3);
    await page.untilState('running');
    await page.end();
    await page.untilState('configured');
    const last = await page.runNumber();
    const text = description(last);
    assert.match(text, /type: SOURCE/);
    assert.match(text, /note: "by the hundred"/);
    assert.match(text, new RegExp(`restarted_from: ${last - 1}`));
    await until('it was stopped by a person', () => description(last), (now) => /stop_reason: "requested"/.test(now));
    await new Promise((resolve) => setTimeout(resolve, 3000));
    assert.equal(await page.state(), 'configured', 'a stop by a person did not end the chain');
  }, { expected: /ERR_CONNECTION|ERR_EMPTY|WebSocket/ });
});
