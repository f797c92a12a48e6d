// Waveforms on the page: what is drawn is what the API has and what the recorded run gives, still or moving.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beamFaults, edit, light, replace } from './lab/config_text.mjs';
import { DESK } from './lab/console_page.mjs';
import { inLab, options } from './lab/spec.mjs';
import { until } from './lab/until.mjs';

const CHANNEL = '[data-scope-channel="csi"]';
// AC ends on the mark, where C begins (config/demo.txtpb).
const WINDOWS = { anti_coincident: { pretrace_us: [-54.452, -15.048], roi_us: [-15.048, 0] }, in_time: { pretrace_us: [-39.404, 0], roi_us: [0, 15.048] } };
const SAMPLE_US = 0.004;
const BACK = 100; // so many slots can be stepped back through …
const STEPS = 8; // … of which so many are looked at

const setUp = {
  // Pulses of more than 40 ADC counts reach the end of the range.
  edit: edit(light, replace('threshold_adc: 16\n', 'threshold_adc: 16 overflow_low: 14960\n'), replace('negative_pulses: true }', 'negative_pulses: true full_scale_v: 5 }')),
  editEmulator: edit(light, replace('muon_adc: 200', 'muon_adc: 200\n        muon_rate_hz: 2000'), beamFaults('veto_fraction: 0.05')),
  consoleText: 'scope { kept: 400 }',
};

const samplesOf = ({ type, data }) => {
  assert.equal(type, 'int16');
  const bytes = Buffer.from(data, 'base64');
  return Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readInt16LE(2 * i));
};

// The page's last drawing of csi: { picture, channel, shown }.
const drawing = (page) => page.page.evaluate(() => window.lastScope ?? null);
const slotShown = async (page) => Number(await page.page.locator('[data-scope]').getAttribute('data-slot'));
const numberShown = async (page) => Number(await page.page.locator('[data-scope]').getAttribute('data-number'));
const choose = (page, name, value) => page.page.locator(`select[name="${name}"]`).selectOption(value);

async function openScope(stage, view = DESK) {
  const page = await stage.open(view);
  await page.page.evaluate(() =>
    document.addEventListener('spillgate:scope', ({ detail }) => {
      if (detail.channel.name !== 'csi') return;
      const traces = detail.channel.traces.map((trace) => ({ ...trace, values: [...trace.values] }));
      window.lastScope = { ...detail, channel: { ...detail.channel, traces } };
    }),
  );
  await page.goto('scope');
  await until('a trace is drawn', () => drawing(page));
  return page;
}

