// The spectra as a shift works with them: zoom, tables, sums, fits, ranges, a reference, files and layouts.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { light } from './lab/config_text.mjs';
import { DESK } from './lab/console_page.mjs';
import { bearer, PEOPLE } from './lab/people.mjs';
import { inLab, options } from './lab/spec.mjs';
import { until, untilEqual } from './lab/until.mjs';

const RECENT = 100; // spills: five seconds
const CONSOLE = `recent_spills: ${RECENT}
reference { name: "never taken" run: 999 }
reference { name: "from a file" file: "runs/online/run-000001/spectra.json" }
shift_spectrum: "pe"
shift_spectrum: "pe_t_rec"
plan { experiment: "${join(options.source, 'config/experiments/demo-csi.txtpb')}" spectrum: "pe_t_rec" planned_pot: 1.76e23 }`;

const pad = (page, name) => page.page.locator(`[data-spectrum="${name}"]`);
const press = (page, name, action, value) => pad(page, name).locator(`[data-action="${action}"]${value ? `[data-value="${value}"]` : ''}`).click();
const attribute = (locator, name) => locator.first().getAttribute(name);
const number = async (locator, name) => Number(await attribute(locator, name));
const choose = (page, what, value) => page.page.locator(`[data-choose="${what}"]`).selectOption(value);
const zoomOf = (page, name) => attribute(pad(page, name), 'data-zoom');
const versionOf = (page, name) => number(pad(page, name), 'data-version');
const potOf = ({ live_pot }) => live_pot.measured + live_pot.estimated;
const sum = (values) => values.reduce((all, value) => all + value, 0);

// From one part of a layer's width to another, in the middle of its height.
async function drag(page, name, layer, from, to, { shift = false } = {}) {
  const canvas = pad(page, name).locator(`canvas[data-layer="${layer}"]`);
  await canvas.scrollIntoViewIfNeeded();
  const box = await canvas.boundingBox();
  const y = box.y + box.height / 2;
  if (shift) await page.page.keyboard.down('Shift');
  await page.page.mouse.move(box.x + from * box.width, y);
  await page.page.mouse.down();
  for (let step = 1; step <= 8; ++step) {
    await page.page.mouse.move(box.x + (from + ((to - from) * step) / 8) * box.width, y);
    await page.page.waitForTimeout(60); // as a hand does, while the spectrum moves
  }
  await page.page.mouse.up();
  if (shift) await page.page.keyboard.up('Shift');
}

// The table's column, by bin.
async function columnOf(page, name, column) {
  const cells = await pad(page, name).locator(`[data-column="${column}"]`).evaluateAll((all) => all.map((cell) => [Number(cell.closest('[data-bin]').dataset.bin), Number(cell.dataset.value)]));
  return cells.sort(([one], [other]) => one - other).map(([, value]) => value);
}

async function saved(page, name, action, encoding = 'utf8') {
  const [download] = await Promise.all([page.page.waitForEvent('download'), press(page, name, action)]);
  return { file: download.suggestedFilename(), text: readFileSync(await download.path(), encoding) };
}

// The map's counts in BAND, a part of its t_rec, onto its PE, with the table of them.
const BAND = [1, 6]; // μs
async function projectBand(page) {
  const map = pad(page, 'pe_t_rec');
  await press(page, 'pe_t_rec', 'project', 'x');
  await map.locator('[name="band-min"]').fill(String(BAND[0]));
  await map.locator('[name="band-max"]').fill(String(BAND[1]));
  await page.page.keyboard.press('Tab');
  await press(page, 'pe_t_rec', 'table');
}
function bandSums({ axes: [pe, time], ...kinds }, kind) {
  const middle = (bin) => time.min + ((bin + 0.5) * (time.max - time.min)) / time.bins;
  const rows = Array.from({ length: pe.bins }, (_, row) => kinds[kind].counts.slice(row * time.bins, (row + 1) * time.bins));
  return rows.map((row) => sum(row.filter((_, bin) => middle(bin) > BAND[0] && middle(bin) < BAND[1])));
}

// A CSV's columns by name, numbers; null where there is none.
function columnsIn(text) {
  const rows = text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split(','));
  return Object.fromEntries(rows[0].map((name, at) => [name, rows.slice(1).map((row) => (row[at] === '' ? null : Number(row[at])))]));
}

