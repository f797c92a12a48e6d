// The shift page: two people in two browsers hand a shift over, and everybody sees who is on call.
import assert from 'node:assert/strict';
import { Refused } from './lab/api.mjs';
import { edit, light, replace, slowValues } from './lab/config_text.mjs';
import { DESK } from './lab/console_page.mjs';
import { PEOPLE } from './lab/people.mjs';
import { inLab } from './lab/spec.mjs';
import { until, untilEqual } from './lab/until.mjs';

const DAY_S = 86_400;
const CALIBRATED_S = Math.floor(Date.now() / 1000) - 10 * DAY_S;
const calibrated = replace(
  '    spe_charge_adc: 120\n',
  `    spe_charge_adc: 120\n    spe_slice { valid_from_utc_ns: ${CALIBRATED_S}000000000 valid_to_utc_ns: ${CALIBRATED_S + 400 * DAY_S}000000000 spe_charge_adc: 121 }\n`,
);
const VALUES = 'value { name: "hv" unit: "V" pushed {} stale_s: 600 warn_above: 1300 alarm_below: 900 alarm_above: 1400 }';
const SHIFT = `shift {
  check: "C and AC spectra move, and AC looks as it did yesterday"
  check: "Level of the water tank"
  check: "No alarm is unacknowledged"
  instructions: "Call the expert on call <b>before</b> you touch high voltage.\\nA run that ended by itself is started again."
}`;
const NOTE = 'Veto HV was ramped at 04:10, trips have stopped since.\nLook at the water level once an hour.';
const field = (utc_s) => new Date(utc_s * 1000).toISOString().slice(0, 16);

