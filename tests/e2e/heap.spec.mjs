// A page that stays open for months: its heap does not grow with what it is told.
import assert from 'node:assert/strict';
import { light } from './lab/config_text.mjs';
import { DESK } from './lab/console_page.mjs';
import { isRecorded, prepareReplay, replay } from './lab/replay.mjs';
import { inLab } from './lab/spec.mjs';
import { until } from './lab/until.mjs';

const UPDATES = 50_000;
const STEPS = 10; // each in another view
const ROUNDS = 5; // through all views, until the browser has compiled what it will
const FILLING = 2; // steps until trends and log hold as much as they keep
const MORE_MB = 1;

inLab('the heap of the page', { edit: light, editEmulator: light }, async (spec) => {
  await spec('heap', `${UPDATES} updates, with views opened and closed, leave nothing behind in the page`, async (stage) => {
    const page = await stage.open({ ...DESK, prepare: prepareReplay });
    await page.untilState('running');
    await until('frames are recorded', () => isRecorded(page.page));
    const devtools = await page.context.newCDPSession(page.page);
    await devtools.send('HeapProfiler.enable');
    const measured = async () => {
      await page.goto('spectra/all');
      await until('all is drawn', () => page.allDrawn());
      await devtools.send('HeapProfiler.collectGarbage');
      const { usedSize } = await devtools.send('Runtime.getHeapUsage');
      const { nodes, jsEventListeners: listeners } = await devtools.send('Memory.getDOMCounters');
      return { megabytes: usedSize / 1e6, nodes, listeners };
    };

    const views = await page.page.locator('nav [data-goto]').evaluateAll((links) => links.map((link) => link.dataset.goto));
    for (let round = 0; round < ROUNDS; ++round) for (const view of views) await page.goto(view);
    const seen = [await measured()];
    let sent = 0;
    for (let step = 0; step < STEPS; ++step) {
      await page.goto(views[step % views.length]);
      sent = await replay(page.page, UPDATES / STEPS);
      seen.push(await measured());
    }
    console.log(seen.map(({ megabytes, nodes, listeners }) => `${megabytes.toFixed(2)} MB, ${nodes} nodes, ${listeners} listeners`).join('\n'));

    assert.equal(sent, UPDATES);
    const [full, last] = [seen[FILLING], seen.at(-1)];
    assert.ok(last.megabytes < full.megabytes + MORE_MB, `from ${full.megabytes.toFixed(2)} to ${last.megabytes.toFixed(2)} MB`);
    for (const what of ['nodes', 'listeners']) assert.ok(last[what] <= 1.2 * full[what], `from ${full[what]} to ${last[what]} ${what}`);
  });
});