// Two fingers in the middle of a layer's height, at parts of its width, one pair of places after the other.
async function pinch(page, name, layer, ...places) {
  const canvas = pad(page, name).locator(`canvas[data-layer="${layer}"]`);
  await canvas.scrollIntoViewIfNeeded();
  const box = await canvas.boundingBox();
  const points = (parts) => parts.map((part, id) => ({ id, x: box.x + part * box.width, y: box.y + box.height / 2 }));
  const cdp = await page.context.newCDPSession(page.page);
  const touch = (type, touchPoints) => cdp.send('Input.dispatchTouchEvent', { type, touchPoints });
  await touch('touchStart', points(places[0]));
  for (const parts of places.slice(1)) await touch('touchMove', points(parts));
  await touch('touchEnd', []);
  await cdp.detach();
}

// Models in counts per bin, of a fit that begins at `low`.
const MODELS = {
  gaussian: { names: ['A', 'μ', 'σ'], of: ([a, mu, sigma]) => (x) => a * Math.exp(-0.5 * ((x - mu) / sigma) ** 2) },
  exponential: { names: ['A', 'τ'], of: ([a, tau], low) => (x) => a * Math.exp(-(x - low) / tau) },
};

// The deviance of a model from Poisson counts, as Baker and Cousins have it.
function deviance(counts, middles, f) {
  return 2 * sum(counts.map((n, i) => f(middles[i]) - n + (n > 0 ? n * Math.log(n / f(middles[i])) : 0)));
}

// The parameters that the page has fitted to these counts of `pe`, which must be where the deviance is least.
async function fitted(page, model, counts, middles, low) {
  const { names, of } = MODELS[model];
  const fit = pad(page, 'pe').locator(`[data-fit="${model}"]`);
  await fit.waitFor();
  const read = (what) => Promise.all(names.map((name) => number(fit.locator(`[data-parameter="${name}"]`), what)));
  const [parameters, errors] = [await read('data-value'), await read('data-sigma')];
  assert.ok([...parameters, ...errors].every(Number.isFinite) && errors.every((error) => error > 0), `${parameters} ± ${errors}`);
  const deviates = (values) => deviance(counts, middles, of(values, low));
  const least = deviates(parameters);
  assert.ok(Math.abs(least - (await number(fit, 'data-chi2'))) < 1e-6 * (1 + least), `${least}`);
  assert.equal(await number(fit, 'data-ndf'), counts.length - names.length);
  parameters.forEach((_, which) => {
    for (const sign of [-1, 1]) {
      const beside = deviates(parameters.map((value, i) => (i === which ? value + 0.3 * sign * errors[i] : value)));
      assert.ok(beside > least, `${names[which]}: ${beside} beside ${least}`);
    }
  });
  return parameters;
}

