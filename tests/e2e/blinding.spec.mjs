// A blinded run with a plan: what is shown of it, what is not to be had in any way, who may open it, and what is there then.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Refused, wishFor } from './lab/api.mjs';
import { blinded, edit, light, replace } from './lab/config_text.mjs';
import { documentedRoutes } from './lab/documented_routes.mjs';
import { bearer, PEOPLE } from './lab/people.mjs';
import { RawWebSocket } from './lab/raw_client.mjs';
import { BOX, checkSlot, insideBox, isInside, told } from './lab/sealed.mjs';
import { inLab, options } from './lab/spec.mjs';
import { until, untilEqual } from './lab/until.mjs';

const MAP = 'pe_t_rec'; // both variables are its axes: bins of it are inside the box or outside
const SPECTRA = ['pe', 't_rec', MAP];
const PLANNED_POT = 1.76e23;
const GWH_PER_POT = 1.602176634e-19 * 1e9 / 3.6e12; // 1 GeV a proton
const MEASURED = ['measured-in-time', 'measured-residual', 'significance'];
const SLOTS = 20; // of the scope
// The demo's experiment, with a background that leaves no bin empty: where AC has so few counts, there is no significance otherwise.
const folder = mkdtempSync(join(tmpdir(), 'spillgate-e2e-plan-'));
process.once('exit', () => rmSync(folder, { recursive: true }));
const experiment = join(folder, 'demo-csi.txtpb');
writeFileSync(experiment, `${readFileSync(join(options.source, 'config/experiments/demo-csi.txtpb'), 'utf8')}background { name: "dark" events: 50 sigma: 1 flat {} }\n`);
const plan = `plan { experiment: "${experiment}" spectrum: "${MAP}" planned_pot: ${PLANNED_POT} }`;

// More of what is steady than in the demo: sideband and AC have counts sooner.
const editEmulator = edit(light, replace('steady_rate_hz: 2500', 'steady_rate_hz: 7500'));

