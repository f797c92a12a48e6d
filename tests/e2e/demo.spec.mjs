// The demo as run.sh starts it: how soon its spectra move (--within SECONDS; 10 are to be reached on a machine with nothing else
// to do), that all are drawn and say what the interface says, and that they fit on every screen.
import assert from 'node:assert/strict';
import { DESK } from './lab/console_page.mjs';
import { inLab, options } from './lab/spec.mjs';
import { until } from './lab/until.mjs';

const LINES = ['pe', 't_rec'];
const SCREENS = { phone: [390, 844], laptop: [1280, 800], wall: [1920, 1080] };
const WHOLE = [1280, 1700]; // what is in the window is drawn

// C − α·AC and its error per bin, α without an error of its own (docs/spectra.md).
function residualOf({ in_time, anti_coincident, alpha }) {
  return in_time.counts.map((c, bin) => ({
    value: c - alpha.value * anti_coincident.counts[bin],
    sigma: Math.sqrt(c + alpha.value ** 2 * anti_coincident.counts[bin]),
  }));
}

inLab('the demo', {}, async (spec, lab) => {
  await spec('spectra_move', 'C and AC are drawn soon after the start, and move', async (stage) => {
    const page = await stage.open(DESK);
    await page.goto('spectra');
    await page.untilMoves('pe', 'in_time');
    await page.untilMoves('pe', 'anti_coincident');
    const moved = (Date.now() - lab.begun) / 1000;
    console.log(`C and AC spectra had moved ${moved.toFixed(1)} s after the start`);
    assert.ok(moved <= Number(options.within), `C and AC spectra had moved only ${moved} s after the start`);
    assert.ok(await page.isSimulated(), 'a simulated run is not marked SIMULATED');
    assert.equal(await page.state(), 'running');
    await until('every pad is drawn', () => page.allDrawn());
    await stage.shot(page, 'spectra-moving');
    await page.goto('beam');
    await until('the rate of marks is known', () => page.figure('mark-rate'), (hz) => hz > 0);
  });

  await spec('small_and_wall', 'everything fits on a phone, a laptop and a wall screen', async (stage) => {
    const page = await stage.open(DESK);
    for (const [name, [width, height]] of Object.entries(SCREENS)) {
      await page.resize(width, height);
      for (const view of ['run', 'spectra', 'beam', 'health']) {
        await page.goto(view);
        await page.untilFits(`${view} on a ${name}`);
      }
      await page.goto('spectra');
      await until('a spectrum is drawn', () => page.drawing('pe', 'in_time'));
      await stage.shot(page, name);
    }
    await page.resize(...WHOLE);
    for (const view of ['run', 'beam', 'health']) {
      await page.goto(view);
      if (view === 'run') await until('every pad is drawn', () => page.allDrawn());
      await stage.shot(page, `view-${view}`);
    }
    const wall = await stage.open({ width: 1920, height: 1080, path: '/?wall' });
    await until('every pad of the wall is drawn', () => wall.allDrawn());
    await stage.shot(wall, 'view-wall');
  });

  await spec('spectra_numbers', 'the page states what the interface says, and the residual is C − α·AC', async (stage) => {
    const page = await stage.open(DESK);
    await page.untilState('running');
    const hasCounts = ({ in_time: c, anti_coincident: ac }) => c.inside > 0 && ac.inside > 0;
    await until('each has counts of C and of AC', () => Promise.all(LINES.map((name) => lab.api.spectrum(name))), (all) => all.every(hasCounts));
    await page.end();
    await until('the end-of-run statement', () => page.statement());
    await page.goto('spectra');
    for (const name of LINES) {
      const spectrum = await lab.api.spectrum(name);
      assert.ok(hasCounts(spectrum), `${name} is empty`);
      for (const kind of ['in_time', 'anti_coincident']) {
        const sum = spectrum[kind].counts.reduce((total, n) => total + n, 0);
        assert.equal(sum, spectrum[kind].inside, `counts of ${kind} in ${name}`);
        await until(`${kind} of ${name} on the page`, () => page.inside(name, kind), (inside) => inside === sum);
      }
      const residual = residualOf(spectrum);
      assert.equal(spectrum.alpha.sigma, 0);
      residual.forEach(({ value, sigma }, bin) => {
        assert.ok(Math.abs(value - spectrum.residual.values[bin]) < 1e-9, `residual of ${name}, bin ${bin}`);
        assert.ok(Math.abs(sigma - spectrum.residual.sigmas[bin]) < 1e-9, `its error, bin ${bin}`);
      });
    }
  });
});
