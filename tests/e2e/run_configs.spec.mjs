// Another configuration, chosen on the page: what it changes is shown first, and the live spectra follow it.
import assert from 'node:assert/strict';
import { edit, light, replace } from './lab/config_text.mjs';
import { inLab } from './lab/spec.mjs';
import { until } from './lab/until.mjs';

inLab('choice of configurations', { edit: light, editEmulator: light, start: { type: null } }, async (spec, lab) => {
  await spec('run_configs', 'another config is compared, taken, and followed by the spectra; a broken one is named', async (stage) => {
    lab.writeConfig(edit(replace('variable: "n_peaks" min: 8', 'variable: "n_peaks" min: 6'), replace('name: "pe"\n', 'name: "pe_wide"\n'), replace('bins: 50 min: 0 max: 100', 'bins: 60 min: 0 max: 120'))(lab.configText), 'wide.txtpb');
    lab.writeConfig(replace('bins: 24 min: 0 max: 12', 'bins: 24 min: 12 max: 0')(lab.configText), 'broken.txtpb');
    const page = await stage.open();
    await page.begin({ note: 'with the first' });
    await page.untilState('running');
    await lab.untilSlots(20);
    await page.end();
    await page.untilState('configured');

    const config = page.page.locator('[data-form="configure"] [name="config"]');
    await config.focus();
    await until('the configs are listed', () => config.locator('option').allInnerTexts(), (names) => names.some((name) => name.startsWith('wide.txtpb')));
    await config.selectOption('broken.txtpb');
    await until('what is wrong is said', () => page.words(), (words) => /axis/.test(words) && /12/.test(words));
    assert.equal(await page.page.locator('[data-action="configure"]').isEnabled(), false);
    await config.selectOption('wide.txtpb');
    const change = page.page.locator('[data-change="selection[0].cut[1].min"]');
    await change.waitFor();
    assert.equal(await change.locator('[data-was]').getAttribute('data-was'), '8');
    assert.equal(await change.locator('[data-is]').getAttribute('data-is'), '6');
    await stage.shot(page, 'config-difference');
    await page.press('configure');

    await until('the interface has the new spectra', async () => (await lab.api.get('/api/spectra')).spectra.map(({ name }) => name), (names) => names.includes('pe_wide'));
    await page.untilConnection('live');
    await page.begin({ note: 'with the second' });
    await page.untilRun(2);
    await page.untilState('running');
    await until('the new spectrum fills', async () => (await lab.api.spectrum('pe_wide')).anti_coincident?.inside, (inside) => inside > 0);
    await page.goto('spectra');
    await until('it is drawn', () => page.drawing('pe_wide', 'in_time'));
  }, { expected: /ERR_CONNECTION|WebSocket/ });
});
