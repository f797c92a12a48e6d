// What is written down and looked up: history, alarms, logbook, runs, their quality, and which of them are good.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import { Refused } from './lab/api.mjs';
import { findings } from './lab/axe.mjs';
import { REPETITION_HZ, append, edit, light, replace, slowValues } from './lab/config_text.mjs';
import { PEOPLE } from './lab/people.mjs';
import { DESK } from './lab/console_page.mjs';
import { Receiver } from './lab/receiver.mjs';
import { inLab, options } from './lab/spec.mjs';
import { until, untilEqual } from './lab/until.mjs';

const VALUES = `
value { name: "hv" unit: "V" pushed {} stale_s: 600 }
value { name: "level" unit: "mm" pushed {} stale_s: 2 }`;
const RULE = 'alarm { name: "hv" quantity: "slow.hv" above: 1300 hysteresis: 20 for_s: 0 back_for_s: 0 help: "Call the HV expert" }';
const BANDS = `
quality { quantity: "run.ac_rate.pe" high: 50000 }
quality { quantity: "run.complete_fraction" low: 0.5 }
quality { quantity: "run.duration_s" low: 3600 }
quality { quantity: "run.pot_per_spill" low: 2e18 warn_low: 3e18 }
quality { quantity: "run.sideband.pe" low: 0.1 high: 10 }
quality { quantity: "slow.pressure" high: 2 }
quality { quantity: "beam.mark_rate_hz" low: 15 high: 25 }
quality { quantity: "run.ac_rate.t_rec" high: 1e-9 run_type: "physics" }`;
const BOX = append('box { chain: "csi" range { variable: "pe" min: 4 max: 8 } }'); // nothing is blinded: it gives the sideband alone
const busy = edit(light, replace('steady_rate_hz: 2500', 'steady_rate_hz: 10000')); // AC has counts after a few seconds
const phone = await Receiver.open();
after(() => phone.close());
const CHARGED = replace('reject_quality: "short-trace"', 'reject_quality: "short-trace" reject_slot_quality: "charge-missing"'); // a fit needs the protons
const setUp = { edit: edit(light, slowValues(VALUES), BOX, CHARGED), editEmulator: busy, consoleText: `${RULE}${BANDS}${phone.text}\nreprocessed_dir: "reprocessed"`, start: { type: 'test' } };
const NOTES = ['water level 78 cm', 'veto HV lowered to 1200 V']; // written while the run goes on
const POINTS_S = 20; // a run that lasts so long holds a whole point of the history
const WIDE = 5000; // of a picture, in pixels: more than the server takes

const REPROCESSED = 'reprocessed/run-000001-second';
const offline = (...args) => execFileSync(join(options.bin, 'spillgate-offline'), args, { encoding: 'utf8', stdio: 'pipe' });

