// What is written down and looked up: history, alarms, logbook and runs.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { append, edit, light, slowValues } from './lab/config_text.mjs';
import { PEOPLE } from './lab/people.mjs';
import { DESK } from './lab/console_page.mjs';
import { inLab } from './lab/spec.mjs';
import { until, untilEqual } from './lab/until.mjs';

const VALUES = `
value { name: "hv" unit: "V" pushed {} stale_s: 600 }
value { name: "level" unit: "mm" pushed {} stale_s: 2 }`;
const RULE = 'alarm { name: "hv" quantity: "slow.hv" above: 1300 hysteresis: 20 for_s: 0 back_for_s: 0 help: "Call the HV expert" }';
const BOX = append('box { chain: "csi" range { variable: "pe" min: 4 max: 8 } }'); // nothing is blinded: it gives the sideband alone
const setUp = { edit: edit(light, slowValues(VALUES), BOX), editEmulator: light, consoleText: RULE, start: { type: 'test' } };
const WIDE = 5000; // of a picture, in pixels: more than the server takes

inLab('history, alarms, logbook and runs', setUp, async (spec, lab) => {
  await lab.slow('level', 10);
  await until('the level is in the history', () => lab.api.get('/api/history?series=slow.level'), ({ curves }) => curves['slow.level']);
  await lab.slow('level', 30); // and then nobody tells of it

  await spec('alarms', 'a value beyond its limit is acknowledged from the page with a comment, shelved, and seen to return', async (stage) => {
    const page = await stage.open({ ...DESK, person: PEOPLE.expert });
    await lab.slow('hv', 1320);
    await page.press('open-alarm');
    const row = (name) => page.alarm('hv', name);
    await untilEqual('the alarm in the table', () => row('state'), 'unacknowledged');
    assert.match(await page.words(), /1320 V/);
    await stage.shot(page, 'alarms-unacknowledged');
    await page.press('acknowledge-alarm');
    await page.fill('acknowledge', { comment: 'HV expert called' });
    await page.press('confirm-acknowledge');
    await untilEqual('the alarm in the table', () => row('state'), 'acknowledged');
    await until('who acknowledged it', () => page.words(), (words) => words.includes(`acknowledged by ${PEOPLE.expert.name}: HV expert called`));
    await page.resize(390, 844);
    await page.assertFits('alarms on a phone');
    await stage.shot(page, 'alarms-phone');
    await page.resize(DESK.width, DESK.height);
    await lab.slow('hv', 1200);
    await untilEqual('the alarm in the table', () => row('state'), 'normal');
    await page.page.locator('[data-alarm-row="hv"] [data-action="shelve"]').click();
    await page.fill('shelve', { hours: '24', reason: 'ramped by hand' });
    await page.press('confirm-shelve');
    await untilEqual('the alarm in the table', () => row('state'), 'shelved');
    await stage.shot(page, 'alarms-shelved');
    await page.press('unshelve');
    await untilEqual('the alarm in the table', () => row('state'), 'normal');
    const changes = () => page.page.locator('[data-alarm-event="hv"]').evaluateAll((lines) => lines.slice(0, 5).map((line) => line.dataset.state));
    await untilEqual('the log of changes, newest first', async () => (await changes()).join(', '), 'normal, shelved, normal, acknowledged, unacknowledged');

    const shift = await stage.open({ person: PEOPLE.shift });
    await shift.goto('alarms');
    await shift.page.locator('[data-alarm-row="hv"]').waitFor();
    assert.ok(await shift.page.locator('[data-alarm-row="hv"] [data-action="shelve"]').isDisabled(), 'who is no expert may shelve');
  });

  await spec('logbook', 'an entry with a pasted picture is written, corrected, and found from another browser', async (stage) => {
    const page = await stage.open({ ...DESK, person: PEOPLE.shift });
    const other = await stage.open({ ...DESK, person: null });
    await Promise.all([page.goto('logbook'), other.goto('logbook')]);
    const entries = (one) => one.page.locator('[data-entry][data-kind-of-entry="person"]');
    await page.fill('entry', { text: 'Scope shows ringing on the veto, cable exchanged' });
    await page.pastePicture('entry', 'text', WIDE, 300);
    await page.page.locator('[data-preview] img').waitFor();
    await until('it is said that it was made smaller', () => page.words(), (words) => words.includes('4096 × 246') && words.includes('made smaller'));
    await stage.shot(page, 'logbook-preview');
    await page.press('write');
    await entries(page).first().waitFor();
    assert.equal(await page.page.locator('[data-preview]').count(), 0, 'the picture stays for the next entry');

    await entries(other).first().waitFor(); // by itself
    await other.page.locator('[name="entry-text"]').fill('ringing exch');
    await until('only what fits is listed', () => other.page.locator('[data-entry]').count(), (count) => count === 1);
    const width = () => other.page.locator('[data-entry] img').evaluate((image) => image.naturalWidth);
    await untilEqual('the picture’s width', width, 4096);
    assert.match(await other.page.locator('[data-entry]').innerText(), new RegExp(`${PEOPLE.shift.name}.*run 1`, 's'));
    await stage.shot(other, 'logbook-found');

    await page.press('correct');
    await page.fill('entry', { text: 'Scope shows ringing on the crystal, cable exchanged' });
    await page.press('write');
    await until('the correction is there with what it corrects', () => page.page.locator('[data-corrects]').innerText(), (words) => words.includes('ringing on the veto'));
    await page.page.locator('[data-corrected-by]').waitFor();
    await stage.shot(page, 'logbook-corrected');
    await page.resize(390, 844);
    await page.assertFits('the logbook on a phone');
    await stage.shot(page, 'logbook-phone');
  });

  await spec('runs', 'a run that has ended is listed with its totals, spectra, notes and entries', async (stage) => {
    const page = await stage.open({ ...DESK, person: PEOPLE.expert });
    await lab.untilSlots(60);
    await page.end();
    await page.untilState('configured');
    const { ledger } = await until('the run is closed', () => lab.api.status(), ({ run }) => run.phase === 'closed');
    await page.goto('runs');
    await page.page.locator('[data-run="1"][data-state="ended"]').waitFor();
    const total = (name) => page.runTotal(1, name);
    const lost = ['truncated', 'lost_buffer_full', 'lost_device', 'lost_corrupt', 'lost_disk'].reduce((sum, name) => sum + ledger[name], 0);
    for (const [name, value] of [['slots', ledger.slots], ['lost', lost], ['pot-recorded', ledger.pot_recorded]])
      await untilEqual(`${name} in the list`, () => total(name), value);
    await stage.shot(page, 'runs');
    await page.page.locator('[name="run-text"]').fill('nobody wrote this');
    await until('a filter leaves out what does not fit', () => page.page.locator('[data-run]').count(), (count) => count === 0);
    await page.page.locator('[name="run-text"]').fill('');
    await page.page.locator('[data-run="1"]').waitFor();

    await page.press('open-run');
    await untilEqual('complete slots on the run’s page', () => page.figure('run-complete'), ledger.complete);
    assert.ok((await page.figure('run-live:in_time')) > 0, 'the run has no C exposure');
    await page.fill('run-note', { text: 'cable exchanged during this run' });
    await page.press('add-run-note');
    await until('the note is on the page', () => page.words(), (words) => words.includes('cable exchanged during this run'));
    await page.page.locator('[data-same]').waitFor(); // its config is the one in use
    await page.page.locator('[data-run-config] summary').click();
    await until('the config’s text', () => page.words(), (words) => words.includes('name: "demo"'));
    await page.page.locator('[data-entry][data-kind-of-entry="run-stop"]').waitFor();
    const { sideband } = await lab.api.spectrum('pe');
    const kept = page.page.locator('[data-run-sideband="pe"] [data-value]');
    assert.equal(Number(await kept.getAttribute('data-value')), sideband.ratio);
    assert.equal(Number(await kept.getAttribute('data-sigma')), sideband.sigma);
    assert.deepEqual((await lab.api.get('/api/runs/1')).sideband.find(({ spectrum }) => spectrum === 'pe').c, sideband.in_time);
    await stage.shot(page, 'run');
    const saved = page.page.waitForEvent('download');
    await page.page.locator('[data-export="spectra.json"]').click();
    const download = await saved;
    assert.equal(download.suggestedFilename(), 'run-000001-spectra.json');
    assert.equal(await download.failure(), null);
    await page.resize(390, 844);
    await page.assertFits('a run on a phone');
    await stage.shot(page, 'run-phone');
    await page.goto('runs');
    await page.page.locator('[data-run="1"]').waitFor();
    await page.assertFits('the list of runs on a phone');
    await stage.shot(page, 'runs-phone');
  });

  await spec('history', 'a quantity that moved has its curve, and where it was unknown a gap; the address brings it back', async (stage) => {
    const page = await stage.open({ ...DESK, person: null });
    await page.goto('history');
    await until('what a shift looks at first is shown', () => page.curve('beam.mark_rate_hz', 'points'), (points) => points > 0);
    await stage.shot(page, 'history-first');
    await page.page.locator('[name="series-text"]').fill('level');
    await page.page.locator('[data-series="slow.level"]').check();
    const kept = async () => (await lab.api.get('/api/history?series=slow.level')).curves['slow.level'];
    const known = await until('it is unknown for long enough', kept, ({ t }) => Date.now() / 1000 - t.at(-1) > 32);
    await lab.slow('level', 20);
    await until('the page follows: the level is known again, after a gap', () => page.curve('slow.level', 'gaps'), (gaps) => gaps === 1);
    await untilEqual('the newest value', () => page.curve('slow.level', 'value'), 20);
    await stage.shot(page, 'history-live');

    const [from, to] = [Math.floor(known.t[0]) - 30, Math.ceil(Date.now() / 1000) + 20];
    await page.goto(`history/${from}-${to}/slow.level,slow.hv`);
    await until('the gap is a gap in the drawing', () => page.drawnStretches('mm'), (drawn) => drawn.some(([begin], i) => i > 0 && begin - drawn[i - 1][1] > 40));
    await page.page.locator('[data-strip="mm"] [role="img"]').focus();
    await page.page.keyboard.press('Home');
    await untilEqual('the value where nothing was known yet', () => page.curve('slow.level', 'value'), null);
    await until('the cursor finds the first value', async () => {
      await page.page.keyboard.press('ArrowRight');
      return page.curve('slow.level', 'high');
    }, (high) => high === 30);
    await stage.shot(page, 'history-gap');

    const { hash } = new URL(page.page.url());
    const again = await stage.open({ ...DESK, person: null, path: `/${hash}` });
    await until('a link brings the curve back', () => again.curve('slow.level', 'gaps'), (gaps) => gaps === 1);
    const saved = again.page.waitForEvent('download');
    await again.press('csv');
    const text = readFileSync(await (await saved).path(), 'utf8');
    assert.match(text, /^utc,utc_s,slow\.level mean \[mm\],slow\.level low \[mm\],slow\.level high \[mm\],slow\.hv mean \[V\],/);
    assert.match(text, /^[^,]+Z,\d+(\.\d+)?,20,20,20,1200,1200,1200$/m);
    await again.press('theme');
    await stage.shot(again, 'history-light');
    await again.resize(390, 844);
    await again.assertFits('the history on a phone');
    await stage.shot(again, 'history-phone');
  });
});
