// Runs from the page: started, paused, stopped, refused, and seen alike on every console.
import assert from 'node:assert/strict';
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { Refused } from './lab/api.mjs';
import { light } from './lab/config_text.mjs';
import { inLab } from './lab/spec.mjs';
import { until } from './lab/until.mjs';

const CONFLICT = /status of 409/;
const OPERATOR = 'Night Shift, B. Second';

inLab('run control', { edit: light, editEmulator: light, start: { type: null } }, async (spec, lab) => {
  await spec('run_start_stop', 'a run is started with type, operator and note, stops after a question, and is accounted for', async (stage) => {
    const page = await stage.open();
    await page.untilState('configured');
    await page.begin({ type: 'source', operator: OPERATOR, note: 'started from the page' });
    await page.untilState('running');
    await page.untilRun(1);
    await until('slots are in the spectra', () => page.figure('slots-filled'), (slots) => slots > 20);
    const soFar = await until('the list of runs has what there is so far', () => lab.api.get('/api/runs/1'), ({ ledger }) => ledger?.pot_recorded > 0);
    assert.ok(soFar.so_far && soFar.state === 'running' && soFar.ledger.spills > 0, JSON.stringify(soFar));
    await page.goto('runs/1');
    await until('so has the page', () => page.figure('run-pot-delivered'), (protons) => protons > 0);
    assert.equal(await page.page.locator('[data-run-page] [data-so-far]').count(), 1, 'the page does not say that it goes on');
    await page.goto('run');
    await page.press('stop');
    await stage.shot(page, 'stop-asks');
    assert.equal(await page.state(), 'running', 'the run stopped before it was confirmed');
    await page.press('cancel-stop');
    await page.end();
    await page.untilState('configured');
    const statement = await until('the end-of-run statement', () => page.statement());
    assert.match(statement, /run 1: daq: all \d+ recorded slots are in the spectra/);
    await stage.shot(page, 'stopped');
    const description = readFileSync(join(lab.runDirectory(1), 'run.txtpb'), 'utf8');
    assert.match(description, /type: SOURCE/);
    assert.match(description, /note: "started from the page"/);
    assert.match(description, /simulated: true/);
    assert.match(description, new RegExp(`operator: "${OPERATOR}"`));
    await page.goto('runs/1');
    await until('its operator is on the run’s page', () => page.words(), (words) => words.includes(OPERATOR));

    await page.begin({ type: 'test', note: 'the next one' });
    await page.untilRun(2);
    await page.untilState('running');
    await stage.shot(page, 'second-run');
  });

  await spec('run_pause', 'slots of a pause are counted as paused and bring no recorded charge', async (stage) => {
    const page = await stage.open();
    await page.untilState('running');
    await page.press('pause');
    await page.untilState('paused');
    const ledger = async () => (await lab.api.status()).ledger;
    const paused = await until('paused slots are counted', ledger, (now) => now?.paused > 10);
    const later = await until('they go on', ledger, (now) => now.paused > paused.paused + 20);
    assert.equal(later.complete, paused.complete, 'slots were recorded in the pause');
    assert.equal(later.pot_recorded, paused.pot_recorded);
    assert.ok(later.pot_delivered > paused.pot_delivered, 'beam that went on was not counted');
    await stage.shot(page, 'paused');
    await page.press('resume');
    await page.untilState('running');
    await until('recording goes on', ledger, (now) => now.complete > later.complete);
  });

  await spec('two_consoles', 'what one console does is seen on the other, who can go on from there', async (stage) => {
    const [one, other] = [await stage.open(), await stage.open()];
    await Promise.all([one.untilState('running'), other.untilState('running')]);
    const number = await one.runNumber();
    await one.press('pause');
    await other.untilState('paused');
    await other.press('resume');
    await one.untilState('running');
    await other.end();
    await Promise.all([one.untilState('configured'), other.untilState('configured')]);
    await until('one console has the statement of what the other stopped', () => one.statement());
    await one.begin({ note: 'from the first' });
    await other.untilRun(number + 1);
    await other.untilState('running');
    await one.page.close(); // a tab that goes away leaves the run alone
    await lab.untilSlots(40);
    assert.equal(await other.state(), 'running');
  });

  await spec('fault', 'a run that cannot be closed is a fault, which says why and is left by reset', async (stage) => {
    const page = await stage.open();
    await page.untilState('running');
    const directory = lab.runDirectory(await page.runNumber());
    renameSync(directory, `${directory}-away`); // its end record has no place any more
    await page.end();
    await page.untilState('fault');
    const light = page.page.locator('[data-light="daq"]');
    await until('the light is bad', () => light.first().getAttribute('data-state'), (state) => state === 'bad');
    assert.match(await light.first().locator('[data-reason]').innerText(), /in fault: .* has no end record/);
    await stage.shot(page, 'fault');
    renameSync(`${directory}-away`, directory);
    await page.press('reset');
    await page.untilState('idle');
    await page.press('configure');
    await page.untilState('configured');
    await until('the light is good again', () => light.first().getAttribute('data-state'), (state) => state === 'good');
    await page.begin({ note: 'after a fault' });
    await page.untilState('running');
  });

  await spec(
    'run_refused',
    'what is not possible is refused in words',
    async (stage) => {
      const page = await stage.open();
      await page.untilState('running');
      const refused = async (verb, reason) =>
        assert.rejects(lab.api.act(verb, verb === 'start' ? { type: 'test' } : {}), (why) => why instanceof Refused && why.status === 409 && reason.test(why.reason));
      await refused('start', /cannot start while running; possible now: pause, stop/);
      await refused('resume', /cannot resume while running/);
      await page.end();
      await page.untilState('configured');
      await refused('stop', /cannot stop while configured/);

      const behind = await stage.open({ holdable: true });
      await behind.begin({ note: 'for a console that is behind' });
      await behind.untilState('running');
      behind.hold();
      await lab.api.act('pause');
      await page.untilState('paused');
      await behind.press('pause');
      await until('the reason is on the page', () => behind.refusal(), (words) => /cannot pause while paused; possible now: resume, stop|the controls/.test(words));
      await stage.shot(behind, 'refused');
      behind.release();
      await behind.untilState('paused');
    },
    { expected: CONFLICT },
  );
});
