// What a person does with a spectrum: numbers as a table, a zoom that stays, a logarithmic scale, a picture to keep.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { light } from './lab/config_text.mjs';
import { DESK } from './lab/console_page.mjs';
import { inLab } from './lab/spec.mjs';
import { until } from './lab/until.mjs';

const UPDATES = 20;
const EXACT = 1e-12; // relative to the larger of both, or to 1

inLab('spectra', { edit: light, editEmulator: light }, async (spec, lab) => {
  const pad = (page, name) => page.page.locator(`[data-spectrum="${name}"]`);
  const drawn = async (page, name) => Number(await pad(page, name).getAttribute('data-drawings'));

  await spec('tools', 'a zoom stays over many updates and is undone, counts may be logarithmic, a picture is a picture', async (stage) => {
    const page = await stage.open(DESK);
    await page.goto('spectra');
    await page.untilMoves('pe', 'in_time');
    const box = await pad(page, 'pe').locator('canvas[data-layer="bins"]').boundingBox();
    const { mouse } = page.page;
    await mouse.move(box.x + 0.3 * box.width, box.y + 0.5 * box.height);
    await mouse.down();
    await mouse.move(box.x + 0.6 * box.width, box.y + 0.5 * box.height, { steps: 5 });
    await mouse.up();
    const zoom = await until('a drag has zoomed', () => pad(page, 'pe').getAttribute('data-zoom'));
    assert.match(zoom, /^x:[\d.e+-]+,[\d.e+-]+/);
    const before = await drawn(page, 'pe');
    await until(`${UPDATES} updates are drawn`, () => drawn(page, 'pe'), (now) => now >= before + UPDATES);
    assert.equal(await pad(page, 'pe').getAttribute('data-zoom'), zoom);
    await stage.shot(page, 'zoomed');
    await pad(page, 'pe').locator('[data-action="reset-zoom"]').click();
    await until('the whole axis is back', () => pad(page, 'pe').getAttribute('data-zoom'), (now) => now === null);

    const linear = await page.drawing('pe', 'in_time');
    await pad(page, 'pe').locator('[data-action="log"]').click();
    await until('the scale has changed the drawing', () => page.drawing('pe', 'in_time'), (now) => now !== linear);

    const [download] = await Promise.all([page.page.waitForEvent('download'), pad(page, 'pe').locator('[data-action="png"]').click()]);
    const picture = readFileSync(await download.path());
    const { width, height, inked } = await page.page.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = canvas.getContext('2d');
      context.drawImage(bitmap, 0, 0);
      const pixels = new Uint32Array(context.getImageData(0, 0, bitmap.width, bitmap.height).data.buffer);
      return { width: bitmap.width, height: bitmap.height, inked: pixels.filter((pixel) => pixel !== pixels[0]).length };
    }, picture.toString('base64'));
    assert.ok(inked > 0.01 * width * height, `${inked} of ${width * height} pixels of the picture are drawn`);
  });

  await spec('wall', 'a wall screen shows spectra and offers nothing to press', async (stage) => {
    const page = await stage.open({ width: 1920, height: 1080, path: '/?wall', person: null });
    await page.untilState('running');
    await until('spectra are drawn', () => page.allDrawn());
    await page.assertFits('the wall');
    assert.equal(await page.page.locator('button:visible, input:visible, select:visible').count(), 0);
    assert.ok(await page.isSimulated(), 'a simulated run is not marked SIMULATED');
    await stage.shot(page, 'wall');
  });

  await spec('residual', 'the residual that the page computes is the one of the interface, bin by bin', async (stage) => {
    const page = await stage.open(DESK);
    await page.untilState('running');
    await lab.untilSlots(100);
    await page.end();
    await until('the end-of-run statement', () => page.statement());
    await page.goto('spectra');
    for (const name of ['pe', 't_rec', 'pe_t_rec']) {
      const { in_time, anti_coincident, residual } = await lab.api.spectrum(name);
      await pad(page, name).locator('[data-action="table"]').click();
      const table = () =>
        pad(page, name)
          .locator('[data-bin]')
          .evaluateAll((rows) => rows.map((row) => Object.fromEntries([...row.querySelectorAll('[data-column]')].map(({ dataset }) => [dataset.column, Number(dataset.value)]))));
      const rows = await until(`the table of ${name}`, table, (now) => now.length === in_time.counts.length && now.reduce((sum, row) => sum + row.in_time, 0) === in_time.inside);
      const near = (a, b) => Math.abs(a - b) <= EXACT * Math.max(1, Math.abs(a), Math.abs(b));
      rows.forEach((row, bin) => {
        assert.equal(row.in_time, in_time.counts[bin]);
        assert.equal(row.anti_coincident, anti_coincident.counts[bin]);
        assert.ok(near(row.residual, residual.values[bin]), `${name}, bin ${bin}: ${row.residual} and ${residual.values[bin]}`);
        assert.ok(near(row.residual_sigma, residual.sigmas[bin]), `${name}, error of bin ${bin}`);
      });
    }
  });
});
