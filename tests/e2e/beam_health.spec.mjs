// What the beam does and how the detector fares, as the page tells it.
import assert from 'node:assert/strict';
import { beamFaults, edit, light, REPETITION_HZ, replace, slowValues } from './lab/config_text.mjs';
import { inLab } from './lab/spec.mjs';
import { until, untilEqual } from './lab/until.mjs';

const HV = 'value { name: "hv" unit: "V" pushed {} warn_above: 1300 alarm_above: 1400 stale_s: 3 }';
// What the emulated digitizer is made of (config/demo-emulator.txtpb), with single photoelectrons often enough to wait for.
const TRUTH = { baseline: 15000, wander: 1.2, noise: 2.4, spe: 120 };
const darkLight = replace('noise_adc: 2.4', 'noise_adc: 2.4\n        dark_rate_hz: 100000');
const setUp = {
  edit: edit(light, slowValues(HV)),
  editEmulator: edit(
    light,
    darkLight,
    beamFaults('missed_fraction: 0.05 extra_fraction: 0.05 no_beam_fraction: 0.1 charge_missing_fraction: 0.05'),
  ),
};

inLab('beam and health', setUp, async (spec, lab) => {
  const ledger = async () => (await lab.api.status()).ledger;
  const counted = (list, name) => list.find((one) => one.name === name)?.value ?? 0;

  await spec('beam', 'marks that are missed or extra, and spills without beam or charge, are told apart', async (stage) => {
    const page = await stage.open();
    await page.untilState('running');
    const seen = await until('every fault of the beam is counted', ledger, (now) => {
      const faults = ['mark-extra', 'charge-missing'].every((name) => counted(now?.faults ?? [], name) > 0);
      return faults && now.mark_missed > 0 && counted(now.quality, 'no-beam') > 0;
    });
    assert.ok(seen.spills < seen.slots, 'slots without beam count as spills');
    assert.ok(seen.pot_delivered > 0);
    await page.goto('beam');
    for (const [figure, least] of [
      ['missed', seen.mark_missed],
      ['extra', counted(seen.faults, 'mark-extra')],
      ['no-beam', counted(seen.quality, 'no-beam')],
      ['pot-delivered', 0.99 * seen.pot_delivered], // rounded as people read it
    ]) {
      await until(`${figure} on the page`, () => page.figure(figure), (value) => value >= least);
    }
    await stage.shot(page, 'beam-faults');
    await page.goto('health');
    const told = () => page.page.locator('[data-light]').evaluateAll((all) => Object.fromEntries(all.map((one) => [one.dataset.light, `${one.dataset.state}: ${one.querySelector('[data-reason]').innerText}`])));
    for (const [light, words] of Object.entries({
      daq: /^good: running, run 1$/,
      online: /^good: spectra are following$/,
      timing: /^warn: (.* Hz where 20 Hz are expected; )?\d+ of the last \d+ marks did not come$/,
      charge: /^warn: \d+ of the last \d+ spills have no charge$/,
      disk: /GB free of .* GB at daq:/,
      'slow values': /^unknown: hv is not known/,
    })) {
      await until(`the light ${light} says why`, told, (lights) => words.test(lights[light]));
    }
    const lights = await told();
    assert.match(lights[Object.keys(lights).find((name) => name.startsWith('device '))], /^good: read \(/);
    const losses = await until('extra marks are named', () => page.losses(), (now) => now['daq mark-extra'] > 0);
    assert.ok(losses['daq charge-missing'] > 0, JSON.stringify(losses));
  });

  await spec('beam_view', 'period, jitter, charge, live POT and live time by class of window are those of the run', async (stage) => {
    const page = await stage.open({ width: 1280, height: 900 });
    await page.goto('beam');
    const figure = (name, good) => until(`${name} on the page`, () => page.figure(name), (value) => value !== null && good(value));
    const close = (wanted, part) => (value) => Math.abs(value - wanted) <= part * wanted;
    await figure('mark-rate', close(REPETITION_HZ, 0.2)); // a twentieth is missed, as many are extra
    await figure('period', close(1e6 / REPETITION_HZ, 0.01));
    const { period_rms_ns } = (await lab.api.daemon('daq')).status;
    await figure('period-rms', (us) => us > 0 && us < (10 * period_rms_ns) / 1000);

    const beam = await until('there are windows without beam', () => lab.api.get('/api/beam'), ({ selections }) => selections[0]?.live_s.no_beam > 0);
    const [{ selection, live_s, live_pot }] = beam.selections;
    assert.deepEqual(Object.keys(live_s), ['in_time', 'no_beam', 'anti_coincident']);
    for (const [name, live] of Object.entries(live_s)) await figure(`selected-live:${selection}:${name}`, (seconds) => seconds >= live && live > 0);
    await figure(`pot-live:${selection}`, (protons) => protons >= live_pot.measured);
    assert.ok(live_pot.measured < (await ledger()).pot_delivered, 'more protons while live than came at all');
    // Nothing is rejected before selection: C with and without beam is all that is C-shaped.
    await figure('live-time:in_time', (seconds) => seconds >= live_s.in_time + live_s.no_beam - 1e-6);
    await figure('dead-time:in_time', (seconds) => seconds === 0); // the demo's board has no dead time

    const drawn = (variable) =>
      page.page.evaluate((name) => {
        const canvas = document.querySelector('canvas[data-strip]');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        const colour = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
        const wanted = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
        let pixels = 0;
        for (let at = 0; at < data.length; at += 4) pixels += wanted.every((value, channel) => Math.abs(data[at + channel] - value) < 30) ? 1 : 0;
        return pixels;
      }, variable);
    await page.page.locator('canvas[data-strip]').waitFor();
    for (const [what, variable] of [['marks', '--in-time'], ['charge', '--anti-coincident']])
      await until(`${what} of the slots are drawn`, () => drawn(variable), (pixels) => pixels > 50);
    const odd = () => page.page.locator('[data-slot]').evaluateAll((rows) => rows.map((row) => row.innerText));
    await until('slots without beam or charge stand out', odd, (rows) => ['no-beam', 'charge-missing'].every((trouble) => rows.some((row) => row.includes(trouble))));
    await stage.shot(page, 'beam-view');

    await page.goto('health');
    for (const name of ['window_to_candidates', 'verdict_to_histogram']) {
      const row = page.page.locator(`[data-latency="${name}"]`);
      const { p50, p99, p999 } = await until(
        `latencies of ${name}`,
        () => row.evaluate(({ dataset }) => ({ p50: Number(dataset.p50), p99: Number(dataset.p99), p999: Number(dataset['p99-9']) })),
        (one) => one.p99 > 0,
      );
      assert.ok(p50 > 0 && p50 <= p99 && p99 <= p999 && p999 < 60_000, `${name}: ${p50}, ${p99}, ${p999} ms`);
    }
    const { disk, status } = await lab.api.daemon('daq');
    const buffers = () => page.page.locator('[data-buffer]').evaluateAll((rows) => rows.map(({ dataset }) => [dataset.buffer, Number(dataset.value)]));
    const shown = Object.fromEntries(await until('levels of the buffers', buffers, (rows) => rows.length > 0));
    assert.deepEqual(Object.keys(shown).sort(), status.buffers.map(({ name }) => `daq ${name}`).sort());
    assert.ok(Object.values(shown).every((level) => Number.isFinite(level) && level >= 0), JSON.stringify(shown));
    await figure('disk-free', close(disk.free_bytes, 0.5));
    assert.equal(await page.page.locator('[data-disk="daq"]').getAttribute('data-stale'), null);
    await stage.shot(page, 'health-view');
  });

  await spec('channels', 'baseline, noise and SPE gain of a channel are those that it was simulated with', async (stage) => {
    const page = await stage.open({ width: 1400, height: 1000 });
    await page.goto('health');
    const row = page.page.locator('[data-channel="csi"]');
    const read = (name) => row.locator(`[data-level="${name}"]`).evaluate(({ dataset }) => ({ value: Number(dataset.value), error: Number(dataset.error), entries: Number(dataset.entries) }));
    const level = (name) => until(`${name} is known`, () => read(name), ({ value }) => Number.isFinite(value));
    const spe = await level('recent.spe');
    assert.ok(Math.abs(spe.value - TRUTH.spe) < 0.1 * TRUTH.spe + 3 * spe.error, JSON.stringify(spe));
    assert.ok(spe.entries >= 500);
    for (const interval of ['recent', 'run']) {
      const baseline = await level(`${interval}.baseline`);
      assert.ok(Math.abs(baseline.value - TRUTH.baseline) < TRUTH.wander + 0.5, JSON.stringify(baseline));
      const noise = await level(`${interval}.noise`);
      assert.ok(Math.abs(noise.value - Math.hypot(TRUTH.noise, 1 / Math.sqrt(12))) < 0.1, JSON.stringify(noise)); // and rounding's
      assert.ok(baseline.entries > 20 && baseline.error < 0.5, JSON.stringify(baseline));
    }
    assert.equal(await row.getAttribute('data-fresh'), 'true');
    await stage.shot(page, 'channels', { of: 'section[aria-label="Channels"]' });
    await page.resize(390, 844);
    await page.untilFits('channels on a phone');
    await stage.shot(page, 'channels-phone');
    const kept = await until('they are in the history', () => lab.api.get('/api/history?series=channel.csi.noise_adc'), ({ curves }) => curves['channel.csi.noise_adc']);
    assert.equal(kept.curves['channel.csi.noise_adc'].unit, 'ADC');
  });

  await spec('health', 'a slow value is judged, and one that stays away is unknown, never a number', async (stage) => {
    const page = await stage.open();
    await page.goto('health');
    const says = (words) => until(`the page says ${words}`, () => page.words(), (text) => words.test(text));
    await lab.slow('hv', 1350);
    await says(/slow value hv is warn: 1350 V/);
    await lab.slow('hv', 1450);
    await says(/slow value hv is alarm: 1450 V/);
    await says(/slow value hv is stale/);
    await stage.shot(page, 'slow-value-stale');
    const status = await lab.api.daemon('daq');
    assert.ok(status.status.buffers.every((buffer) => buffer.dropped === 0), 'a buffer dropped something');
    assert.ok(status.status.disk_free_bytes > 0);
  });

  await spec('log', 'what online and the daemon say is one stream, found by text and by level', async (stage) => {
    const page = await stage.open();
    await page.goto('health');
    const lines = () => page.page.locator('[data-log-line]').evaluateAll((all) => all.map(({ dataset, className, innerText }) => ({ source: dataset.source, level: className, text: innerText })));
    const from = (source) => (all) => all.some((line) => line.source === source);
    await until('lines of the daemon', lines, from('daq'));
    await until('lines of online beside them', lines, from('online'));
    await page.page.locator('[name="log-text"]').fill('online');
    const found = await until('those with the text alone', lines, (all) => all.length > 0 && all.every(({ source, text }) => `${source} ${text}`.includes('online')));
    assert.ok(found.every(({ text }) => /^\d\d:\d\d:\d\d/.test(text)), JSON.stringify(found));
    await page.page.locator('[name="log-text"]').fill('');
    // What became of the slow value is told at each level.
    const levels = (all) => [...new Set(all.map(({ level }) => /\b(info|warn|error)\b/.exec(level)?.[0]))].sort().join();
    await untilEqual('the levels', async () => levels(await lines()), 'error,info,warn');
    for (const [level, those, words] of [['warn', 'error,warn', 'hv is warn: 1350 V'], ['error', 'error', 'hv is alarm: 1450 V']]) {
      await page.page.locator('[name="log-level"]').selectOption(level);
      await untilEqual(`the levels from ${level} on`, async () => levels(await lines()), those);
      assert.ok((await lines()).some(({ text }) => text.includes(words)), words);
    }
  });
});