// Labels of the counts' axis: { value, height }, in px above its lower end.
const countLabels = (page, name) =>
  pad(page, name).locator('canvas[data-layer="bins"]').evaluate((canvas) => {
    const { bottom } = canvas.getBoundingClientRect();
    const number = (text) => {
      const [, base, exponent] = /^(\d+(?:\.\d+)?)([⁰¹²³⁴⁵⁶⁷⁸⁹]*)$/.exec(text) ?? [];
      return exponent ? Number(base) ** Number([...exponent].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'.indexOf(digit)).join('')) : Number(base);
    };
    return [...canvas.parentElement.querySelectorAll('.yaxis_container .axis_labels text')].map((label) => {
      const box = label.getBoundingClientRect();
      return { value: number(label.textContent), height: bottom - (box.top + box.bottom) / 2 };
    });
  });
const LEAST_COUNT = 0.5; // where a logarithmic axis begins
const NEAR = 0.04; // labels are some pixels beside their place
const isLogarithmic = (labels) => {
  const height = (count) => labels.find(({ value }) => value === count)?.height;
  return labels.every(({ value }) => value > 0) && Math.abs(height(1) / height(10) - Math.log(1 / LEAST_COUNT) / Math.log(10 / LEAST_COUNT)) < NEAR;
};
const isLinear = (labels) => {
  const top = labels.reduce((one, other) => (one?.value > other.value ? one : other), null);
  return labels.length > 2 && labels.every(({ value, height }) => Math.abs(height / top.height - value / top.value) < NEAR);
};

inLab('spectra', { edit: light, editEmulator: light, consoleText: CONSOLE }, async (spec, lab) => {
  const open = async (stage, view = {}) => {
    const page = await stage.open({ ...DESK, ...view });
    await page.goto('spectra');
    await until('every pad is drawn', () => page.allDrawn());
    return page;
  };

  await spec('zoom_persists', 'a zoom by drag stays while the spectrum moves and its range grows', async (stage) => {
    const page = await open(stage);
    for (const layer of ['bins', 'residual']) {
      await drag(page, 'pe', layer, 0.1, 0.45);
      const zoom = await until('the pad is zoomed', () => zoomOf(page, 'pe'));
      const [low, high] = /x:([\d.]+),([\d.]+)/.exec(zoom).slice(1).map(Number);
      assert.ok(Math.abs(low - 10) < 3 && Math.abs(high - 45) < 4, zoom);
      const version = await versionOf(page, 'pe');
      await until('the spectrum has moved', () => versionOf(page, 'pe'), (now) => now > version + 6);
      assert.equal(await zoomOf(page, 'pe'), zoom);
      await press(page, 'pe', 'log');
      await until('it has moved again', () => versionOf(page, 'pe'), (now) => now > version + 10);
      assert.equal(await zoomOf(page, 'pe'), zoom);
      if (layer === 'bins') await stage.shot(page, 'spectra-zoomed');
      await press(page, 'pe', 'log');
      await press(page, 'pe', 'reset-zoom');
      await untilEqual('the zoom', () => zoomOf(page, 'pe'), null);
    }
    await until('counts are linear', () => countLabels(page, 'pe'), isLinear);
    await press(page, 'pe', 'log');
    await until('counts are logarithmic', () => countLabels(page, 'pe'), isLogarithmic);
  });

  await spec('zoom_without_mouse', 'keys and two fingers zoom as the mouse does', async (stage) => {
    const page = await open(stage);
    const untilZoom = (zoom, name = 'pe') => untilEqual('the zoom', () => zoomOf(page, name), zoom);
    const drawing = pad(page, 'pe').locator('[role="img"]');
    await drawing.focus();
    for (const [key, zoom] of [
      ['+', 'x:25,75'],
      ['ArrowRight', 'x:37.5,87.5'],
      ['Shift+ArrowRight', 'x:50,75'],
      ['Backspace', 'x:37.5,87.5'],
      ['-', null],
      ['Shift+ArrowLeft', null],
    ]) {
      await page.page.keyboard.press(key);
      await untilZoom(zoom);
    }
    await page.page.keyboard.press('Shift+ArrowUp');
    await until('the counts are zoomed', () => zoomOf(page, 'pe'), (zoom) => zoom?.startsWith('y:'));
    await page.page.keyboard.press('0');
    await untilZoom(null);
    await pad(page, 'pe_t_rec').locator('[role="img"]').focus();
    await page.page.keyboard.press('+');
    await untilZoom('x:15,45 y:3,9', 'pe_t_rec');

    await pinch(page, 'pe', 'bins', [0.4, 0.6], [0.35, 0.65], [0.25, 0.75]);
    const zoom = await until('two fingers zoom', () => zoomOf(page, 'pe'));
    const [low, high] = /^x:([\d.]+),([\d.]+)$/.exec(zoom).slice(1).map(Number);
    assert.ok(Math.abs(low - 30) < 1 && Math.abs(high - 70) < 1, zoom);
    const version = await versionOf(page, 'pe');
    await until('the spectrum has moved', () => versionOf(page, 'pe'), (now) => now > version + 6);
    assert.equal(await zoomOf(page, 'pe'), zoom);
    await press(page, 'pe', 'zoom-back');
    await untilZoom(null);
    await page.press('help');
    await page.page.locator('[data-dialog="help"]').getByText('two fingers zoom').waitFor();
  });

  await spec('expert_pads', "the shift sees its pads, and the expert's when it asks for them", async (stage) => {
    const page = await stage.open(DESK);
    await page.goto('spectra');
    await until('every pad is drawn', () => page.allDrawn());
    const names = () => page.page.locator('[data-spectrum]').evaluateAll((pads) => pads.map((one) => one.dataset.spectrum).join());
    assert.equal(await names(), 'pe,pe_t_rec');
    await page.page.locator('[data-layout="all"]').click();
    await untilEqual('the pads', names, 'pe,t_rec,pe_t_rec');
    await until('the others are drawn', () => page.allDrawn());
    await page.page.locator('[data-layout="shift"]').click();
    await untilEqual('the pads', names, 'pe,pe_t_rec');
  });

  await spec('map_kinds', 'a map shows each kind, and is projected onto an axis', async (stage) => {
    const page = await open(stage);
    const cells = () => pad(page, 'pe_t_rec').locator('canvas[data-layer="cells"]').evaluate((canvas) => canvas.toDataURL());
    const seen = new Set();
    await pad(page, 'pe_t_rec').locator('[data-action="map-kind"][data-value="prediction"]').waitFor();
    for (const kind of ['in_time', 'anti_coincident', 'residual', 'prediction']) {
      await press(page, 'pe_t_rec', 'map-kind', kind);
      await until(`${kind} is drawn`, cells, (drawn) => !seen.has(drawn));
      seen.add(await cells());
    }
    await projectBand(page);
    await until('the projection is of 30 bins', () => columnOf(page, 'pe_t_rec', 'in_time'), (column) => column.length === 30);
    await stage.shot(page, 'spectra-projection');
  });

  await spec('ranges', 'the last spills are fewer than the run has, with their own exposure', async (stage) => {
    const page = await open(stage);
    await lab.untilSlots(2.5 * RECENT);
    const range = `spills:${RECENT}`;
    const recent = await lab.api.get(`/api/spectra/pe?range=${range}`);
    const run = await lab.api.spectrum('pe');
    assert.ok(recent.range.spills <= RECENT && recent.range.spills > 0.8 * RECENT, `${recent.range.spills} spills`);
    assert.ok(recent.in_time.windows <= recent.range.spills && recent.in_time.windows < run.in_time.windows);
    assert.ok(recent.in_time.inside < run.in_time.inside);
    const nominal = recent.in_time.exposure_s / recent.in_time.windows;
    assert.ok(recent.in_time.exposure_s <= RECENT * nominal * (1 + 1e-9));
    assert.ok(potOf(recent) < potOf(run) / 2);
    await choose(page, 'range', range);
    await untilEqual('the range of the pad', () => attribute(pad(page, 'pe'), 'data-range'), range);
    const version = await versionOf(page, 'pe');
    await until('it goes on with the spills', () => versionOf(page, 'pe'), (now) => now > version + 10);
    assert.ok((await number(pad(page, 'pe').locator('[data-range-spills]'), 'data-range-spills')) <= RECENT);
    await stage.shot(page, 'spectra-range');
    await choose(page, 'range', 'run');
    await untilEqual('the range of the pad', () => attribute(pad(page, 'pe'), 'data-range'), 'run');
    await assert.rejects(lab.api.get('/api/spectra/pe?range=spills:7'), /400.*allowed are run, hour.*, reset/);
  });

  await spec('reset', 'a reset begins a range for everybody, with its name, and the run goes on as it is', async (stage) => {
    const [page, other] = [await open(stage), await open(stage, { person: PEOPLE.relief })];
    const reset = page.page.locator('[data-action="reset-range"]');
    assert.equal(await other.page.locator('[data-action="reset-range"]').isEnabled(), false, 'without the controls');
    await page.hooks.steer(page.page);
    await until('it may be reset', () => reset.isEnabled());
    const before = await lab.api.get('/api/spectra/pe?range=reset');
    assert.equal(before.range.begin_utc_s, null, 'nobody has yet');
    await reset.click();
    await stage.shot(page, 'spectra-reset');
    await page.press('confirm-reset-range');
    await untilEqual('the range of the pad', () => attribute(pad(page, 'pe'), 'data-range'), 'reset');
    const spills = (of) => pad(of, 'pe').locator('[data-range-spills]');
    await until('spills since then', () => number(spills(page), 'data-range-spills'), (n) => n > 5 && n < before.range.spills);
    await choose(other, 'range', 'reset');
    await until('the other console agrees', () => attribute(spills(other), 'data-range-person'), (person) => person === PEOPLE.expert.name);
    await stage.shot(page, 'spectra-since-reset');

    const run = await lab.api.spectrum('pe');
    const since = await lab.api.get('/api/spectra/pe?range=reset');
    assert.ok(run.in_time.windows >= before.in_time.windows && run.in_time.inside >= before.in_time.inside, 'the run has lost something');
    assert.ok(since.in_time.windows < run.in_time.windows && since.alpha.value > 0);
    const { spectra_reset: told } = (await lab.api.status()).run;
    assert.equal(told.utc_s, since.range.begin_utc_s);
    const { entries } = await lab.api.get('/api/logbook?kind=spectra');
    assert.deepEqual(entries.map(({ person, run: of }) => [person, of]), [[PEOPLE.expert.name, 1]]);
    assert.match(entries[0].text, new RegExp(`after ${told.spills} spills of run 1`));
    await assert.rejects(lab.api.post('/api/spectra/reset', {}, { Authorization: `Bearer ${PEOPLE.relief.token}` }), /409.*C\. Expert/);
    await assert.rejects(lab.api.post('/api/spectra/reset', {}, { Authorization: `Bearer ${PEOPLE.guest.token}` }), /403/);
  });

  await spec('reset_outlives', 'a reset outlives a restart of online', async () => {
    const { spectra_reset: told } = (await lab.api.status()).run;
    await lab.kill('online');
    lab.launchOnline();
    await lab.console();
    const reached = await until('the range is whole again', () => lab.api.get('/api/spectra/pe?range=reset'), ({ in_time: c, alpha }) => c !== null && alpha !== null);
    assert.deepEqual([reached.range.begin_utc_s, reached.range.person], [told.utc_s, PEOPLE.expert.name]);
  });

  await spec('run_ends', 'of a run that has ended, table, sums and files say what the interface says', async (stage) => {
    const page = await open(stage);
    await lab.api.act('stop');
    await until('the run is closed', async () => (await lab.api.status()).run.exports);
    const pe = await lab.api.spectrum('pe');
    const [hour, since] = [await lab.api.get('/api/spectra/pe?range=hour'), await lab.api.get('/api/spectra/pe?range=reset')];
    const { run: ended, ledger } = await lab.api.status();
    assert.ok(ended.complete, ended.statement);
    assert.equal(since.range.spills + ended.spectra_reset.spills, ledger.spills, 'every spill is before the reset or after it');
    assert.ok(hour.in_time.windows < pe.in_time.windows, 'what a checkpoint brought is older than the range knows');
    await choose(page, 'range', 'hour');
    await untilEqual('the range of the pad', () => attribute(pad(page, 'pe'), 'data-range'), 'hour');
    await untilEqual('its spills', () => number(pad(page, 'pe').locator('[data-range-spills]'), 'data-range-spills'), hour.range.spills);
    await untilEqual('its C', () => number(pad(page, 'pe').locator('[data-kind="in_time"]'), 'data-inside'), hour.in_time.inside);
    await choose(page, 'range', 'run');
    await untilEqual('the range of the pad', () => attribute(pad(page, 'pe'), 'data-range'), 'run');
    await assert.rejects(lab.api.takeControls().then(() => lab.api.post('/api/spectra/reset')), /409: run 1 is over/);
    await lab.api.post('/api/controls/release');
    await press(page, 'pe', 'table');
    const untilColumn = (name, values, of = 'pe') => untilEqual(`the table's ${name}`, async () => (await columnOf(page, of, name)).join(), values.join());
    await untilColumn('in_time', pe.in_time.counts);
    await untilColumn('anti_coincident', pe.anti_coincident.counts);
    await untilColumn('residual', pe.residual.values);
    await untilColumn('residual_sigma', pe.residual.sigmas);

    const map = await lab.api.spectrum('pe_t_rec');
    await projectBand(page);
    const inBand = sum(bandSums(map, 'in_time'));
    assert.ok(inBand > 0 && inBand < map.in_time.inside, `${inBand} of ${map.in_time.inside}`);
    for (const kind of ['in_time', 'anti_coincident']) await untilColumn(kind, bandSums(map, kind), 'pe_t_rec');
    await press(page, 'pe_t_rec', 'table');

    await drag(page, 'pe', 'bins', 0.03, 0.5, { shift: true });
    const [low, high] = (await until('the region is marked', () => attribute(pad(page, 'pe').locator('[data-roi]'), 'data-roi'))).split(',').map(Number);
    assert.ok(low >= 0 && low <= 6 && high >= 46 && high <= 54, `${low} … ${high}`);
    const bins = pe.in_time.counts.map((_, bin) => bin).filter((bin) => 2 * bin >= low && 2 * bin + 2 <= high);
    const of = (column) => sum(bins.map((bin) => column[bin]));
    const sums = pad(page, 'pe').locator('[data-sum="in_time"]');
    assert.equal(await number(sums, 'data-value'), of(await columnOf(page, 'pe', 'in_time')));
    assert.ok(Math.abs((await number(pad(page, 'pe').locator('[data-sum="residual"]'), 'data-value')) - of(pe.residual.values)) < 1e-9);
    const variance = of(pe.residual.sigmas.map((sigma) => sigma * sigma));
    assert.ok(Math.abs((await number(pad(page, 'pe').locator('[data-sum="residual"]'), 'data-sigma')) - Math.sqrt(variance)) < 1e-9);
    const middlesOf = (some) => some.map((bin) => 2 * bin + 1);
    const countsOf = (some) => some.map((bin) => pe.in_time.counts[bin]);
    const markRoi = async (ends) => {
      for (const [at, end] of ['min', 'max'].entries()) {
        await pad(page, 'pe').locator(`[name="roi-${end}"]`).fill(String(ends[at]));
        await page.page.keyboard.press('Tab');
      }
      await untilEqual('the region', () => attribute(pad(page, 'pe').locator('[data-roi]'), 'data-roi'), ends.join());
    };
    // From its fullest bin on the spectrum falls.
    const highest = Math.max(...countsOf(bins));
    const falls = [2 * bins.find((bin) => pe.in_time.counts[bin] === highest), 60];
    const falling = pe.in_time.counts.map((_, bin) => bin).filter((bin) => 2 * bin >= falls[0] && 2 * bin < falls[1]);
    await pad(page, 'pe').locator('[name="fit-model"]').selectOption('exponential');
    await pad(page, 'pe').locator('[name="fit-what"]').selectOption('in_time');
    await markRoi(falls);
    const [first, tau] = await fitted(page, 'exponential', countsOf(falling), middlesOf(falling), falls[0]);
    assert.ok(first > highest / 4 && first < 3 * highest && tau > 2 && tau < 60, `${first}, ${tau} PE`);
    await markRoi([low, high]);
    await pad(page, 'pe').locator('[name="fit-model"]').selectOption('gaussian');
    const [height, middle, width] = await fitted(page, 'gaussian', countsOf(bins), middlesOf(bins), low);
    assert.ok(height > highest / 4 && height < 2 * highest && middle > 4 && middle < 28 && width > 2 && width < 25, `${height}, ${middle}, ${width}`);
    await stage.shot(page, 'spectra-roi');

    await pad(page, 'pe').locator('[data-prediction]').waitFor(); // a busy server is asked again
    const { file, text } = await saved(page, 'pe', 'csv');
    assert.equal(file, 'run-1-pe.csv');
    const columns = columnsIn(text);
    assert.deepEqual(columns.in_time, pe.in_time.counts);
    assert.deepEqual(columns.anti_coincident, pe.anti_coincident.counts);
    assert.deepEqual(columns.residual, pe.residual.values);
    assert.deepEqual(columns.residual_sigma, pe.residual.sigmas);
    const { per_pot: perPot } = await lab.api.get('/api/prediction/pe');
    columns.prediction.forEach((value, bin) => assert.ok(Math.abs(value - perPot[bin] * potOf(pe)) <= 1e-12 * value, `${value} in bin ${bin}`));
    const curve = MODELS.gaussian.of([height, middle, width]);
    columns.fit_in_time.forEach((value, bin) => (bins.includes(bin) ? assert.ok(Math.abs(value - curve(2 * bin + 1)) < 1e-9 * (1 + value)) : assert.equal(value, null)));
    const uhi = await saved(page, 'pe', 'uhi');
    assert.equal(uhi.file, 'run-1-pe.json');
    assert.deepEqual(JSON.parse(uhi.text)['pe/in_time'].storage.values, pe.in_time.counts);
    assert.deepEqual(JSON.parse(uhi.text)['pe/fit_in_time'].storage.values, columns.fit_in_time.filter((value) => value !== null));

    const png = await saved(page, 'pe', 'png', 'base64');
    assert.equal(png.file, 'run-1-pe.png');
    const box = await pad(page, 'pe').locator('[role="img"]').boundingBox();
    const picture = await page.page.evaluate(async (base64) => {
      const bitmap = await createImageBitmap(new Blob([Uint8Array.from(atob(base64), (one) => one.charCodeAt(0))], { type: 'image/png' }));
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
      return { width: bitmap.width, height: bitmap.height, colours: new Set(new Uint32Array(data.buffer)).size };
    }, png.text);
    assert.equal(picture.width, Math.trunc(2 * box.width));
    const lines = (picture.height / 2 - box.height - 14) / 20;
    assert.ok(Math.abs(lines - Math.round(lines)) < 0.06 && lines >= 3, `${picture.height} of ${box.height}`);
    assert.ok(picture.colours > 20, `${picture.colours} colours`);
  });

  await spec(
    'reference',
    'the ended run lies over the next one, scaled by POT and exposure; what cannot be compared is refused in words',
    async (stage) => {
      const page = await open(stage);
      await lab.api.act('start', { type: 'physics' });
      await page.untilRun(2);
      await until('the second run has spectra', () => lab.api.spectrum('pe'), (pe) => pe.run === 2 && pe.in_time?.inside > 5 && pe.anti_coincident?.inside > 0);
      await page.page.locator('[data-choose="reference"]').focus();
      await page.page.locator('[data-choose="reference"] option[value="run-1"]').waitFor({ state: 'attached' });
      await choose(page, 'reference', 'run-1');
      const line = pad(page, 'pe').locator('[data-reference="run-1"]');
      await line.waitFor();
      assert.equal(await attribute(line, 'data-by'), 'POT');
      await lab.api.act('stop');
      await until('the second run is closed', async () => (await lab.api.status()).run.exports);
      const [live, reference] = await Promise.all([lab.api.spectrum('pe'), lab.api.get('/api/references/run-1/spectra/pe')]);
      await until('the scale is that of the interface', () => number(line, 'data-factor'), (factor) => Math.abs(factor - potOf(live) / potOf(reference)) < 1e-12);
      const byExposure = live.anti_coincident.exposure_s / reference.anti_coincident.exposure_s;
      await until('AC is scaled by exposure', () => number(line, 'data-ac-factor'), (factor) => Math.abs(factor - byExposure) < 1e-12);
      assert.equal(sum(reference.in_time.counts), reference.in_time.inside);
      await stage.shot(page, 'spectra-reference');

      await choose(page, 'reference', '');
      await choose(page, 'reference', 'from a file');
      await until('the file is the same run', () => number(pad(page, 'pe').locator('[data-reference="from a file"]'), 'data-factor'), (factor) => Math.abs(factor - potOf(live) / potOf(reference)) < 1e-12);
      const byNumber = async (run) => {
        await page.fill('reference-run', { run: String(run) });
        await page.press('reference-run');
      };
      await byNumber(999);
      await page.page.locator('[data-reference-run-trouble]').getByText('run 999 has no spectra').waitFor();
      assert.equal(await page.page.locator('[data-choose="reference"]').inputValue(), 'from a file');
      await byNumber(1);
      await line.waitFor();
      assert.equal(await page.page.locator('[data-reference-run-trouble]').count(), 0);

      const [map, past] = await Promise.all([lab.api.spectrum('pe_t_rec'), lab.api.get('/api/references/run-1/spectra/pe_t_rec')]);
      const factor = potOf(map) / potOf(past);
      const cells = () => pad(page, 'pe_t_rec').locator('canvas[data-layer="cells"]').evaluate((canvas) => canvas.toDataURL());
      const compare = pad(page, 'pe_t_rec').locator('[data-choose="compare"]');
      await press(page, 'pe_t_rec', 'map-kind', 'in_time');
      const seen = new Set([await cells()]);
      for (const how of ['reference', 'difference', 'significance']) {
        await compare.selectOption(how);
        await until(`${how} is drawn`, cells, (drawn) => !seen.has(drawn));
        seen.add(await cells());
      }
      await stage.shot(page, 'spectra-map-significance');
      await press(page, 'pe_t_rec', 'table');
      const bins = await pad(page, 'pe_t_rec').locator('[data-bin]').evaluateAll((rows) => rows.map((row) => Number(row.dataset.bin)).sort((one, other) => one - other));
      const shown = await columnOf(page, 'pe_t_rec', 'difference');
      bins.forEach((bin, i) => assert.ok(Math.abs(shown[i] - (map.in_time.counts[bin] - factor * past.in_time.counts[bin])) < 1e-9, `bin ${bin}: ${shown[i]}`));
      const total = pad(page, 'pe_t_rec').locator('[data-difference]');
      assert.ok(Math.abs((await number(total, 'data-difference')) - (map.in_time.inside - factor * past.in_time.inside)) < 1e-6);
      const maps = await saved(page, 'pe_t_rec', 'csv');
      assert.match(maps.text, /,reference_in_time,reference_in_time_sigma,/);
      await compare.selectOption('');
      await untilEqual('the legend speaks of a difference', () => total.count(), 0);
      await press(page, 'pe_t_rec', 'table');

      const overlaid = await page.drawing('pe', 'in_time');
      await choose(page, 'reference', '');
      const without = await until('the reference is gone', () => page.drawing('pe', 'in_time'), (drawn) => drawn !== overlaid);
      await choose(page, 'reference', 'run-1');
      await until('it is drawn again', () => page.drawing('pe', 'in_time'), (drawn) => drawn !== without);
      const { references } = await lab.api.get('/api/references');
      assert.match(references[0].trouble, /run 999 has no spectra/);
      await assert.rejects(lab.api.get('/api/references/run-999/spectra/pe'), /404/);
      await assert.rejects(lab.api.get('/api/references/else/spectra/pe'), /404/);
    },
    { expected: /status of 404.*\/api\/references\/run-999\// },
  );

  await spec('compare_run', 'the page of a run leads to the spectra with that run as their reference', async (stage) => {
    const page = await stage.open(DESK);
    await page.goto('runs/1');
    await page.press('compare-run');
    await pad(page, 'pe').locator('[data-reference="run-1"]').waitFor();
    await untilEqual('the reference that is chosen', () => page.page.locator('[data-choose="reference"]').inputValue(), 'run-1');
    await choose(page, 'reference', '');
    await page.page.locator('[data-layout="all"]').click();
    await pad(page, 't_rec').waitFor();
    assert.equal(await page.page.locator('[data-choose="reference"]').inputValue(), '', 'what was chosen last is not kept');
    await page.page.goBack(); // to the pads of the shift, and from there to the run
    await page.page.goBack();
    await page.page.locator('[data-run-page="1"]').waitFor();
  });

  await spec('layouts', 'a layout is kept for its person, in any browser', async (stage) => {
    const page = await open(stage, { person: PEOPLE.shift });
    await page.page.locator('[data-layout="all"]').click();
    await press(page, 't_rec', 'log');
    await press(page, 'pe_t_rec', 'map-kind', 'prediction');
    await drag(page, 'pe', 'bins', 0.2, 0.6);
    const zoom = await until('the pad is zoomed', () => zoomOf(page, 'pe'));
    await choose(page, 'range', `spills:${RECENT}`);
    await choose(page, 'reference', 'run-1');
    await page.page.locator('[data-action="name-layout"]').click();
    await page.page.locator('[data-form="layout"] [name="name"]').fill('night shift');
    await page.page.locator('[data-action="save-layout"]').click();
    await page.page.locator('[data-action="delete-layout"]').waitFor();
    await stage.shot(page, 'spectra-layout');

    const other = await open(stage, { person: PEOPLE.shift });
    await other.page.locator('[data-layouts] option[value="night shift"]').waitFor({ state: 'attached' });
    await other.page.locator('[data-layouts]').selectOption('night shift');
    await untilEqual('the zoom in the other browser', () => zoomOf(other, 'pe'), zoom);
    assert.equal(await attribute(pad(other, 't_rec').locator('[data-action="log"]'), 'aria-pressed'), 'true');
    assert.equal(await other.page.locator('[data-choose="range"]').inputValue(), `spills:${RECENT}`);
    await untilEqual('the kind of the map', () => attribute(pad(other, 'pe_t_rec').locator('[data-action="map-kind"][aria-pressed="true"]'), 'data-value'), 'prediction');
    await pad(other, 'pe').locator('[data-reference="run-1"]').waitFor();

    // Windows without an anchor, which this experiment does not take.
    await lab.api.post('/api/layouts/foreign', { pads: 'all', settings: { pe_t_rec: { kind: 'free' } } }, bearer(PEOPLE.shift));
    await other.page.reload();
    await other.page.locator('[data-layouts] option[value="foreign"]').waitFor({ state: 'attached' });
    await other.page.locator('[data-layouts]').selectOption('foreign');
    await untilEqual('the kind of the map', () => attribute(pad(other, 'pe_t_rec').locator('[data-action="map-kind"][aria-pressed="true"]'), 'data-value'), 'in_time');
    await other.page.locator('[data-action="delete-layout"]').click();
    await untilEqual('layouts that are left', () => other.page.locator('[data-layouts] option').count(), 2);
    await other.page.locator('[data-layouts]').selectOption('night shift');

    const stranger = await open(stage, { person: PEOPLE.relief });
    assert.equal(await stranger.page.locator('[data-layouts] option').count(), 1);
    await other.page.locator('[data-action="delete-layout"]').click();
    await untilEqual('layouts that are left', () => other.page.locator('[data-layouts] option').count(), 1);
  });
});