inLab('the shift page', { edit: edit(light, slowValues(VALUES), calibrated), editEmulator: light, consoleText: SHIFT }, async (spec, lab) => {
  const shiftNumber = (page) => page.page.locator('[data-shift]').first().getAttribute('data-shift');
  const line = (page, place) => page.page.locator(`[data-check="${place}"]`);
  const tick = (page, place) => line(page, place).locator('input[type="checkbox"]');
  const untilDone = (page, place) => untilEqual(`whether line ${place} is ticked`, () => line(page, place).first().getAttribute('data-done'), 'true');
  const opened = async (stage, view) => (await stage.open({ ...DESK, ...view })).goto('shift');
  const notes = (page) => page.page.locator('[data-handover-note]');

  await lab.slow('hv', 1320);

  await spec('handover', 'a shift is begun, its list ticked by two people, handed over and acknowledged in another browser', async (stage) => {
    const one = await opened(stage, { person: PEOPLE.shift });
    const other = await opened(stage, { person: PEOPLE.relief });
    await untilEqual('the shift', () => shiftNumber(one), 'none');
    await one.press('begin-shift');
    await untilEqual('the shift', () => shiftNumber(other), '1'); // by itself
    await other.page.locator(`[data-on-shift="${PEOPLE.shift.name}"]`).waitFor();

    await tick(one, 0).focus();
    await one.page.keyboard.press('Space');
    await untilDone(other, 0);
    await line(other, 1).locator('[data-action="remark"]').click();
    await other.fill('remark', { remark: '80 cm' });
    await other.page.keyboard.press('Enter');
    await until('the remark in the other browser', () => line(one, 1).innerText(), (words) => words.includes('80 cm') && words.includes(`not: ${PEOPLE.relief.name}`));
    await tick(other, 1).click();
    await untilDone(one, 1);
    assert.equal(await other.page.locator('[data-form="handover"]').count(), 0, 'who is not on the shift may hand it over');
    await one.fill('handover', { text: NOTE });
    await until('what is left', () => one.words(), (words) => words.includes('1 of 3 lines of the checklist are not ticked'));
    await stage.shot(one, 'shift');
    await one.press('hand-over');

    await notes(other).waitFor();
    assert.match(await notes(other).innerText(), /trips have stopped since\.\nLook at/);
    assert.ok(await other.page.locator('[data-action="acknowledge-handover"]').isDisabled(), 'nobody is on the next shift yet');
    await other.press('begin-shift');
    await untilEqual('the shift', () => shiftNumber(one), '2');
    await untilEqual('lines of the new list that are ticked', () => one.page.locator('[data-check][data-done="true"]:visible').count(), 0);
    await stage.shot(other, 'shift-handover');
    await other.press('acknowledge-handover');
    await untilEqual('notes that wait in the first browser', () => notes(one).count(), 0);

    await one.page.locator('[data-old-shift="1"] summary').click();
    await until('the old list', () => one.page.locator('[data-old-shift="1"]').innerText(), (words) => words.includes('80 cm') && words.includes(`read by ${PEOPLE.relief.name}`));
    await one.goto('logbook/text=trips stopped');
    await until('the note in the logbook', () => one.page.locator('[data-entry][data-kind-of-entry="shift"]').first().innerText(), (words) => words.includes('Level of the water tank') && words.includes('80 cm'));
  });

  await spec('on_call', 'that nobody is on call is said plainly, on the wall as well, until somebody is', async (stage) => {
    const page = await opened(stage, { person: PEOPLE.expert });
    const wall = await stage.open({ width: 1920, height: 1080, path: '/?wall', person: null });
    await wall.page.locator('[data-nobody-on-call="now"]').waitFor();
    await until('the page says so', () => page.words(), (words) => words.includes('Nobody is on call, and nobody is named for later.'));
    const now = Math.floor(Date.now() / 1000);
    await page.press('put-on-call');
    await page.fill('on-call', { name: 'C. Expert', contact: '+41 22 555 01 23', from: field(now - 60), to: field(now + 8 * 3600) });
    await page.press('confirm-on-call');
    await wall.page.locator('[data-on-call="C. Expert"]').waitFor();
    await until('the gap that comes', () => page.words(), (words) => /From \d{4}-\d\d-\d\d \d\d:\d\d UTC on nobody is named\./.test(words));
    assert.match(await wall.words(), /\+41 22 555 01 23/);
    assert.match(await wall.words(), new RegExp(`On shift: ${PEOPLE.relief.name}`));
    await wall.page.setViewportSize({ width: 1920, height: 1080 });
    await wall.untilFits('the wall');
    await stage.shot(wall, 'shift-wall');

    const guest = await opened(stage, { person: PEOPLE.guest });
    await guest.press('put-on-call');
    assert.equal(await guest.page.locator('[data-form="on-call"] [name="name"]').inputValue(), PEOPLE.guest.name);
    await assert.rejects(
      lab.api.post('/api/shift/on-call', { name: 'C. Expert', contact: '1', to_utc_s: now + 60 }, { Authorization: `Bearer ${PEOPLE.guest.token}` }),
      (why) => why instanceof Refused && why.status === 403,
    );
    assert.equal(await guest.page.locator('[data-action="take-off-call"]').count(), 0);
    await page.press('take-off-call');
    await wall.page.locator('[data-nobody-on-call="now"]').waitFor();
  });

  await spec('values', 'instructions are plain text; slow values have their limits; a calibration that is too old is said to be', async (stage) => {
    const page = await opened(stage, { person: null });
    await until('the instructions as they were written', () => page.page.locator('[data-instructions]').innerText(), (words) => words.includes('<b>before</b>'));
    await until('the slow value and its limits', () => page.page.locator('[data-slow="hv"]').innerText(), (words) => /1320 V.*▲ above 1300.*✖ below 900 or above 1400/s.test(words));
    const spe = page.page.locator('[data-calibration="spe"]');
    await untilEqual('the SPE calibration', () => spe.getAttribute('data-state'), 'old');
    assert.match(await spe.innerText(), /10\.0 days old \(csi\), older than 7 days; holds from \d{4}-/);
    const energy = page.page.locator('[data-calibration="energy"]');
    assert.equal(await energy.getAttribute('data-state'), 'not-used');
    assert.equal(await energy.getAttribute('data-value'), null, 'what is not known is no zero');
    const ages = await until('the age in the history', () => lab.api.get('/api/history?series=calibration.spe_age_days'), ({ curves }) => curves['calibration.spe_age_days']);
    assert.ok(Math.abs(ages.curves['calibration.spe_age_days'].mean.at(-1) - 10) < 0.1);
    assert.ok(await page.page.locator('[name="check-0"]').isDisabled(), 'who has not signed in may tick');
    await page.resize(390, 844);
    await page.untilFits('the shift page on a phone');
    await stage.shot(page, 'shift-phone');
  });
});
