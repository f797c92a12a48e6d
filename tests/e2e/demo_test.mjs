// demo_test.mjs --bin DIR --config FILE --packages DIR --screenshots DIR [--within SECONDS]: starts the demo as run.sh does, on
// free ports and in a temporary directory, and watches it in Chromium: spectra move (and how soon after start-up, which fails
// beyond SECONDS; 10 are to be reached on a machine with nothing else to do), the run is stopped and started from the page,
// losing the server is seen, and a small screen shows everything. Exit status 0 if all holds.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Demo } from './demo.mjs';
import { ConsolePage, openBrowser } from './console_page.mjs';

const { values: options } = parseArgs({
  options: {
    bin: { type: 'string' },
    config: { type: 'string' },
    packages: { type: 'string' },
    screenshots: { type: 'string' },
    within: { type: 'string', default: 'Infinity' },
  },
});
mkdirSync(options.screenshots, { recursive: true });

const demo = new Demo(options.bin, options.config);
let browser;
const step = (text) => console.log(`${((Date.now() - demo.begun) / 1000).toFixed(1).padStart(6)} s  ${text}`);

try {
  browser = await openBrowser(options.packages);
  await demo.start();
  const url = await demo.consoleUrl();
  step(`console at ${url}`);
  const page = await ConsolePage.open(browser, url);

  // C and AC, as the browser draws them, have two different contents each.
  const first = { c: await page.drawing('pe', 'in-time', 30_000), ac: await page.drawing('pe', 'anti-coincident', 30_000) };
  await page.until(async () => (await page.drawing('pe', 'in-time')) !== first.c, 30_000, 'C moves');
  await page.until(async () => (await page.drawing('pe', 'anti-coincident')) !== first.ac, 30_000, 'AC moves');
  const moved = (Date.now() - demo.begun) / 1000;
  step('C and AC spectra have moved');
  await page.shot(options.screenshots, 'spectra-moving');
  assert.ok(moved <= Number(options.within), `C and AC spectra had moved only ${moved} s after start-up`);

  assert.equal(await page.text('simulated'), 'SIMULATED');
  assert.equal((await page.text('state')).toLowerCase(), 'running');
  assert.match(await page.text('rate'), /^[0-9.]+/);
  await page.until(async () => (await page.canvases()) >= 7, 60_000, 'every spectrum and map is drawn');

  await page.click('pause');
  await page.untilText('state', 'paused');
  step('paused');
  await page.click('resume');
  await page.untilText('state', 'running');
  step('resumed');

  await page.click('stop');
  await page.shot(options.screenshots, 'stop-asks');
  await page.click('confirm-stop');
  await page.untilText('state', 'configured');
  await page.until(async () => (await page.has('statement')), 15_000, 'the end-of-run statement');
  assert.match(await page.text('statement'), /run 1: daq: all \d+ recorded slots are in the spectra/);
  step(await page.text('statement'));
  await page.shot(options.screenshots, 'stopped');

  await page.type('note', 'started from the page');
  await page.select('type', 'test');
  await page.click('start');
  await page.untilText('run-number', '2');
  await page.untilText('state', 'running');
  step('run 2 runs');
  await page.until(async () => Number((await page.text('slots-filled')).replace(/\D/g, '')) > 60, 15_000, 'slots of run 2');
  await page.shot(options.screenshots, 'second-run');

  await page.resize(420, 900);
  await page.shot(options.screenshots, 'phone');
  assert.ok(await page.fitsWidth(), 'the page is wider than a phone');
  await page.resize(1600, 1000);

  demo.killDaemon();
  await page.untilText('state', 'no daemon');
  step('the daemon was killed');
  await page.shot(options.screenshots, 'daemon-lost');

  await demo.stopOnline();
  await page.until(async () => (await page.text('connection')).includes('not connected'), 60_000, 'the lost connection');
  await page.shot(options.screenshots, 'connection-lost');
  assert.deepEqual(page.errors, []);
  step('all holds');
} catch (failure) {
  console.error(failure);
  console.error(demo.logs());
  process.exitCode = 1;
} finally {
  await browser?.close();
  await demo.stop();
}