inLab('history, alarms, logbook and runs', setUp, async (spec, lab) => {
  await lab.slow('level', 10);
  await until('the level is in the history', () => lab.api.get('/api/history?series=slow.level'), ({ curves }) => curves['slow.level']);
  await lab.slow('level', 30); // and then nobody tells of it

  await spec('alarms', 'a value beyond its limit is told by webhook, acknowledged with a comment, held by its hysteresis, shelved, and seen to return', async (stage) => {
    const page = await stage.open({ ...DESK, person: PEOPLE.expert });
    await page.listen();
    await lab.slow('hv', 1320);
    await page.press('open-alarm');
    await until('the alarm is heard', () => page.tones(), (tones) => tones.includes('running 880 Hz') && tones.every((tone) => tone.startsWith('running')));
    assert.equal(await page.sound(), 'ringing');
    const row = (name) => page.alarm('hv', name);
    await untilEqual('the alarm in the table', () => row('state'), 'unacknowledged');
    assert.match(await page.words(), /1320\sV/);
    await stage.shot(page, 'alarms-unacknowledged');
    await page.press('acknowledge-alarm');
    await page.fill('acknowledge', { comment: 'HV expert called' });
    await page.press('confirm-acknowledge');
    await untilEqual('the alarm in the table', () => row('state'), 'acknowledged');
    await untilEqual('the sound', () => page.sound(), 'on');
    await until('who acknowledged it', () => page.words(), (words) => words.includes(`acknowledged by ${PEOPLE.expert.name}: HV expert called`));
    await page.resize(390, 844);
    await page.untilFits('alarms on a phone');
    await stage.shot(page, 'alarms-phone');
    await page.resize(DESK.width, DESK.height);
    // Inside its limit of 1300 V, but not by the hysteresis of 20 V.
    await lab.slow('hv', 1281);
    await untilEqual('the value in the table', () => page.page.locator('[data-alarm-row="hv"] [data-alarm-value]').getAttribute('data-alarm-value'), '1281');
    assert.equal(await row('state'), 'acknowledged');
    await lab.slow('hv', 1279);
    await untilEqual('the alarm in the table', () => row('state'), 'normal');
    await lab.slow('hv', 1200);
    const posted = () => phone.messages.filter(({ kind, alarm }) => kind === 'alarm' && alarm.id === 'hv');
    await until('the webhook has told all of it', posted, (all) => all.at(-1)?.alarm.state === 'normal');
    assert.deepEqual(posted().map(({ alarm }) => `${alarm.was} → ${alarm.state}, ${alarm.value} ${alarm.unit}`), [
      'pending → unacknowledged, 1320 V',
      'unacknowledged → acknowledged, 1320 V',
      'acknowledged → normal, 1279 V',
    ]);
    assert.equal(posted()[1].alarm.comment, 'HV expert called');
    assert.ok(phone.messages.every(({ signed }) => signed), 'a message is not signed with the secret');
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
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><script>window.ran = true</script></svg>';
    for (const [type, words] of [
      ['image/svg+xml', 'SVG is not taken: paste a screenshot of it'],
      ['image/png', 'plot.svg is no picture that this browser can draw'], // what it calls itself makes it none
    ]) {
      await page.pasteFile('entry', 'text', 'plot.svg', type, svg);
      await until(`the page refuses ${type}`, () => page.page.locator('[data-form="entry"] [data-refused]').innerText(), (refused) => refused.includes(words));
      assert.equal(await page.page.locator('[data-preview]').count(), 0);
    }
    assert.equal(await page.page.evaluate(() => 'ran' in window), false);
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
    await page.untilFits('the logbook on a phone');
    await stage.shot(page, 'logbook-phone');
  });

  await spec('runs', 'a run that has ended is listed with its totals, spectra, notes and entries', async (stage) => {
    const page = await stage.open({ ...DESK, person: PEOPLE.expert });
    await lab.untilSlots(60);
    await page.hooks.steer(page.page);
    for (const note of NOTES) {
      await page.fill('note', { note });
      await page.press('note');
      await until('the note is in the run', () => page.page.locator('section[aria-label="Run control"] dd.text').innerText(), (words) => words.includes(note));
    }
    await untilEqual('the field', () => page.page.locator(page.hooks.field('note', 'note')).inputValue(), '');
    await page.goto('runs/1');
    await page.fill('run-note', { text: 'the veto was off for a minute' });
    await page.press('add-run-note');
    const notes = () => page.page.locator('[data-run-note]').allInnerTexts();
    await until('the note is there while the run goes on', notes, (told) => told.some((note) => note.includes('the veto was off') && note.includes(PEOPLE.expert.name)));
    assert.equal((await lab.api.get('/api/runs/1')).state, 'running');
    await until('the run has points of the history', async () => Date.now() / 1000 - (await lab.api.status()).run.start_utc_s, (lasted) => lasted > POINTS_S);
    await page.end();
    await page.untilState('configured');
    const { ledger } = await until('the run is closed', () => lab.api.status(), ({ run }) => run.phase === 'closed');
    await page.goto('runs');
    await page.page.locator('[data-run="1"][data-state="ended"]').waitFor();
    const total = (name) => page.runTotal(1, name);
    const lost = ['truncated', 'lost_buffer_full', 'lost_device', 'lost_corrupt', 'lost_disk'].reduce((sum, name) => sum + ledger[name], 0);
    for (const [name, value] of [['slots', ledger.slots], ['lost', lost], ['pot-recorded', ledger.pot_recorded]])
      await untilEqual(`${name} in the list`, () => total(name), value);
    await until('the page shows by itself that it is judged', () => page.page.locator('[data-run="1"] [data-verdict]').getAttribute('data-verdict'), (verdict) => verdict !== 'none');
    await until('the notes of the run, with the run', () => page.page.locator('[data-run="1"]').innerText(), (words) => NOTES.every((note) => words.includes(note)));
    const description = readFileSync(join(lab.runDirectory(1), 'run.txtpb'), 'utf8');
    const written = ` \\(${PEOPLE.expert.name}, [-\\d]+ [:\\d]+ UTC\\)`;
    assert.match(description, new RegExp(`note: "${NOTES.map((note) => note + written).join('\\\\n')}"`));
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
    await until('both notes are on the page, in the order in which they were written', notes, ([, first, second]) => first?.includes('the veto was off') && second?.includes('cable exchanged during this run'));
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
    await page.untilFits('a run on a phone');
    await stage.shot(page, 'run-phone');
    await page.goto('runs');
    await page.page.locator('[data-run="1"]').waitFor();
    await page.untilFits('the list of runs on a phone');
    await stage.shot(page, 'runs-phone');
  });

  await spec('reprocessed', 'which reprocessings of a run there are is in the list and on its page', async (stage) => {
    const page = await stage.open({ ...DESK, person: null });
    await page.goto('runs');
    const state = () => page.page.locator('[data-run="1"] [data-reprocessed]').getAttribute('data-reprocessed');
    await untilEqual('how often run 1 was reprocessed', state, '0');
    offline('reprocess', lab.runDirectory(1), '--out', join(lab.directory, REPROCESSED));
    await untilEqual('how often run 1 was reprocessed', state, '1'); // the list stays open
    await page.press('open-run');
    const told = page.page.locator('[data-run-page] [data-reprocessed="1"]');
    await until('which one', () => told.innerText(), (words) => words.includes('run-000001-second'));
  });

  await spec('quality', 'the run was judged at its end by its own spectra, and each verdict says why', async (stage) => {
    const run = await until('the run is judged', () => lab.api.get('/api/runs/1'), ({ quality }) => quality.length > 0);
    const judged = Object.fromEntries(run.quality.map((row) => [row.quantity, row]));
    const verdicts = Object.fromEntries(run.quality.map(({ quantity, verdict }) => [quantity, verdict]));
    assert.deepEqual(verdicts, {
      'beam.mark_rate_hz': 'good',
      'run.ac_rate.pe': 'good',
      'run.complete_fraction': 'good',
      'run.duration_s': 'bad',
      'run.pot_per_spill': 'doubtful',
      'run.sideband.pe': 'good',
      'slow.pressure': 'unknown',
    });
    // By the spectra that were exported, without the program that judged.
    const exported = JSON.parse(readFileSync(join(run.exports, 'spectra.json'), 'utf8'))['pe/anti_coincident'];
    const counts = exported.storage.values.reduce((sum, n) => sum + n, 0);
    const live_s = exported.metadata.live_ps * 1e-12;
    assert.ok(Math.abs(judged['run.ac_rate.pe'].value - counts / live_s) < 1e-9 * (1 + counts / live_s), `${judged['run.ac_rate.pe'].value}, ${counts} in ${live_s} s`);
    assert.ok(Math.abs(judged['run.ac_rate.pe'].error - Math.sqrt(Math.max(counts, 1)) / live_s) < 1e-9 * (1 + counts / live_s));
    assert.equal(judged['run.complete_fraction'].value, run.ledger.complete / run.ledger.slots);
    assert.equal(judged['run.sideband.pe'].value, run.sideband.find(({ spectrum }) => spectrum === 'pe').ratio);
    assert.equal(judged['slow.pressure'].value, null);
    assert.match(judged['slow.pressure'].reason, /no such/);
    assert.ok(Math.abs(judged['beam.mark_rate_hz'].value - REPETITION_HZ) < REPETITION_HZ / 4, `${judged['beam.mark_rate_hz'].value} Hz`);
    const [{ text, person }] = (await lab.api.get('/api/logbook?kind=quality')).entries;
    assert.match(text, /^Run 1 ended bad: run\.duration_s is .* s, below 3600 s; run\.pot_per_spill is .* POT, below 3e\+18 POT$/);
    assert.equal(person, null);
    const { alarms } = await until('the alarm', () => lab.api.get('/api/alarms'), (shown) => shown.alarms.some(({ id }) => id === 'run-bad'));
    assert.equal(alarms.find(({ id }) => id === 'run-bad').state, 'unacknowledged');

    const page = await stage.open({ ...DESK, person: null });
    await page.goto('runs');
    await untilEqual('the sign in the list', () => page.page.locator('[data-run="1"] [data-verdict]').getAttribute('data-verdict'), 'bad');
    await page.press('open-run');
    const row = page.page.locator('[data-quality="run.ac_rate.pe"]');
    await untilEqual('the value on the run’s page', () => row.getAttribute('data-value').then(Number), judged['run.ac_rate.pe'].value);
    await until('the reason of what is unknown', () => page.page.locator('[data-quality="slow.pressure"]').innerText(), (words) => words.includes('no such'));
    await page.page.locator('section[aria-label="Quality"]').screenshot({ path: join(options.screenshots, 'run-quality.png') });
    await page.resize(390, 844);
    await page.untilFits('the quality of a run on a phone');
    await stage.shot(page, 'run-quality-phone');
  });

  await spec('system_entries', 'the alarm of the run is acknowledged in the banner by one press, and the logbook has what the system wrote, by kind', async (stage) => {
    const page = await stage.open({ ...DESK, person: PEOPLE.shift });
    const banner = page.page.locator('[data-alarm="run-bad"]');
    await untilEqual('the alarm in the banner', () => banner.getAttribute('data-state'), 'unacknowledged');
    await banner.locator('[data-action="acknowledge"]').click();
    await untilEqual('the alarm in the banner', () => banner.getAttribute('data-state'), 'acknowledged');
    assert.equal(await banner.locator('[data-action="acknowledge"]').count(), 0);
    const { alarms } = await lab.api.get('/api/alarms');
    assert.equal(alarms.find(({ id }) => id === 'run-bad').state, 'acknowledged');

    await page.goto('logbook');
    const entries = () => page.page.locator('[data-entry]').evaluateAll((all) => all.map(({ dataset, innerText }) => ({ kind: dataset.kindOfEntry, text: innerText })));
    const ofKind = async (kind, ...words) => {
      await page.page.locator('[name="entry-kind"]').selectOption(kind);
      const holds = (all) => all.length > 0 && all.every((entry) => entry.kind === kind) && words.every((some) => all.some(({ text }) => some.test(text)));
      return until(`${kind} alone`, entries, holds);
    };
    await until('entries of people and of the system', entries, (all) => ['person', 'run-start', 'run-stop', 'alarm'].every((kind) => all.some((entry) => entry.kind === kind)));
    assert.equal((await ofKind('run-start', /Run 1 \(test, SIMULATED\) began/)).length, 1);
    assert.equal((await ofKind('run-stop', /Run 1 ended: requested, by C\. Expert\. \d+ slots/)).length, 1);
    await ofKind('alarm', /\bhv\b.*1320 V/s, /HV expert called/, new RegExp(`run-bad.*${PEOPLE.shift.name}`, 's'));
    await stage.shot(page, 'logbook-alarms');
    await page.press('clear-search');
    await until('all of them again', entries, (all) => all.some(({ kind }) => kind === 'person') && all.some(({ kind }) => kind === 'run-start'));
  });

  await spec('good_runs', 'an expert flags a run and slots of it, of two who sign one is told, and offline takes what was written', async (stage) => {
    const flag = (more) => ({ good: true, first_run: 1, reason: 'stable', ...more });
    const signs = (person, body) => lab.api.post('/api/good-runs', body, { Authorization: `Bearer ${person.token}` });
    await assert.rejects(signs(PEOPLE.shift, { replaces: 0, flags: [flag()] }), (why) => why instanceof Refused && why.status === 403);
    const shift = await stage.open({ ...DESK, person: PEOPLE.shift });
    await shift.goto('runs/1');
    await until('it is said why not', () => shift.page.locator('[data-form="good-run"] [data-why]').innerText(), (why) => why.includes('no expert role'));
    await shift.fill('good-run', { good: 'good', reason: 'stable' });
    assert.ok(await shift.page.locator('[data-action="sign-good-runs"]').isDisabled(), 'who is no expert may sign');

    const page = await stage.open({ ...DESK, person: PEOPLE.expert });
    await page.goto('runs/1');
    const standing = () => page.page.locator('[data-good-run]').getAttribute('data-good-run');
    await untilEqual('the run’s standing', standing, 'out');
    await page.fill('good-run', { good: 'good', reason: 'stable' });
    await page.press('sign-good-runs');
    await untilEqual('the run’s standing', standing, 'good');
    await page.fill('good-run', { good: 'bad', first_slot: '10', last_slot: '19', reason: 'HV trip' });
    await page.page.keyboard.press('Enter');
    await untilEqual('the run’s standing', standing, 'partly');
    await until('its reason', () => page.words(), (words) => words.includes('not good: run 1, slots 10 to 19: HV trip'));
    await page.resize(390, 844);
    await page.untilFits('a run with its flags on a phone');
    await page.resize(DESK.width, DESK.height);

    await page.press('good-runs');
    await page.page.locator('[data-good-runs="2"]').waitFor();
    await page.fill('good-run', { good: 'bad', first_run: '1', first_slot: '30', last_slot: '39', reason: 'noise' });
    await page.press('another-flag');
    await page.page.locator('[data-flags="1"]').waitFor();
    await signs(PEOPLE.expert, { replaces: 2, flags: [flag({ first_slot: 10, last_slot: 14, reason: 'the trip came later' })] });
    await page.page.locator('[data-overtaken="3"]').waitFor();
    assert.ok(await page.page.locator('[data-action="sign-good-runs"]').isDisabled(), 'what another one has signed may be overlooked');
    await assert.rejects(signs(PEOPLE.expert, { replaces: 2, flags: [flag()] }), /version 3 has been signed meanwhile, by C\. Expert/);
    await page.press('follow-newest');
    await page.press('sign-good-runs');
    await page.page.locator('[data-good-runs="4"]').waitFor();
    const removed = page.page.locator('[data-version="4"] [data-removed]');
    await until('the difference from the version before', () => removed.innerText(), (words) => words.includes('run 1, slots 30 to 39'));
    await page.page.locator('[name="from-version"]').fill('1');
    await until('the difference of two', () => page.page.locator('[data-difference="1 4"] [data-removed]').allInnerTexts(), (all) => all.length === 2 && all[0].includes('slots 15 to 19'));
    assert.deepEqual(await findings(page.page), []);
    await stage.shot(page, 'good-runs');
    await page.resize(390, 844);
    await page.untilFits('the good-run list on a phone');
    await stage.shot(page, 'good-runs-phone');

    const entries = (await lab.api.get('/api/logbook?kind=good-runs')).entries;
    assert.deepEqual(entries.map(({ person }) => person), Array(4).fill(PEOPLE.expert.name));
    const file = (version) => join(lab.runs, 'good-runs', `000${version}.txtpb`);
    const texts = [1, 2, 3, 4].map((version) => readFileSync(file(version), 'utf8'));
    for (const [at, text] of texts.entries()) {
      const before = at === 0 ? undefined : createHash('sha256').update(texts[at - 1]).digest('hex');
      assert.equal(/replaces_sha256: "(\w+)"/.exec(text)?.[1], before);
    }
    const fit = (spectra) =>
      offline('fit', '--experiment', join(options.source, 'config/experiments/demo-csi.txtpb'), '--spectra', join(lab.directory, spectra), '--histogram', 'pe_t_rec', '--good-runs', file(4), '--run-type', 'test', '--allow-simulated', '--asimov');
    assert.throws(() => fit(REPROCESSED), ({ stderr }) => stderr.includes('slot 15 of run 1') && stderr.includes('version 4, signed by C. Expert'));
    offline('reprocess', lab.runDirectory(1), '--first-slot', '40', '--out', join(lab.directory, 'good'));
    assert.match(fit('good'), /good-run list demo, version 4, signed by C\. Expert/);

    // By UTC, on a run's page: which slots these are is shown first, and is what is signed.
    await page.resize(DESK.width, DESK.height);
    await page.goto('runs/1');
    const { start_utc_s } = await lab.api.get('/api/runs/1');
    const utc = (after_s) => new Date((Math.ceil(start_utc_s) + after_s) * 1000).toISOString().slice(0, 19);
    const minute = `${utc(0).slice(0, 16)}:00`;
    await page.fill('good-run', { good: 'bad', by: 'utc', begin: minute, end: minute, reason: 'noise' });
    await until('an empty time is refused before it is signed', () => page.page.locator('[data-utc-slots="refused"]').innerText(), (why) => why.includes('ends before it begins'));
    assert.ok(await page.page.locator('[data-action="sign-good-runs"]').isDisabled(), 'a time that is none may be signed');
    await page.fill('good-run', { begin: utc(4), end: utc(7) });
    const found = await until('which slots lie in it', () => page.page.locator('[data-utc-slots="found"]').innerText(), (words) => words.includes('run 1, slots'));
    const [, first, last] = /slots (\d+) to (\d+)/.exec(found).map(Number);
    assert.ok(Math.abs(last - first + 1 - 3 * REPETITION_HZ) < REPETITION_HZ && Math.abs(first - 4.5 * REPETITION_HZ) <= 3 * REPETITION_HZ, found);
    await stage.shot(page, 'good-runs-utc');
    await page.resize(390, 844);
    await page.untilFits('a flag by UTC on a phone');
    await page.press('sign-good-runs');
    const signed = await until('the version is signed', () => lab.api.get('/api/good-runs/5').catch(() => null), (version) => version !== null);
    assert.deepEqual(signed.removed.map(({ words }) => words), [`run 1, slots ${first} to ${last}`]);
    assert.ok(signed.note.includes(`${utc(4).replace('T', ' ')} to ${utc(7).replace('T', ' ')} UTC: noise`), signed.note);
    await until('it is on the page', () => page.words(), (words) => words.includes(`slots ${first} to ${last}: ${utc(4).replace('T', ' ')}`));
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
    await again.untilFits('the history on a phone');
    await stage.shot(again, 'history-phone');
  });

  await spec('list', 'the run that goes on stands above those that are over, with its totals so far', async (stage) => {
    const page = await stage.open({ ...DESK, person: PEOPLE.expert });
    await page.untilState('configured');
    await page.begin({ type: 'physics', note: 'after the cable was exchanged' });
    await page.untilRun(2);
    await page.untilState('running');
    await page.goto('runs');
    await until('the order', () => page.page.locator('[data-run]').evaluateAll((rows) => rows.map(({ dataset }) => `${dataset.run} ${dataset.state}`).join()), (order) => order === '2 running,1 ended');
    await until('slots of the run that goes on', () => page.runTotal(2, 'slots'), (slots) => slots > 20);
    const scroll = page.page.locator('[role="region"][aria-label="Runs"]');
    assert.ok(await scroll.evaluate((region) => region.scrollWidth <= region.clientWidth), 'columns are cut off on a desk');
    await stage.shot(page, 'runs-list', { of: 'section[aria-label="Runs, newest first"]' });
    await page.page.locator('[name="run-type"]').selectOption('test');
    await untilEqual('the number of runs of the other type', () => page.page.locator('[data-run]').count(), 1);
  });
});
