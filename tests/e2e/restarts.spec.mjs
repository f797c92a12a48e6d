// Programs that die and come back: pages say what is no longer true, and go on by themselves.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { beamFaults, light } from './lab/config_text.mjs';
import { inLab, options } from './lab/spec.mjs';
import { until, untilEqual } from './lab/until.mjs';

const CONNECTION_LOST = /ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|WebSocket/;

const WALL = { width: 1920, height: 1080, path: '/?wall' };
const noContact = (page) => page.page.locator('[data-alarm="no-contact"]');
const experiment = join(options.source, 'config/experiments/demo-csi.txtpb');
const plan = `plan { experiment: "${experiment}" spectrum: "pe_t_rec" planned_pot: 1.76e23 begin_utc_s: ${Math.floor(Date.now() / 1000)} }`;

inLab('programs die and come back', { edit: light, editEmulator: light, consoleText: plan }, async (spec, lab) => {
  const times = async () => (await lab.api.get('/api/beam/times')).seconds; // of the last day
  await spec(
    'online_restart',
    'online is killed in a run: the page says so, finds it again without a reload, and no slot is missing',
    async (stage) => {
      const page = await stage.open();
      const wall = await stage.open({ ...WALL, person: null });
      await page.untilState('running');
      await lab.untilSlots(40);
      await page.listen();
      await lab.kill('online');
      await page.untilConnection('lost');
      await until('old data are greyed', () => page.isStale());
      await stage.shot(page, 'connection-lost');
      await page.goto('shift');
      await until('the page says that it cannot fetch a view', () => page.words(), (words) => words.includes('This view could not be fetched'));
      for (const one of [page, wall]) {
        await until('that there is no contact is an alarm', () => noContact(one).getAttribute('data-age'), (seconds) => Number(seconds) >= 10);
        assert.match(await noContact(one).innerText(), /No contact with spillgate-online for \d+\ss/);
      }
      await until('it is heard', () => page.tones(), (tones) => tones.includes('running 880 Hz'));
      assert.equal(await page.sound(), 'ringing');
      await stage.shot(page, 'no-contact');
      await until('all of the wall is in view', () => wall.page.evaluate(() => document.documentElement.scrollHeight), (px) => px <= WALL.height);
      await stage.shot(wall, 'no-contact-wall');
      lab.launchOnline();
      await lab.console();
      for (const one of [page, wall]) {
        await one.untilConnection('live');
        await noContact(one).waitFor({ state: 'detached' });
      }
      await untilEqual('the sound', () => page.sound(), 'on');
      await page.goto('run');
      await page.goto('shift');
      await page.page.locator('main [data-shift]').first().waitFor();
      await page.goto('run');
      await page.untilState('running');
      await page.untilRun(1);
      await lab.untilSlots(80);
      await lab.api.act('stop'); // the page of a server that is gone has to prove again who acts
      const statement = await until('the end-of-run statement', () => page.statement());
      assert.match(statement, /run 1: daq: all \d+ recorded slots are in the spectra/);
    },
    { expected: CONNECTION_LOST },
  );

  await spec('daq_restart', 'the daemon is killed in a run: that is not taken for a missing beam, and it comes back', async (stage) => {
    const page = await stage.open();
    await page.begin({ note: 'to be killed' });
    await page.untilState('running');
    await page.untilRun(2);
    await lab.untilSlots(20);
    await lab.kill('daq');
    await page.untilState('no-daemon');
    await page.untilConnection('daemon-silent');
    assert.ok(await page.isStale(), 'old data are not greyed');
    await page.goto('beam');
    assert.equal(await page.figure('mark-rate'), null, 'a rate is shown that nobody knows');
    await stage.shot(page, 'daemon-lost');

    await until('the time without it has lasted', times, (seconds) => seconds['daq-down'] > 2);
    lab.startDaemon();
    await page.untilState('configured');
    await page.untilConnection('live');
    // What was on disk is in the spectra, what was not is taken back; the run is stated to be broken off.
    const run = await until('the run is closed', async () => (await lab.api.status()).run, (now) => now.phase === 'closed');
    assert.match(run.statement, /^run 2: /);
    await page.begin({ note: 'after it' });
    await page.untilRun(3);
    await page.untilState('running');
  });

  await spec('beam_times', 'how long there was beam, a pause, a dead DAQ or nobody who wrote it down is told apart, in hours', async (stage) => {
    const page = await stage.open();
    await page.untilState('running');
    await lab.api.act('pause');
    await until('the pause has lasted', times, ({ paused }) => paused > 1);
    await lab.api.act('resume');
    await page.untilState('running');
    const day = await until('there was beam again', times, (now) => now.beam > 3);
    assert.ok(day['daq-down'] > 2, 'the daemon that was killed');
    assert.ok(day.unknown > 0, 'no run was on after it');
    assert.ok(day['beam-off'] + day['no-timing'] < day['daq-down'], `taken for a missing beam: ${JSON.stringify(day)}`);
    assert.ok(day['not-recorded'] > 80_000, 'before the history began');
    assert.ok(Math.abs(Object.values(day).reduce((sum, seconds) => sum + seconds, 0) - 86_400) < 0.01);

    await page.goto('physics');
    await until('the page says so', () => page.figure('time:daq-down'), (seconds) => seconds >= day['daq-down']);
    assert.ok((await page.figure('beam-share')) > 0.5, 'beam of the time in which marks were looked at');
    await page.page.locator('[data-action="beam-times"][data-value="week"]').click();
    await until('the week', () => page.figure('time:not-recorded'), (seconds) => seconds > 6 * 86_400);
    await page.untilFits('physics on a desk');
    await page.page.locator('[data-action="beam-times"][data-value="plan"]').click();
    await until('since the plan began', () => page.figure('time:not-recorded'), (seconds) => seconds < 60);
    await stage.shot(page, 'beam-times', { of: '[data-beam-account]' });
  });

  await spec('device_lost', 'a digitizer freezes, dies and comes back: its slots are counted as lost, and the run stays open', async (stage) => {
    const page = await stage.open();
    await page.untilState('running');
    const number = await page.runNumber();
    await lab.untilSlots(40);
    lab.freeze('emulator');
    await page.goto('health');
    await until('the page says that it is lost', () => page.words(), (words) => /source SIS3316 is lost/.test(words));
    assert.equal(await page.state(), 'running');
    await page.untilConnection('live');
    await stage.shot(page, 'device-lost');
    const wall = await stage.open({ ...WALL, person: null });
    await wall.page.locator('[data-alarm^="device-lost"]').waitFor();
    const pressed = wall.page.locator('a:not([href="#main"]), button, select, input, summary');
    const shown = await pressed.evaluateAll((all) => all.filter((one) => one.checkVisibility()).map(({ dataset }) => dataset.action));
    assert.deepEqual(shown, ['sound'], 'what may be pressed on the wall');
    await lab.kill('emulator');
    lab.emulatorText = beamFaults('no_beam_fraction: 1')(lab.emulatorText); // what it looks at now
    await lab.startEmulator();
    const { ledger } = await lab.api.status();
    await until('slots are complete again', async () => (await lab.api.status()).ledger, (now) => now.complete > ledger.complete + 20);
    await until('the slots between are named on the page', () => page.losses(), (losses) => losses['daq lost-device'] > 0);
    assert.equal(await page.state(), 'running');
    assert.equal(await page.runNumber(), number);
  });

  await spec('beam_lost', 'marks that come without protons are a beam that is down, not a DAQ: the run goes on, and the time is the beam’s', async (stage) => {
    const page = await stage.open();
    await page.goto('physics');
    const account = page.page.locator('[data-beam-account]');
    await untilEqual('the beam', () => page.page.locator('[data-beam-state]').getAttribute('data-beam-state', { timeout: 1000 }), 'beam-off');
    await untilEqual('the account', () => account.getAttribute('data-beam-account'), 'beam-off');
    await until('why', () => account.innerText(), (words) => words.includes('marks come, protons on our target do not'));
    assert.equal(await page.state(), 'running');
    await page.untilConnection('live');
    const before = await times();
    const after = await until('it has lasted', times, (now) => now['beam-off'] > before['beam-off'] + 1);
    assert.ok(Math.abs(after['daq-down'] - before['daq-down']) < 0.5, 'taken for a dead DAQ');
    await page.page.locator('[data-action="beam-times"][data-value="week"]').click(); // asks at once
    await until('the page has it', () => page.figure('time:beam-off'), (seconds) => seconds >= after['beam-off']);
    await stage.shot(page, 'beam-off', { of: '[data-beam-account]' });
  });

  await spec('spectra_frozen', 'a console that is answered, but told nothing of the live spectra, greys figures and may still act', async (stage) => {
    const page = await stage.open({ holdable: true });
    await page.untilConnection('live');
    page.withhold('status', 'spectra');
    await page.untilConnection('frozen');
    assert.match(await page.page.locator('[data-connection]').innerText(), /nothing new from the live spectra for \d+\ss/);
    assert.ok(await page.page.locator('[aria-label="Run control"][data-stale]').count(), 'old figures are not greyed');
    assert.equal(await page.page.locator('[aria-label="State of everything"][data-stale]').count(), 0, 'lights, which come, are greyed');
    await stage.shot(page, 'spectra-frozen');
    await page.end();
    await until('the run is over', () => lab.api.daemon('daq'), ({ status }) => status.state === 'configured');
    page.withhold();
    await page.untilConnection('live');
    await page.untilState('configured');
  });
});