inLab('a blinded run', { edit: edit(light, blinded(...BOX)), editEmulator, consoleText: plan }, async (spec, lab) => {
  const blinding = (page) => page.page.locator('[data-blinding]').getAttribute('data-blinding');
  // Numbers of one moment.
  const figures = (page, ...names) => page.page.evaluate((all) => all.map((name) => Number(document.querySelector(`[data-figure="${name}"]`)?.dataset.value)), names);
  const act = { first_run: 1, last_run: 1, reason: 'selection and background are frozen', confirm: 'UNBLIND 1-1' };
  let picture; // of the logbook, by its SHA-256
  const acts = async () => (await lab.api.get('/api/unblinding')).unblindings;
  const entries = async () => (await lab.api.get('/api/logbook?kind=unblinding')).entries;

  await spec('sealed', 'the page shows the box, the sideband and what is expected, and no residual', async (stage) => {
    const page = await stage.open({ width: 1280, height: 900 });
    await page.goto('physics');
    await untilEqual('the blinding', () => blinding(page), 'blinded');
    const box = await page.page.locator('[data-box]').innerText();
    for (const [variable, min, max] of BOX) assert.ok(box.includes(`${min} ≤ ${variable} < ${max}`), box);
    const sideband = page.page.locator('[data-sideband-of="pe"] [data-value]');
    await sideband.waitFor();
    const [ratio, sigma] = await sideband.evaluate((cell) => [Number(cell.dataset.value), Number(cell.dataset.sigma)]);
    assert.ok(ratio > 0 && sigma > 0, `${ratio} ± ${sigma}`);
    const pad = page.page.locator(`[data-spectrum="${MAP}"]`);
    assert.equal(await pad.locator('[data-kind="residual"]').getAttribute('data-kind-state'), 'sealed');
    assert.equal(await pad.locator('[data-sealed-box]').count(), 1);
    assert.equal(await page.page.locator('[data-action="unblind"]').isEnabled(), false, 'an expert may not unblind');

    await until('CEvNS is expected', () => page.figure('expected-cevns:now'), (events) => events > 0);
    await until('and the precision of the plan', () => page.figure('expected-sigma:planned'), (fm) => fm > 0);
    const [potNow, eventsNow, planned] = await figures(page, 'exposure-pot', 'expected-cevns:now', 'expected-cevns:planned');
    assert.ok(Math.abs((planned / eventsNow) * (potNow / PLANNED_POT) - 1) < 0.05, `${planned} events for the plan, ${eventsNow} for ${potNow} POT`);
    const status = await lab.api.get('/api/physics');
    assert.ok(Math.abs(status.exposure.fraction - status.exposure.pot / PLANNED_POT) < 1e-9);
    assert.ok(Math.abs(status.exposure.gwh - status.exposure.pot * GWH_PER_POT) < 1e-6 * status.exposure.gwh, `${status.exposure.gwh} GWh`);
    assert.ok(Math.abs(status.plan.gwh - PLANNED_POT * GWH_PER_POT) < 1e-6 * status.plan.gwh, `${status.plan.gwh} GWh planned`);
    assert.equal(status.simulated, true);
    assert.equal(status.measured, null);
    await until('the page follows', () => page.figure('exposure-pot'), (pot) => pot >= status.exposure.pot);
    const [pot, gwh, part] = await figures(page, 'exposure-pot', 'exposure-gwh', 'plan-fraction');
    assert.ok(Math.abs(gwh / pot / GWH_PER_POT - 1) < 1e-6 && Math.abs(part * PLANNED_POT / pot - 1) < 1e-6, `${pot} POT, ${gwh} GWh, ${part} of the plan`);
    assert.equal(await page.page.locator('[data-measured]').getAttribute('data-measured'), 'sealed');
    for (const figure of MEASURED) assert.equal(await page.page.locator(`[data-figure="${figure}"]`).count(), 0, figure);
    await page.page.locator('[data-spectrum="pe"] [data-prediction]').waitFor();
    await page.untilFits('physics on a desk');
    await stage.shot(page, 'blinded');
    await page.resize(390, 844);
    await page.untilFits('physics on a phone');
    await stage.shot(page, 'blinded-phone');
  });

  // Every route of the documentation, with real values: of each answer nothing may tell of the box. `others`: the status of those that
  // do not answer with 200, by a pattern. Returns the answers, { path: text or JSON }.
  async function askEverything(others) {
    const guest = bearer(PEOPLE.guest);
    const { configs } = await lab.api.get('/api/configs');
    const { series } = await lab.api.get('/api/history/series');
    const { slots, hold } = await lab.api.get('/api/scope?channel=csi&hold=new');
    const values = {
      'spectra/NAME': SPECTRA,
      'spectra/SPECTRUM': SPECTRA,
      'prediction/SPECTRUM': SPECTRA,
      'references/NAME': ['run-1'],
      'configs/NAME': configs.filter(({ valid }) => valid).map(({ name }) => name),
      'layouts/NAME': ['mine'],
      'runs/RUN': [1],
      'exports/FILE': ['spectra.csv', 'spectra.json', 'spectra.h5'],
      'scope/SLOT': [...slots.slice(-SLOTS).map(({ slot }) => slot), 'latest'],
      'good-runs/VERSION': [1],
      'pictures/SHA256': [picture],
    };
    const now = Math.floor(Date.now() / 1000);
    const few = series.map((_, at) => series.slice(at, at + 32)).filter((_, at) => at % 32 === 0);
    const queries = {
      '/api/spectra/NAME': ['', ...(await lab.api.get('/api/spectra')).ranges.map((range) => `?range=${range}`)],
      '/api/scope/SLOT': [`?channel=csi&hold=${hold}`, `?channel=csi&full=1&hold=${hold}`],
      '/api/scope': ['latest', 'largest', 'saturated', 'vetoed', 'pulse'].map((which) => `?channel=csi&which=${which}`),
      '/api/history': few.map((some) => `?${some.map(({ name }) => `series=${encodeURIComponent(name)}`).join('&')}`),
      '/api/beam/times': [`?from=${now - 3600}&to=${now}`],
      '/api/configs/NAME/difference': ['?from=last'],
      '/api/good-runs/slots': ['?first_run=1&begin_utc_s=1'],
      '/api/updates': ['?since=0&wait_s=0&topics=status,trend,alarms,logbook,controls,beam,health'],
    };
    const answers = {};
    for (const route of documentedRoutes(options.source, values, queries)) {
      const response = await lab.api.fetch(route, { headers: guest });
      const text = await response.text();
      const expected = Object.entries(others).find(([pattern]) => new RegExp(pattern).test(route))?.[1] ?? 200;
      assert.equal(response.status, expected, `${route}: ${text.slice(0, 300)}`);
      answers[route] = response.headers.get('content-type').includes('json') ? JSON.parse(text) : text;
      assert.deepEqual(told(answers[route]), [], route);
    }
    assert.ok(!/residual|significance|candidates_total/.test(answers['/metrics']), 'a metric of the box');
    assert.deepEqual(series.map(({ name }) => name).filter((name) => /residual|significance/.test(name)), []);
    return answers;
  }
  const answersOf = (answers, path) => Object.entries(answers).flatMap(([route, answer]) => (route.startsWith(path) ? [answer] : []));

  await spec('nothing_leaks', 'no route, metric or message has a count of the box or anything made of one', async () => {
    await until('AC has counts where the box lies', async () => insideBox(await lab.api.spectrum(MAP), 'anti_coincident'), (n) => n > 0);
    await lab.api.takeControls();
    await lab.api.post('/api/spectra/reset');
    await lab.api.post('/api/controls/release');
    const { ranges } = await lab.api.get('/api/spectra');
    assert.ok(ranges.includes('hour') && ranges.includes('reset'), ranges.join());
    await lab.api.post('/api/layouts/mine', { range: 'run' }, bearer(PEOPLE.guest));
    const png = readFileSync(join(options.source, 'docs/console/run-quality.png'));
    const posted = await lab.api.fetch('/api/pictures', { method: 'POST', headers: { ...lab.api.permission(), 'Content-Type': 'image/png' }, body: png });
    picture = (await posted.json()).sha256;
    await until('the history has series', () => lab.api.get('/api/history/series'), ({ series }) => series.length > 0);

    const answers = await askEverything({ '/api/ws$': 426, '/api/references/': 404, '/exports/': 404, '/api/good-runs/\\d': 404 });
    for (const name of SPECTRA) assert.ok(`/api/spectra/${name}` in answers && `/api/prediction/${name}` in answers, Object.keys(answers).join());
    const maps = answersOf(answers, `/api/spectra/${MAP}`);
    assert.equal(maps.length, ranges.length + 1);
    for (const map of maps) {
      assert.equal(map.sealed.what, 'box');
      if (map.in_time) assert.equal(insideBox(map, 'in_time'), 0, map.range?.name);
    }
    const seals = answersOf(answers, '/api/scope/').map(checkSlot);
    assert.ok(seals.filter(Boolean).length > SLOTS, 'the scope had no sealed slots');

    const feed = await RawWebSocket.open(lab.url);
    feed.all = [];
    feed.send(JSON.stringify({ want: { ...JSON.parse(wishFor(SPECTRA)).want, scope: {}, status: {}, trend: {}, beam: {}, health: {}, alarms: {}, logbook: {} } }));
    const messages = () => feed.all.map((text) => JSON.parse(text));
    const pictures = () => messages().flatMap(({ scope }) => (scope?.slot ? [scope] : []));
    await until('messages of the feed, with waveforms', () => feed.all.length > 20 && pictures().length > 2);
    feed.close();
    assert.deepEqual(told(messages()), [], 'the feed');
    pictures().forEach(checkSlot);
    const sent = messages().flatMap(({ spectra }) => spectra ?? []);
    const whole = sent.find(({ name, base }) => name === MAP && base === null);
    assert.equal(insideBox(whole, 'in_time'), 0);
    for (const { in_time: change } of sent.filter(({ name, base }) => name === MAP && base !== null)) {
      const bins = (change?.set ?? []).filter((_, at) => at % 2 === 0);
      assert.deepEqual(bins.filter((bin) => isInside(whole, bin)), [], 'bins of the box that change');
    }
  });

  await spec(
    'refused',
    'who has not the role may not unblind, and who has it must type the phrase',
    async (stage) => {
      const refused = (headers, status) =>
        assert.rejects(lab.api.post('/api/unblinding', act, headers), (why) => why instanceof Refused && why.status === status, JSON.stringify(headers));
      await refused({}, 401);
      await refused(bearer(PEOPLE.expert), 403);
      await assert.rejects(lab.api.post('/api/unblinding', { ...act, last_run: 2, confirm: 'UNBLIND 1-2' }, bearer(PEOPLE.opener)), /newest run is 1/);

      const page = await stage.open({ person: PEOPLE.opener });
      await page.goto('physics');
      await page.press('unblind');
      const form = page.page.locator('[data-form="unblind"]');
      assert.equal(await form.locator('[name="first_run"]').inputValue(), '1');
      await form.locator('[name="reason"]').fill(act.reason);
      await form.locator('[name="confirm"]').fill('unblind 1-1');
      await page.press('confirm-unblind');
      await until('the page says why', () => form.locator('[data-refused]').innerText(), (why) => why.includes('UNBLIND 1-1'));
      await stage.shot(page, 'unblinding-refused');
      assert.deepEqual(await acts(), []);
      assert.deepEqual(await entries(), []);
      assert.equal(await blinding(page), 'blinded');
    },
    { expected: /status of 400/ },
  );

  await spec('unblinded', 'with phrase, reason and name C opens while the run goes on, and the logbook says who did it', async (stage) => {
    const page = await stage.open({ person: PEOPLE.opener, width: 1280, height: 900 });
    await page.goto('physics');
    const sigmas = () => figures(page, 'expected-sigma:now', 'expected-sigma:planned');
    await until('the precision so far, which is worse than the plan’s', sigmas, ([now, planned]) => planned > 0 && now > planned && Number.isFinite(now));
    const outside = await until('C outside the box', () => page.inside(MAP, 'in_time'), (n) => n >= 0);
    await page.press('unblind');
    const form = page.page.locator('[data-form="unblind"]');
    await form.locator('[name="reason"]').fill(act.reason);
    await form.locator('[name="confirm"]').fill(act.confirm);
    await page.press('confirm-unblind');
    await untilEqual('the blinding', () => blinding(page), 'unblinded');
    await until('C opens in the page', () => page.inside(MAP, 'in_time'), (n) => n > outside);
    const residual = page.page.locator(`[data-spectrum="${MAP}"] [data-kind="residual"]`);
    await untilEqual('the residual', () => residual.getAttribute('data-kind-state'), 'data');
    assert.equal(await page.page.locator(`[data-spectrum="${MAP}"] [data-sealed-box]`).count(), 0);
    assert.equal(await page.state(), 'running');

    const opened = await lab.api.spectrum(MAP);
    assert.ok(insideBox(opened, 'in_time') > 0);
    await page.page.locator('[data-measured="known"]').waitFor();
    await lab.api.act('pause'); // so that all stands still
    const map = async () => (await lab.api.spectrum(MAP)).in_time.inside; // its axes are the experiment's
    const { measured } = await until('all that was taken is in what is measured', async () => ({ now: await map(), measured: (await lab.api.get('/api/physics')).measured }), ({ measured, now }) => measured?.in_time === now && measured.significance_sigma !== null);
    const values = [measured.in_time, measured.residual, measured.significance_sigma];
    for (const [at, value] of values.entries()) await untilEqual(`${MEASURED[at]} on the page`, () => page.figure(MEASURED[at]), value);
    assert.ok(Math.abs(measured.residual - (measured.in_time - measured.alpha * measured.anti_coincident)) < 1e-9 * measured.in_time, JSON.stringify(measured));
    assert.ok(measured.significance_sigma > 0, `${measured.significance_sigma} σ, where ${measured.expected_cevns} events are expected`);
    await lab.api.act('resume');
    const [{ text, person, run }] = await entries();
    assert.equal(person, PEOPLE.opener.name);
    assert.equal(run, 1);
    assert.ok(text.includes(act.reason), text);
    const [written] = await acts();
    assert.equal(written.signed_by, PEOPLE.opener.name);
    assert.ok(lab.read('runs/unblindings/0001.txtpb').includes(PEOPLE.opener.name));
    await stage.shot(page, 'unblinded');
  });

  await spec('damaged', 'an act that somebody changes later opens nothing any more, and the page names it', async (stage) => {
    const page = await stage.open({ person: PEOPLE.opener });
    await page.goto('physics');
    await untilEqual('the blinding', () => blinding(page), 'unblinded');
    const file = join(lab.runs, 'unblindings', '0001.txtpb');
    const changed = readFileSync(file, 'utf8').replace('number: 1', 'number: 2');
    rmSync(file);
    writeFileSync(file, changed);
    await untilEqual('the blinding', () => blinding(page), 'blinded');
    await until('the page names the file', () => page.page.locator('[data-unblinding-problem]').innerText(), (why) => why.includes('0001.txtpb'));
    await untilEqual('the residual', async () => (await lab.api.spectrum(MAP)).residual, null);
    await until('nothing is measured any more', async () => (await lab.api.get('/api/physics')).measured, (measured) => measured === null);
  });

  await spec('at_the_end', 'neither what is written at the end of a blinded run nor the run as a reference has anything of its box', async () => {
    await lab.api.act('stop');
    await until('the run is closed', () => lab.api.status(), ({ run }) => run.phase === 'closed');
    await until('its spectra are exported', () => lab.api.get('/api/runs/1'), ({ export_files: files }) => files.length === 3);
    // The daemon says so with its next heartbeat.
    await until('no run goes on', () => lab.api.daemon('daq'), ({ status }) => status.state === 'configured');
    await lab.api.post('/api/good-runs', { replaces: 0, flags: [{ good: true, first_run: 1, reason: 'stable' }] });
    const answers = await askEverything({ '/api/ws$': 426 });
    const reference = answers[`/api/references/run-1/spectra/${MAP}`];
    assert.ok(reference.withheld === null && reference.in_time.counts.some((n) => n > 0), 'the reference has no C outside its box');
    const [csv, uhi, hdf5] = ['csv', 'json', 'h5'].map((format) => answers[`/api/runs/1/exports/spectra.${format}`]);
    const ofBeam = Object.keys(uhi).filter((name) => /in_time|residual/.test(name));
    assert.deepEqual(ofBeam, SPECTRA.map((name) => `${name}/in_time_outside_box`));
    const counts = uhi[`${MAP}/in_time_outside_box`].storage.values.slice(1, -1).flatMap((row) => row.slice(1, -1)); // without flow bins
    assert.equal(insideBox({ axes: reference.axes, in_time: { counts } }, 'in_time'), 0);
    assert.deepEqual(counts, reference.in_time.counts);
    const [head, ...rows] = csv.split('\n').filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split(','));
    assert.ok(head.includes('in_time_outside_box') && !head.includes('in_time'), head.join());
    assert.ok(rows.length > 900 && rows.every((row) => row[head.indexOf('residual')] === '' && row[head.indexOf('residual_variance')] === ''), 'a residual in the CSV');
    for (const row of rows.filter(([name]) => name === MAP)) {
      const [low, high] = ['low', 'high'].map((edge) => [0, 1].map((axis) => Number(row[head.indexOf(`${edge}_${axis}`)])));
      const inBox = BOX.every(([, min, max], axis) => low[axis] >= min && high[axis] <= max);
      assert.ok(!inBox || row[head.indexOf('in_time_outside_box')] === '0', row.join());
    }
    assert.ok(hdf5.includes('in_time_outside_box') && !/(?<!sideband_)in_time\0|residual/.test(hdf5), 'HDF5 has more than C outside the box');
  });
});
