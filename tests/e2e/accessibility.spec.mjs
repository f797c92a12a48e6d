// Every view is for everybody: no grave finding of axe-core in either theme, on a desk, a phone and the wall, with dialogs open; and the
// keyboard reaches everything and gets away from it again. Views and dialogs are found on the page: new ones need no change here.
import assert from 'node:assert/strict';
import { colourFindings, findings } from './lab/axe.mjs';
import { light } from './lab/config_text.mjs';
import { DESK } from './lab/console_page.mjs';
import { tabThrough } from './lab/keyboard.mjs';
import { inLab } from './lab/spec.mjs';
import { until, untilEqual } from './lab/until.mjs';

const PHONE = { width: 390, height: 844 };
const WALL = { width: 1920, height: 1080, path: '/?wall' };

const SHIFT = 'shift { check: "Is the veto on?" check: "Level of the water" instructions: "Call the expert on call" }';

inLab('every view is accessible', { edit: light, editEmulator: light, consoleText: SHIFT }, async (spec, lab) => {
  // The shift page with all that it can have: a note that waits, a list, somebody on call.
  await lab.api.post('/api/shift/begin');
  await lab.api.post('/api/shift/handover', { shift: 1, text: 'quiet' });
  await lab.api.post('/api/shift/begin');
  await lab.api.post('/api/shift/on-call', { name: 'C. Expert', contact: '+41 1', to_utc_s: Date.now() / 1000 + 3600 });

  async function opened(stage, size) {
    const page = await stage.open(size);
    await page.untilState('running');
    await lab.untilSlots(20);
    return page;
  }

  // Opens each view of the navigation, once it has something to show.
  async function everyView(page, look) {
    const views = await page.page.locator('nav [data-goto]').evaluateAll((links) => links.map((link) => link.dataset.goto));
    assert.ok(views.length >= 4, `the navigation has only ${views}`);
    for (const view of views) {
      await page.goto(view);
      await page.page.locator('main :is(h2, h3):visible').first().waitFor();
      await page.page.getByText('Fetching …').first().waitFor({ state: 'hidden' });
      await look(view);
    }
  }

  async function otherTheme(page) {
    const theme = () => page.page.locator('html').getAttribute('data-theme');
    const before = await theme();
    await page.press('theme');
    return until('the theme changes', theme, (now) => now !== before);
  }

  for (const [name, size] of Object.entries({ desk: DESK, phone: PHONE })) {
    await spec(`axe_${name}`, 'no view has a serious or critical finding, in either theme', async (stage) => {
      const page = await opened(stage, size);
      await everyView(page, async (view) => {
        await page.untilFits(view);
        assert.deepEqual(await findings(page.page), [], view);
        const theme = await otherTheme(page);
        assert.deepEqual(await colourFindings(page.page), [], `${view}, ${theme}`);
      });
      await page.goto('spectra');
      await page.press('table');
      await page.page.locator('[data-bin]').first().waitFor();
      assert.deepEqual(await findings(page.page, 'main'), [], 'a spectrum as a table');
    });
  }

  await spec('axe_wall', 'the wall has no serious or critical finding', async (stage) => {
    const page = await opened(stage, WALL);
    await until('all is drawn', () => page.allDrawn());
    assert.deepEqual(await findings(page.page), []);
  });

  await spec('dialogs', 'no dialog has a serious or critical finding; each holds the focus until Esc closes it', async (stage) => {
    const page = await opened(stage, DESK);
    const seen = new Set();
    for (let themes = 0; themes < 2; ++themes) {
      const theme = await otherTheme(page);
      await everyView(page, async (view) => {
        for (const dialog of await page.page.locator('dialog').all()) {
          const what = `dialog ${await dialog.getAttribute('data-dialog')}, ${theme}`;
          if (seen.has(what)) continue;
          seen.add(what);
          await dialog.evaluate((element) => element.showModal());
          const found = themes === 0 ? await findings(page.page, 'dialog[open]') : await colourFindings(page.page, 'dialog[open]');
          assert.deepEqual(found, [], `${what}, in ${view}`);
          if (themes === 0) assert.deepEqual((await tabThrough(page.page)).missed, [], `${what}, in ${view}`);
          await page.page.keyboard.press('Escape');
          await untilEqual(`whether ${what} is open`, () => dialog.evaluate((element) => element.open), false);
        }
      });
    }
    assert.ok(seen.size >= 6, `only ${[...seen]}`);
  });

  await spec('keyboard', 'Tab reaches everything that can be used, forwards and backwards, and is held nowhere', async (stage) => {
    const page = await opened(stage, DESK);
    await page.hooks.steer(page.page);
    await page.page.locator('[data-action="release-controls"]').waitFor();
    await everyView(page, async (view) => {
      for (const key of ['Tab', 'Shift+Tab']) {
        const { reached, missed, held } = await tabThrough(page.page, key);
        assert.deepEqual(missed, [], `not reached by ${key} in ${view}`);
        assert.deepEqual(held, [], `${key} does not lead away in ${view}`);
        assert.ok(reached > 8, `only ${reached} reached by ${key} in ${view}`);
      }
    });
  });

  await spec('keyboard_run', 'a run is stopped and begun by the keyboard alone', async (stage) => {
    const page = await opened(stage, DESK);
    await page.hooks.steer(page.page);
    const { keyboard } = page.page;
    // Tab until the focus is on it.
    const reach = async (selector) => {
      for (let presses = 0; presses < 100; ++presses) {
        if (await page.page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
        await keyboard.press('Tab');
      }
      throw new Error(`Tab does not reach ${selector}`);
    };
    const stop = '[data-action="stop"]';
    await until('the run can be stopped', () => page.offers('stop'));
    await reach(stop);
    await keyboard.press('Enter');
    await page.page.locator('[data-dialog="stop"]').waitFor();
    await keyboard.press('Escape');
    assert.ok(await page.page.evaluate((wanted) => document.activeElement?.matches(wanted), stop), 'the focus is not where it was before the dialog');
    assert.equal(await page.state(), 'running');
    await keyboard.press('Enter');
    await reach('[data-action="confirm-stop"]');
    await keyboard.press('Enter');
    await page.untilState('configured');
    assert.deepEqual((await tabThrough(page.page)).missed, [], 'not reached by Tab between runs');
    assert.deepEqual(await findings(page.page), [], 'between runs');
    await until('a run can be started', () => page.offers('start'));
    await reach('[data-form="start"] [name="note"]');
    await keyboard.type('by the keyboard');
    await keyboard.press('Enter');
    await page.untilRun(2);
    await page.untilState('running');
  });

  await spec(
    'axe_opened',
    'what has to be opened first has no serious or critical finding either: a run, a fit beside a reference, the scope held, signing in',
    async (stage) => {
      const page = await opened(stage, DESK);
      const part = (selector) => page.page.locator(selector).first();
      const look = async (what) => {
        await page.page.getByText('Fetching …').first().waitFor({ state: 'hidden' });
        await page.untilFits(what);
        assert.deepEqual(await findings(page.page), [], what);
        assert.deepEqual(await colourFindings(page.page), [], `${what}, ${await otherTheme(page)}`);
        assert.deepEqual((await tabThrough(page.page)).missed, [], `not reached by Tab: ${what}`);
      };
      await until('run 1 has spectra', () => lab.api.get('/api/runs/1'), ({ export_files: files }) => files.length > 0);
      await page.goto('runs/1');
      await part('[data-run-page="1"] [data-export]').waitFor();
      await part('[data-run-config] summary').click();
      await look('a run');

      await page.goto('spectra');
      await part('[data-choose="reference"]').selectOption('run-1');
      await part('[data-spectrum="pe"] [data-reference="run-1"]').waitFor();
      await part('[data-spectrum="pe_t_rec"] [data-choose="compare"]').selectOption('difference');
      await part('[data-spectrum="pe"] [data-action="roi"]').click();
      await part('[data-spectrum="pe"] [name="fit-model"]').selectOption('exponential');
      await part('[data-spectrum="pe"] :is([data-fit], [data-fit-trouble])').waitFor();
      await look('spectra with a region of interest, a fit and a reference');

      await page.goto('scope');
      await part('canvas[data-layer="scope"][data-number]').waitFor();
      await page.press('scope-hold');
      await part('[data-scope][data-held="true"] [data-scope-place]').waitFor();
      await part('main summary').click();
      await look('the scope, held');

      const stranger = await stage.open({ ...DESK, person: null });
      await stranger.untilState('running');
      for (let themes = 0; themes < 2; ++themes) {
        const theme = await otherTheme(stranger);
        await stranger.press('sign-in');
        await stranger.page.locator('dialog[data-dialog="sign-in"][open]').waitFor();
        assert.deepEqual(await findings(stranger.page, 'dialog[open]'), [], `signing in, ${theme}`);
        await stranger.page.locator('[data-dialog="sign-in"] [name="token"]').fill('not a token');
        await stranger.press('confirm-sign-in');
        await until('a wrong token is refused in words', () => stranger.refusal());
        assert.deepEqual(await findings(stranger.page, 'dialog[open]'), [], `refused, ${theme}`);
        assert.deepEqual((await tabThrough(stranger.page)).missed, [], `signing in, ${theme}`);
        await stranger.page.keyboard.press('Escape');
        await untilEqual('whether the dialog is open', () => stranger.page.locator('dialog[open]').count(), 0);
      }
    },
    { expected: /status of 401/ },
  );
});
