// What the beam does and how the detector fares, as the page tells it.
import assert from 'node:assert/strict';
import { beamFaults, edit, light, slowValues } from './lab/config_text.mjs';
import { inLab } from './lab/spec.mjs';
import { until } from './lab/until.mjs';

const HV = 'value { name: "hv" unit: "V" pushed {} warn_above: 1300 alarm_above: 1400 stale_s: 3 }';
const setUp = {
  edit: edit(light, slowValues(HV)),
  editEmulator: edit(
    light,
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
      ['pot-delivered', 0.99 * seen.pot_delivered], // rounded as people read it
    ]) {
      await until(`${figure} on the page`, () => page.figure(figure), (value) => value >= least);
    }
    await stage.shot(page, 'beam-faults');
    await page.goto('health');
    const losses = await until('extra marks are named', () => page.losses(), (now) => now['daq mark-extra'] > 0);
    assert.ok(losses['daq charge-missing'] > 0, JSON.stringify(losses));
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
});
