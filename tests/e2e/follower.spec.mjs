// Two daemons with a digitizer each, of which one dies.
import assert from 'node:assert/strict';
import { edit, FOLLOWER, light, secondDaemon } from './lab/config_text.mjs';
import { inLab } from './lab/spec.mjs';
import { until } from './lab/until.mjs';

const setUp = { config: 'demo-simulation', edit: edit(secondDaemon, light), start: { daemons: ['daq', FOLLOWER], type: null } };

inLab('two daemons', setUp, async (spec, lab) => {
  const daemon = (name) => lab.api.daemon(name);

  await spec('follower_lost', 'a follower is killed: the console names it, and stopping still works', async (stage) => {
    const page = await stage.open();
    await until('both daemons are configured', async () => [await daemon('daq'), await daemon(FOLLOWER)], (both) =>
      both.every(({ connected, status }) => connected && status.state === 'configured'),
    );
    await page.begin({ note: 'with two digitizers' });
    await page.untilState('running');
    await lab.untilSlots(40);
    await lab.kill(FOLLOWER);
    await until('the follower is no longer heard', () => daemon(FOLLOWER), ({ connected }) => !connected);
    assert.equal(await page.state(), 'running');
    await page.goto('health');
    await until('the lead says so', () => page.words(), (words) => words.includes(`daemon ${FOLLOWER} does not answer; the run goes on without it`));
    const old = (selector) => page.page.locator(`${selector}[data-stale]`).count();
    for (const part of ['buffers-of', 'disk']) {
      await until(`${part} of the follower is grey, with its age`, () => old(`[data-${part}="${FOLLOWER}"]`), (count) => count === 1);
      assert.match(await page.page.locator(`[data-${part}="${FOLLOWER}"]`).innerText(), /\d+\s*s old/);
      assert.equal(await old(`[data-${part}="daq"]`), 0, 'the lead goes on');
    }
    assert.ok(await page.page.locator(`[data-disk="${FOLLOWER}"] [data-figure="disk-free"]`).getAttribute('data-value'), 'its disk is not shown');
    await stage.shot(page, 'follower-lost');
    const asked = Date.now();
    await page.end();
    await page.untilState('configured');
    console.log(`the run was closed ${((Date.now() - asked) / 1000).toFixed(1)} s after it was asked to stop`);

    lab.startDaemon(FOLLOWER);
    await until('it is configured again', () => daemon(FOLLOWER), ({ connected, status }) => connected && status.state === 'configured');
    await page.begin({ note: 'both again' });
    await page.untilRun(2);
    await page.untilState('running');
    await lab.untilSlots(20);
  });
});