inLab('the scope', setUp, async (spec, lab) => {
  await spec('live', 'a trace moves, is held, and is what the API and the file have', async (stage) => {
    const page = await openScope(stage);
    const first = await until('a slot without veto', () => drawing(page), ({ picture }) => !picture.facility_veto);
    const windows = Object.fromEntries(first.picture.windows.map(({ kind, ...window }) => [kind === 'no_beam' ? 'in_time' : kind, window]));
    for (const [kind, spans] of Object.entries(WINDOWS))
      for (const [span, bounds] of Object.entries(spans))
        bounds.forEach((bound, i) => assert.ok(Math.abs(windows[kind][span][i] - bound) < SAMPLE_US, `${kind} ${span}: ${windows[kind][span]}`));
    const seen = new Set();
    await until('the trace has moved three times', async () => seen.add(await numberShown(page)).size, (count) => count > 3);
    await stage.shot(page, 'scope-live');

    await page.page.keyboard.press('Space');
    await until('the scope holds', () => page.page.locator('[data-scope][data-held="true"] [data-scope-place]').count());
    const held = await until('all samples are there', () => drawing(page), ({ channel }) => channel.traces[0].step === 1 && channel.traces[0].count === 17502);
    const slot = held.picture.slot;
    const api = await lab.api.get(`/api/scope/${slot}?channel=csi&full=1`);
    const [trace] = api.channels[0].traces;
    assert.deepEqual(held.channel.traces[0].values, samplesOf(trace));
    assert.deepEqual(held.channel.traces[0].pulses, trace.pulses);
    const [csi] = (await lab.api.get('/api/scope')).channels;
    assert.equal(csi.mv_per_adc, 5000 / 2 ** 14);
    assert.ok(Math.abs(trace.first_us + 54.952) < SAMPLE_US);
    assert.equal(Number(await page.page.locator(CHANNEL).getAttribute('data-pulses')), trace.pulses.length);

    const download = page.page.waitForEvent('download');
    await page.press('scope-csv');
    const rows = (await readFile(await (await download).path(), 'utf8')).trim().split('\n').slice(3);
    assert.deepEqual(rows.map((row) => Number(row.split(',')[4])), samplesOf(trace));

    const { slots_filled: before } = (await lab.api.status()).run.streams[0];
    await lab.untilSlots(before + 30);
    assert.equal(await slotShown(page), slot, 'the held slot has gone');
    await page.page.keyboard.press('ArrowLeft');
    const earlier = await until('an earlier slot', () => slotShown(page), (now) => now < slot);
    await page.page.keyboard.press('ArrowRight');
    await until('the slot that was held', () => slotShown(page), (now) => now === slot);
    assert.ok(earlier >= slot - 3, `a step from ${slot} went to ${earlier}`);
    await page.press('scope-hold');
    await until('it goes on', () => slotShown(page), (now) => now > slot);
  });

  await spec('filter', 'the largest and the saturated are found, and a zoom stays', async (stage) => {
    const page = await openScope(stage);
    await choose(page, 'scope-which', 'saturated');
    const saturated = await until('a saturated slot', () => drawing(page), ({ channel }) => channel.candidates.some(({ quality }) => quality.includes('overflow')));
    assert.ok(Math.min(...saturated.channel.traces[0].values) <= 14960);
    await page.page.keyboard.press('Space');
    await until('only saturated slots are stepped through', () => page.page.locator('[data-scope-place]').count());
    const { slots } = await lab.api.get('/api/scope?channel=csi&which=saturated');
    assert.ok(slots.length > 0 && slots.every((one) => one.saturated));
    await page.page.keyboard.press('Space');

    await choose(page, 'scope-which', 'largest');
    const all = await until('the largest pulse', async () => ({ list: (await lab.api.get('/api/scope?channel=csi&which=largest')).slots, shown: await drawing(page) }),
      ({ list, shown }) => list.length > 1 && list.at(-1).number === shown.picture.number);
    const sizes = all.list.map(({ size }) => size);
    assert.deepEqual(sizes, [...sizes].sort((one, other) => one - other));
    const pe = all.shown.channel.candidates.filter(({ found }) => found).map(({ variables }) => variables.pe);
    assert.equal(Math.max(...pe), sizes.at(-1));
    await stage.shot(page, 'scope-largest');

    await choose(page, 'scope-which', 'pulse');
    const box = await page.page.locator(`${CHANNEL} canvas`).boundingBox();
    await page.page.mouse.move(box.x + box.width * 0.75, box.y + box.height / 2);
    await page.page.mouse.down();
    await page.page.mouse.move(box.x + box.width * 0.8, box.y + box.height / 2, { steps: 3 });
    await page.page.mouse.up();
    const zoomed = await until('the zoom is drawn', () => drawing(page), ({ shown }) => shown.x[1] - shown.x[0] < 6);
    const later = await until('another slot in the same zoom', () => drawing(page), ({ picture }) => picture.number > zoomed.picture.number + 1);
    assert.deepEqual(later.shown.x, zoomed.shown.x);
    await until('of a zoom every sample', () => drawing(page), ({ channel }) => channel.traces[0].step === 1 && channel.traces[0].from > 0);
    await stage.shot(page, 'scope-zoomed');
    await page.page.locator('[data-action="scope-window"]', { hasText: /^C$/ }).click();
    await until('the C window', () => drawing(page), ({ shown }) => Math.abs(shown.x[0] + 39.404) < SAMPLE_US && Math.abs(shown.x[1] - 15.048) < SAMPLE_US);
    const saved = page.page.waitForEvent('download');
    await page.press('scope-png');
    assert.match((await saved).suggestedFilename(), /^run-1-slot-\d+-csi\.png$/);
    await page.press('scope-whole');
    await until('the whole again', () => drawing(page), ({ shown }) => shown.x[1] - shown.x[0] > 60);
    await page.page.locator('summary').click();
    await page.page.locator('input[name="scope-beside"][value="muon"]').check();
    await until('both channels are drawn', () => page.page.locator('[data-scope-channel="muon"][data-traces="1"]').count());
    await page.page.locator('summary').click();
    for (const [name, size] of Object.entries({ phone: [390, 844], laptop: [1280, 800] })) {
      await page.resize(...size);
      await page.untilFits(`the scope on a ${name}`);
      await stage.shot(page, `scope-${name}`);
    }
  });

  await spec('vetoed', 'what a muon or the facility vetoed is found; what was held can be stepped back through, though the run goes on', async (stage) => {
    const page = await openScope(stage);
    const there = (which, enough) => until(`slots that are ${which}`, async () => (await lab.api.get(`/api/scope?channel=csi&which=${which}`)).slots, enough);
    // Holds, and returns what the server keeps for it: { hold, slots }.
    const hold = async () => {
      const list = page.page.waitForResponse(/hold=new/);
      await page.page.keyboard.press('Space');
      return (await list).json();
    };
    // Of the slot that is drawn, without its samples.
    const glance = () =>
      page.page.evaluate(() => {
        const { picture, channel } = window.lastScope;
        return { number: picture.number, slot: picture.slot, byFacility: picture.facility_veto, byMuon: channel.candidates.some(({ quality }) => quality.includes('muon')) };
      });
    const place = () => page.page.locator('[data-scope-place]').getAttribute('data-scope-place'); // "46 of 46"
    // From the one that is shown, back through so many of them at most; returns what was drawn of each.
    const stepBack = async (slots, most) => {
      const drawn = [];
      const here = await until('the page steps through these slots', place, (words) => words.endsWith(` of ${slots.length}`));
      const from = Number.parseInt(here, 10);
      for (const { number } of slots.slice(0, from).reverse().slice(0, most)) {
        // A key is not taken while a slot is on its way.
        const target = `${from - drawn.length} of ${slots.length}`;
        const step = async () => {
          if ((await place()) !== target) await page.page.keyboard.press('ArrowLeft');
          return place();
        };
        await until('a step back', step, (words) => words === target);
        drawn.push(await until('the slot is drawn', glance, (seen) => seen.number === number));
      }
      return drawn;
    };

    await there('vetoed', (slots) => slots.length > STEPS);
    await choose(page, 'scope-which', 'vetoed');
    for (const by of ['byMuon', 'byFacility']) await until(`a slot that was vetoed ${by}`, glance, (drawn) => drawn[by]);
    const vetoed = await hold();
    assert.ok(vetoed.slots.length > STEPS && vetoed.slots.every((slot) => slot.vetoed));
    for (const { slot, byMuon, byFacility } of await stepBack(vetoed.slots, STEPS)) assert.ok(byMuon || byFacility, `slot ${slot} was not vetoed`);
    await stage.shot(page, 'scope-vetoed');
    await page.page.keyboard.press('Space');

    await choose(page, 'scope-which', 'latest');
    await there('latest', (slots) => slots.length >= BACK);
    const last = await hold();
    assert.ok(last.slots.length >= BACK, `only ${last.slots.length} slots are held`);
    const numbers = (await stepBack(last.slots, STEPS)).map(({ slot }) => slot);
    assert.ok(numbers.length === STEPS && numbers.every((slot, at) => at === 0 || slot < numbers[at - 1]), numbers.join());
    const [first] = last.slots;
    assert.equal((await lab.api.get(`/api/scope/${first.slot}?channel=csi&hold=${last.hold}`)).number, first.number);
    await choose(page, 'scope-which', 'largest'); // among those that are held: few
    await until('the largest', () => page.page.locator('[data-scope-place]').innerText(), (words) => !words.endsWith(` of ${last.slots.length}`));
    const back = page.page.locator('[data-action="scope-back"]');
    await until('the first of them is shown', async () => {
      await page.page.keyboard.press('ArrowLeft');
      return (await place()).startsWith('1 of ');
    });
    assert.ok(await back.isDisabled(), 'one can step back beyond the first');
  });

  await spec('recorded', 'after the run the offline program finds the same in the same slot', async (stage) => {
    const page = await openScope(stage);
    await lab.api.act('stop', { reason: 'the end' });
    await until('the run is closed', () => lab.api.status(), ({ run }) => run.phase === 'closed');
    const shown = await lab.api.get('/api/scope/latest?channel=csi&which=pulse&full=1');
    const picture = join(lab.directory, 'slot.svg');
    const args = ['plot', 'waveform', lab.runDirectory(shown.run), '--slot', shown.slot, '--channel', 'csi', '--out', picture, '--json'];
    const { stdout } = await promisify(execFile)(join(options.bin, 'spillgate-offline'), args.map(String));
    const offline = JSON.parse(stdout);
    const [{ traces, candidates }] = shown.channels;
    assert.deepEqual(
      candidates.map(({ window, found, variables, quality }) => ({ window, found, variables, quality })),
      offline.candidates.map(({ window, found, variables, quality }) => ({ window, found, variables, quality })),
    );
    // Each peak with a gap after it.
    const peaks = offline.figures[0].panels.at(-1).series.find(({ name }) => name === 'peaks');
    assert.equal(traces[0].pulses.reduce((sum, { begin, end }) => sum + end - begin + 2, 0), peaks.points);
    await until('the page shows the last slot, and that it is old', async () => [await slotShown(page), await page.isStale()], ([slot, old]) => slot >= shown.slot && old);
    await stage.shot(page, 'scope-old');
  });
});
