// A blinded run with a plan: what is shown of it, what is not to be had in any way, who may open it, and what is there then.
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refused, wishFor } from './lab/api.mjs';
import { blinded, edit, light, replace } from './lab/config_text.mjs';
import { PEOPLE } from './lab/people.mjs';
import { RawWebSocket } from './lab/raw_client.mjs';
import { inLab, options } from './lab/spec.mjs';
import { until, untilEqual } from './lab/until.mjs';

const BOX = [
  ['pe', 4, 60],
  ['t_rec_us', 0, 6],
];
const MAP = 'pe_t_rec'; // both variables are its axes: bins of it are inside the box or outside
const SPECTRA = ['pe', 't_rec', MAP];
const PLANNED_POT = 1.76e23;
const plan = `plan { experiment: "${join(options.source, 'config/experiments/demo-csi.txtpb')}" spectrum: "${MAP}" planned_pot: ${PLANNED_POT} }`;
const bearer = ({ token }) => ({ Authorization: `Bearer ${token}` });

// Whether a bin of the map lies in the box, wholly.
function isInside({ axes }, bin) {
  const at = [Math.floor(bin / axes[1].bins), bin % axes[1].bins];
  return axes.every((axis, i) => {
    const [, min, max] = BOX.find(([variable]) => variable === axis.variable);
    const width = (axis.max - axis.min) / axis.bins;
    return axis.min + at[i] * width >= min && axis.min + (at[i] + 1) * width <= max;
  });
}

const insideBox = (spectrum, kind) => spectrum[kind].counts.reduce((sum, n, bin) => sum + (isInside(spectrum, bin) ? n : 0), 0);

// Everything in an answer that could tell of the box, by its path.
function told(value, path = '') {
  if (value === null || typeof value !== 'object') return [];
  // (`measured` of live_pot is a number of protons.)
  const own = ['residual', 'measured', 'significance_sigma', 'fitted_cevns'].filter((key) => (value[key] ?? null) !== null && !path.endsWith('/live_pot'));
  return [...own.map((key) => `${path}/${key}`), ...Object.entries(value).flatMap(([key, inner]) => told(inner, `${path}/${key}`))];
}

// The routes that the documentation names, with names filled in.
function documentedRoutes() {
  const texts = ['api', 'alarms', 'health', 'history', 'logbook', 'physics', 'quality'].map((name) => readFileSync(join(options.source, `docs/console/${name}.md`), 'utf8'));
  const routes = texts.flatMap((text) => [...text.matchAll(/`GET (\/[\w/.]+)/g)].map(([, route]) => route));
  const filled = routes.flatMap((route) => (/(spectra|prediction)\/(NAME|SPECTRUM)$/.test(route) ? SPECTRA.map((name) => route.replace(/[A-Z]+$/, name)) : [route.replace('RUN', '1')]));
  return [...new Set(filled)].filter((route) => !/[A-Z]{3}|\/ws$|updates/.test(route));
}

// More of what is steady than in the demo: sideband and AC have counts sooner.
const editEmulator = edit(light, replace('steady_rate_hz: 2500', 'steady_rate_hz: 7500'));

inLab('a blinded run', { edit: edit(light, blinded(...BOX)), editEmulator, consoleText: plan }, async (spec, lab) => {
  const blinding = (page) => page.page.locator('[data-blinding]').getAttribute('data-blinding');
  const act = { first_run: 1, last_run: 1, reason: 'selection and background are frozen', confirm: 'UNBLIND 1-1' };
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
    const status = await lab.api.get('/api/physics');
    assert.ok(Math.abs(status.exposure.fraction - status.exposure.pot / PLANNED_POT) < 1e-9);
    assert.equal(status.simulated, true);
    assert.equal(await page.page.locator('[data-measured]').getAttribute('data-measured'), 'sealed');
    assert.equal(await page.figure('measured-residual'), null);
    await page.page.locator('[data-spectrum="pe"] [data-prediction]').waitFor();
    await page.untilFits('physics on a desk');
    await stage.shot(page, 'blinded');
    await page.resize(390, 844);
    await page.untilFits('physics on a phone');
    await stage.shot(page, 'blinded-phone');
  });

  await spec('nothing_leaks', 'no route, metric or message has a count of the box or anything made of one', async () => {
    await until('AC has counts where the box lies', async () => insideBox(await lab.api.spectrum(MAP), 'anti_coincident'), (n) => n > 0);
    const check = (answer, where) => assert.deepEqual(told(answer), [], where);
    const routes = documentedRoutes();
    for (const name of SPECTRA) assert.ok(routes.includes(`/api/spectra/${name}`) && routes.includes(`/api/prediction/${name}`), routes.join());
    for (const route of routes) {
      const response = await lab.api.fetch(route);
      if (response.ok && response.headers.get('content-type').includes('json')) check(await response.json(), route);
    }
    const spectrum = await lab.api.spectrum(MAP);
    assert.equal(insideBox(spectrum, 'in_time'), 0);
    assert.equal(spectrum.sealed.what, 'box');
    await lab.api.takeControls();
    await lab.api.post('/api/spectra/reset');
    await lab.api.post('/api/controls/release');
    const { ranges } = await lab.api.get('/api/spectra');
    assert.ok(ranges.includes('hour') && ranges.includes('reset'), ranges.join());
    for (const range of ranges) {
      const part = await lab.api.get(`/api/spectra/${MAP}?range=${range}`);
      check(part, range);
      assert.equal(part.sealed.what, 'box');
      if (part.in_time) assert.equal(insideBox(part, 'in_time'), 0, range);
    }
    const metrics = await (await lab.api.fetch('/metrics')).text();
    assert.ok(!/residual|significance|candidates_total/.test(metrics), 'a metric of the box');

    const feed = await RawWebSocket.open(lab.url);
    feed.all = [];
    feed.send(wishFor(SPECTRA));
    await until('some messages of the feed', () => feed.all.length > 20);
    feed.close();
    const sent = feed.all.flatMap((text) => JSON.parse(text).spectra ?? []);
    check(sent, 'the feed');
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
    await until('what was measured is told', () => page.figure('measured-residual'), (value) => value !== null);
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
});
