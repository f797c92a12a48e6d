// Every view, in each state and look, has no fault that axe-core calls serious or critical, and works by keyboard alone.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { light } from './lab/config_text.mjs';
import { DESK } from './lab/console_page.mjs';
import { inLab, options } from './lab/spec.mjs';
import { until } from './lab/until.mjs';

const VIEWS = ['run', 'spectra', 'beam', 'health'];
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'];
const PHONE = { width: 390, height: 844 };
const axe = readFileSync(join(options.packages, 'node_modules/axe-core/axe.min.js'), 'utf8');

// Faults in words, one a line. The page's policy forbids script tags, not what the devtools evaluate.
async function faultsOf(page) {
  if (!(await page.page.evaluate(() => 'axe' in window))) await page.page.evaluate(axe);
  const found = await page.page.evaluate((tags) => window.axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] }), TAGS);
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.slice(0, 5).map((node) => `${id}: ${node.target.join(' ')}: ${node.failureSummary.split('\n')[1]?.trim()}`));
}

inLab('accessibility', { edit: light, editEmulator: light }, async (spec, lab) => {
  const assertFine = async (page, where) => assert.deepEqual(await faultsOf(page), [], where);

  await spec('looks', 'all views in dark, light, and on a phone', async (stage) => {
    const page = await stage.open(DESK);
    await page.untilState('running');
    await lab.untilSlots(40);
    for (const look of ['dark', 'light', 'phone']) {
      if (look === 'light') await page.press('theme');
      if (look === 'phone') await page.resize(PHONE.width, PHONE.height);
      for (const view of VIEWS) {
        await page.goto(view);
        await assertFine(page, `${view}, ${look}`);
        await stage.shot(page, `${view}-${look}`);
      }
    }
  });

  await spec('states', 'an open dialog, a table, data that are old', async (stage) => {
    const page = await stage.open(DESK);
    await page.untilState('running');
    await page.goto('run');
    await page.press('stop');
    await assertFine(page, 'the question before a stop');
    await page.press('cancel-stop');
    await page.press('help');
    await assertFine(page, 'the list of keys');
    await page.page.keyboard.press('Escape');
    await page.goto('spectra');
    await page.page.locator('[data-spectrum="pe"] [data-action="table"]').click();
    await page.page.locator('[data-spectrum="pe"] [data-bin="0"]').waitFor();
    await assertFine(page, 'a spectrum as a table');
    lab.freeze('daq');
    await page.untilConnection('daemon-silent');
    for (const view of VIEWS) {
      await page.goto(view);
      await until('old data are marked', () => page.isStale());
      await assertFine(page, `${view}, stale`);
    }
    await stage.shot(page, 'stale');
    lab.thaw('daq');
    await page.untilConnection('live');
  });

  await spec('keyboard', 'a run is stopped and started with the keyboard alone', async (stage) => {
    const page = await stage.open(DESK);
    await page.untilState('running');
    await page.goto('run');
    const keys = page.page.keyboard;
    const reach = async (action) => {
      await page.hooks.steer(page.page);
      await page.page.evaluate(() => document.activeElement?.blur());
      await until(`Tab reaches ${action}`, async () => {
        await keys.press('Tab');
        return page.page.evaluate(() => document.activeElement?.dataset.action ?? null);
      }, (at) => at === action);
    };
    await reach('stop');
    await keys.press('Enter');
    await page.page.locator('[data-dialog="stop"][open]').waitFor();
    await keys.press('Escape');
    await until('the focus is back on the button', () => page.page.evaluate(() => document.activeElement?.dataset.action), (at) => at === 'stop');
    await keys.press('Enter');
    await reach('confirm-stop');
    await keys.press('Enter');
    await page.untilState('configured');
    await until('a run can be started', () => page.offers('start'));
    await reach('start');
    await keys.press('Enter');
    await page.untilState('running');
  });
});
