// The spectra as a shift works with them: zoom, tables, sums, fits, ranges, a reference, files and layouts.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { light } from './lab/config_text.mjs';
import { DESK } from './lab/console_page.mjs';
import { PEOPLE } from './lab/people.mjs';
import { inLab } from './lab/spec.mjs';
import { until, untilEqual } from './lab/until.mjs';

const RECENT = 100; // spills: five seconds
const CONSOLE = `recent_spills: ${RECENT}\nreference { name: "never taken" run: 999 }`;

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

async function saved(page, name, action) {
  const [download] = await Promise.all([page.page.waitForEvent('download'), press(page, name, action)]);
  return { file: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
}

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
      await until('the spectrum has moved', () => versionOf(page, 'pe'), (now) => now > version + 12);
      assert.equal(await zoomOf(page, 'pe'), zoom);
      await press(page, 'pe', 'log');
      await until('it has moved again', () => versionOf(page, 'pe'), (now) => now > version + 18);
      assert.equal(await zoomOf(page, 'pe'), zoom);
      if (layer === 'bins') await stage.shot(page, 'spectra-zoomed');
      await press(page, 'pe', 'log');
      await press(page, 'pe', 'reset-zoom');
      await untilEqual('the zoom', () => zoomOf(page, 'pe'), null);
    }
  });

  await spec('map_kinds', 'a map shows each kind, and its projection adds up a band', async (stage) => {
    const page = await open(stage);
    const cells = () => pad(page, 'pe_t_rec').locator('canvas[data-layer="cells"]').evaluate((canvas) => canvas.toDataURL());
    const seen = new Set();
    for (const kind of ['in_time', 'anti_coincident', 'residual']) {
      await press(page, 'pe_t_rec', 'map-kind', kind);
      await until(`${kind} is drawn`, cells, (drawn) => !seen.has(drawn));
      seen.add(await cells());
    }
    await press(page, 'pe_t_rec', 'project', 'x');
    await pad(page, 'pe_t_rec').locator('[name="band-min"]').fill('1');
    await pad(page, 'pe_t_rec').locator('[name="band-max"]').fill('6');
    await page.page.keyboard.press('Tab');
    await press(page, 'pe_t_rec', 'table');
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
    await assert.rejects(lab.api.get('/api/spectra/pe?range=spills:7'), /400.*allowed are run, hour/);
  });

  await spec('run_ends', 'of a run that has ended, table, sums and files say what the interface says', async (stage) => {
    const page = await open(stage);
    await lab.api.act('stop');
    await until('the run is closed', async () => (await lab.api.status()).run.exports);
    const pe = await lab.api.spectrum('pe');
    await press(page, 'pe', 'table');
    const untilColumn = (name, values) => untilEqual(`the table's ${name}`, async () => (await columnOf(page, 'pe', name)).join(), values.join());
    await untilColumn('in_time', pe.in_time.counts);
    await untilColumn('anti_coincident', pe.anti_coincident.counts);
    await untilColumn('residual', pe.residual.values);
    await untilColumn('residual_sigma', pe.residual.sigmas);

    await drag(page, 'pe', 'bins', 0.1, 0.5, { shift: true });
    const [low, high] = (await until('the region is marked', () => attribute(pad(page, 'pe').locator('[data-roi]'), 'data-roi'))).split(',').map(Number);
    assert.ok(low >= 6 && low <= 14 && high >= 46 && high <= 54, `${low} … ${high}`);
    const bins = pe.in_time.counts.map((_, bin) => bin).filter((bin) => 2 * bin >= low && 2 * bin + 2 <= high);
    const of = (column) => sum(bins.map((bin) => column[bin]));
    const sums = pad(page, 'pe').locator('[data-sum="in_time"]');
    assert.equal(await number(sums, 'data-value'), of(await columnOf(page, 'pe', 'in_time')));
    assert.ok(Math.abs((await number(pad(page, 'pe').locator('[data-sum="residual"]'), 'data-value')) - of(pe.residual.values)) < 1e-9);
    const variance = of(pe.residual.sigmas.map((sigma) => sigma * sigma));
    assert.ok(Math.abs((await number(pad(page, 'pe').locator('[data-sum="residual"]'), 'data-sigma')) - Math.sqrt(variance)) < 1e-9);
    await pad(page, 'pe').locator('[name="fit-model"]').selectOption('exponential');
    await pad(page, 'pe').locator('[name="fit-what"]').selectOption('in_time');
    await pad(page, 'pe').locator('[data-fit="exponential"] [data-parameter="τ"], [data-fit-trouble]').waitFor();
    await stage.shot(page, 'spectra-roi');

    const { file, text } = await saved(page, 'pe', 'csv');
    assert.equal(file, 'run-1-pe.csv');
    const rows = text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split(','));
    const column = (name) => rows.slice(1).map((row) => Number(row[rows[0].indexOf(name)]));
    assert.deepEqual(column('in_time'), pe.in_time.counts);
    assert.deepEqual(column('anti_coincident'), pe.anti_coincident.counts);
    assert.deepEqual(column('residual'), pe.residual.values);
    assert.deepEqual(column('residual_sigma'), pe.residual.sigmas);
    const uhi = await saved(page, 'pe', 'uhi');
    assert.equal(uhi.file, 'run-1-pe.json');
    assert.deepEqual(JSON.parse(uhi.text)['pe/in_time'].storage.values, pe.in_time.counts);
  });

  await spec('reference', 'the ended run lies over the next one, scaled by POT and exposure; what cannot be compared is refused in words', async (stage) => {
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
  });

  await spec('layouts', 'a layout is kept for its person, in any browser', async (stage) => {
    const page = await open(stage, { person: PEOPLE.shift });
    await press(page, 't_rec', 'log');
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
    await pad(other, 'pe').locator('[data-reference="run-1"]').waitFor();

    const stranger = await open(stage, { person: PEOPLE.relief });
    assert.equal(await stranger.page.locator('[data-layouts] option').count(), 1);
    await other.page.locator('[data-action="delete-layout"]').click();
    await untilEqual('layouts that are left', () => other.page.locator('[data-layouts] option').count(), 1);
  });
});
