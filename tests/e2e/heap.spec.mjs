// A page that stays open for months: its heap does not grow with what it is told.
import assert from 'node:assert/strict';
import { edit, light, withSpectra } from './lab/config_text.mjs';
import { heapOf, slopeOf } from './lab/heap.mjs';
import { PAD } from './lab/hooks.mjs';
import { isRecorded, prepareReplay, replay, ROUND } from './lab/replay.mjs';
import { inLab } from './lab/spec.mjs';
import { until, untilEqual } from './lab/until.mjs';

const [LINES, MAPS] = [16, 8];
const WALL = { width: 2560, height: 1440 }; // all pads are in view
const UPDATES = 50_000;
const STEPS = 10; // each through all views: what these keep for when they are opened again is then there at every look
const ELSEWHERE = 0.2; // of the updates come while other views are open
const ROUNDS = 3; // through all views, until the browser has compiled what it will
const FILLING = 180 * ROUND; // until trends and log hold as much as they keep
const MOST_BYTES = 2; // for each update: half of a place in a list, the least that each could leave behind

inLab('the heap of the page', { edit: edit(light, withSpectra(LINES, MAPS)), editEmulator: light }, async (spec, lab) => {
  await spec('heap', `${UPDATES} updates of ${LINES + MAPS} spectra in view, with views opened and closed, leave nothing behind in the page`, async (stage) => {
    await lab.untilSlots(100); // what is told again has counts in all spectra
    const page = await stage.open({ ...WALL, prepare: prepareReplay });
    await page.untilState('running');
    const look = await heapOf(page.context, page.page);
    const inView = () => page.page.locator(PAD).evaluateAll((pads) => pads.filter((pad) => Number(pad.dataset.drawings) > 0 && pad.getBoundingClientRect().bottom <= innerHeight).length);
    const showAll = async () => {
      await page.goto('spectra/all');
      await untilEqual('the number of pads that are drawn, in view', inView, LINES + MAPS);
    };
    await showAll();
    await until('frames are recorded', () => isRecorded(page.page));

    const views = await page.page.locator('nav [data-goto]').evaluateAll((links) => links.map((link) => link.dataset.goto));
    for (let round = 0; round < ROUNDS; ++round) for (const view of views) await page.goto(view);
    const tell = async (updates) => {
      const each = Math.round((ELSEWHERE * updates) / views.length);
      for (const view of views) {
        await page.goto(view);
        await replay(page.page, each);
      }
      await showAll();
      return replay(page.page, updates - each * views.length);
    };
    const full = await tell(FILLING);
    const seen = [{ told: 0, ...(await look()) }];
    for (let step = 1; step <= STEPS; ++step) {
      const wanted = ROUND * Math.round((step * UPDATES) / STEPS / ROUND); // so that every look comes after the same frame
      const told = (await tell(wanted - seen.at(-1).told)) - full;
      seen.push({ told, ...(await look()) });
      console.log(JSON.stringify(seen.at(-1)));
    }
    const [first, last] = [seen[0], seen.at(-1)];
    assert.equal(last.told, UPDATES);
    const { slope, sigma } = slopeOf(seen.map(({ told, own_mb }) => [told, 1e6 * own_mb]));
    console.log(`${slope.toFixed(2)} ± ${sigma.toFixed(2)} bytes an update; ${first.own_mb.toFixed(2)} to ${last.own_mb.toFixed(2)} MB, code ${first.code_mb.toFixed(2)} to ${last.code_mb.toFixed(2)} MB`);
    assert.ok(slope + 2 * sigma < MOST_BYTES, `${slope.toFixed(2)} ± ${sigma.toFixed(2)} bytes are left of an update`);
    // Of a view that was left a moment ago the browser may collect nothing yet.
    await until(`there are hardly more than ${first.nodes} nodes and ${first.listeners} listeners`, look, ({ nodes, listeners }) => nodes <= 1.2 * first.nodes && listeners <= 1.2 * first.listeners);
  });
});
