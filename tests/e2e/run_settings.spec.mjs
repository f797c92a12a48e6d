// What a run is begun with: limits at which it ends by itself, the run that follows it, and the configuration, chosen from a list.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Refused } from './lab/api.mjs';
import { findings } from './lab/axe.mjs';
import { light, REPETITION_HZ, replaced } from './lab/config_text.mjs';
import { PEOPLE } from './lab/people.mjs';
import { inLab } from './lab/spec.mjs';
import { until, untilEqual } from './lab/until.mjs';

const NO_LIMITS = { limit_minutes: '', limit_spills: '', limit_protons: '', limit_gigabytes: '' };
const LATEST_S = 1.5; // after its limit a run has ended, on a busy machine as well: the lead looks ten times a second
const CONNECTION_LOST = /ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|WebSocket/;

inLab('what runs are begun with', { edit: light, editEmulator: light, start: { type: null } }, async (spec, lab) => {
  const closed = (number) =>
    until(`run ${number} is closed`, () => lab.api.status(), ({ run }) => run.number === number && run.phase === 'closed');
  const bytesOf = (number) => {
    const directory = lab.runDirectory(number);
    return readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
  };
  const nextRun = async (page) => Number(await page.page.locator('[data-next-run]').first().getAttribute('data-next-run'));
  const limits = (page) => page.page.locator('[data-limits]').innerText({ timeout: 1000 }).catch(() => null);

  await spec('run_limits', 'a run ends by itself when it reaches its time, spills, protons or size', async (stage) => {
    const page = await stage.open();
    await page.untilState('configured');
    let perSpill = 0;
    // What the run had reached at its end, of what it was limited to.
    const limited = [
      ['limit_spills', () => 45, ({ ledger }) => ledger.spills],
      ['limit_minutes', () => 0.05, ({ run }) => (run.stop_utc_s - run.start_utc_s) / 60],
      ['limit_protons', () => 45 * perSpill, ({ ledger }) => ledger.pot_delivered],
      ['limit_gigabytes', () => 0.003, ({ run }) => bytesOf(run.number) / 1e9],
    ];
    for (const [at, [field, wanted, reached]] of limited.entries()) {
      await untilEqual('the next run on the page', () => nextRun(page), at + 1);
      const limit = wanted();
      await page.begin({ ...NO_LIMITS, [field]: limit });
      await page.untilRun(at + 1);
      await until('the page says when it will end', () => limits(page));
      if (at === 0) await stage.shot(page, 'run-limited');
      const status = await closed(at + 1);
      assert.equal(status.run.stop_reason, 'target-reached');
      const had = reached(status);
      const late_s = (status.run.stop_utc_s - status.run.start_utc_s) * (1 - limit / had);
      assert.ok(had >= limit && late_s < LATEST_S, `${field} ${limit}: ended at ${had}, ${late_s} s late`);
      perSpill = status.ledger.pot_delivered / status.ledger.spills;
      await page.untilState('configured');
    }
  });

  await spec('limits_in_mid_run', 'the limits of a run that goes on are changed, and the page says what remains until them', async (stage) => {
    const page = await stage.open();
    await page.untilState('configured');
    const number = await nextRun(page);
    await page.begin({ ...NO_LIMITS, limit_minutes: 90 });
    await page.untilRun(number);
    const remaining = () => page.page.locator('[data-remaining]').innerText({ timeout: 1000 }).catch(() => '');
    await until('what remains is told', remaining, (words) => /^01:2\d:\d\d$/.test(words));

    await page.press('limits');
    const dialog = page.page.locator('[data-dialog="limits"]');
    const field = (name) => dialog.locator(`[name="${name}"]`);
    const effect = () => dialog.locator('[data-effect]').innerText();
    assert.equal(await field('limit_minutes').inputValue(), '90');
    await field('limit_spills').fill('1');
    await until('the page warns', effect, (words) => words.includes(`run ${number} ends at once`));
    await stage.shot(page, 'limits-reached');
    await field('limit_minutes').fill('');
    await field('limit_spills').fill('');
    await until('nothing limits it', effect, (words) => words.includes('ends when somebody stops it'));
    await field('limit_spills').fill('100000');
    await until('what will remain is told', effect, (words) => /To go: 9\d.\d\d\d\s*spills/.test(words));
    assert.deepEqual(await findings(page.page, '[data-dialog="limits"]'), []);
    await stage.shot(page, 'limits-changed');
    await page.press('confirm-limits');
    await until('the page has the new limits', () => limits(page), (words) => /^100.000\s*spills$/.test(words ?? ''));
    assert.equal(await dialog.isVisible(), false);
    await until('what remains until them is told', remaining, (words) => /^9\d.\d\d\d\s*spills$/.test(words));

    // Whoever does not hold the controls may only look.
    const other = await stage.open({ person: PEOPLE.relief });
    await until('the other page has the limits', () => limits(other), (words) => /^100.000\s*spills$/.test(words ?? ''));
    assert.equal(await other.page.locator('[data-action="limits"]').isEnabled(), false);

    await page.press('limits');
    const wanted = (await lab.api.status()).ledger.spills + 60;
    await field('limit_spills').fill(String(wanted));
    await page.press('confirm-limits');
    const status = await closed(number);
    assert.equal(status.run.stop_reason, 'target-reached');
    assert.ok(status.ledger.spills >= wanted && status.ledger.spills < wanted + LATEST_S * REPETITION_HZ, `ended at ${status.ledger.spills}`);
    await page.untilState('configured');
  });

  await spec(
    'run_restart',
    'a run that reached its limit is followed by the next, also with online gone meanwhile, until its limits are changed',
    async (stage) => {
      const page = await stage.open();
      await page.untilState('configured');
      const first = await nextRun(page);
      await page.page.locator(page.hooks.field('start', 'limit_spills')).fill('40');
      await page.page.locator(page.hooks.field('start', 'restart')).check();
      await page.begin({ note: 'one after the other' });
      await page.untilRun(first);
      await untilEqual('the next run on the page', () => nextRun(page), first + 1);
      assert.match(await limits(page), /40\s*spills, then starts the next run/);
      await stage.shot(page, 'run-restarts');
      await page.untilRun(first + 1);

      await lab.kill('online');
      await page.untilConnection('lost');
      await until('the run after it begins', () => existsSync(lab.runDirectory(first + 2)));
      lab.launchOnline();
      await lab.console();
      await page.untilConnection('live');
      await until('the page has the run that goes on', () => page.runNumber(), (number) => number >= first + 2);

      // A server that was killed has forgotten who had signed in.
      await page.press('sign-in');
      await page.page.locator('[data-dialog="sign-in"] [name="token"]').fill(PEOPLE.expert.token);
      await page.press('confirm-sign-in');
      await until('the page holds the controls', async () => (await page.offers('pause')) || (await page.offers('resume')));
      // Between two runs there is none to limit.
      await until('the limits are changed', async () => {
        await lab.api.act('limits', { limits: { spills: 100_000 } });
        return (await lab.api.daemon('daq')).status.limits.spills === 100_000;
      });
      await until('the page has the new limits', () => limits(page), (words) => /^100.000\s*spills$/.test(words ?? ''));
      const { number } = (await lab.api.status()).run;
      await lab.untilSlots(60);
      assert.equal(await page.runNumber(), number, 'it ended at the limit that it had before');
      await assert.rejects(lab.api.act('limits', { limits: { spills: -1 } }), (why) => why instanceof Refused);
      await page.end();
      const { run } = await closed(number);
      assert.equal(run.stop_reason, 'requested');
      assert.equal(run.restarted_from, number - 1);
      assert.equal(run.note, 'one after the other');
      await page.untilState('configured');
      await untilEqual('the next run on the page', () => nextRun(page), number + 1);
    },
    { expected: CONNECTION_LOST },
  );

  await spec('configs', 'a configuration is chosen from the list, compared with the last run, and the next run is taken with it', async (stage) => {
    const other = replaced(lab.configText, 'cut { variable: "pretrace_peaks" max: 4', 'cut { variable: "pretrace_peaks" max: 6');
    lab.writeConfig(replaced(other, 'description: "SIMULATED CsI[Na]', 'description: "Looser: SIMULATED CsI[Na]'), 'looser.txtpb');
    lab.writeConfig(replaced(lab.configText, 'repetition_hz:', 'repetition_herz:'), 'broken.txtpb');
    const page = await stage.open();
    await page.untilState('configured');
    await page.hooks.steer(page.page);
    const choice = page.page.locator(page.hooks.field('configure', 'config'));
    await choice.focus(); // the list is asked for again
    const choose = async (name) => {
      await until(`${name} is in the list`, () => choice.locator(`option[value="${name}"]`).count());
      await choice.selectOption(name);
    };

    await choose('broken.txtpb');
    await until('its trouble is told, and where', () => page.words(), (words) => /broken\.txtpb:\d+:\d+.*repetition_herz/.test(words));
    assert.equal(await page.page.locator('[data-action="configure"]').isEnabled(), false);
    await stage.shot(page, 'config-broken');

    await choose('looser.txtpb');
    const change = page.page.locator('[data-change="selection[0].cut[0].max"]');
    await change.waitFor();
    assert.deepEqual(await change.locator('[data-was], [data-is]').allInnerTexts(), ['4', '6']);
    assert.deepEqual(await findings(page.page, 'main'), []);
    await stage.shot(page, 'config-difference');
    await until('the daemon can be configured', () => page.offers('configure'));
    await page.press('configure');
    await until('the daemon has it', async () => (await lab.api.daemon('daq')).status.config_file, (file) => file === 'looser.txtpb');
    await page.untilState('configured');
    await page.untilConnection('live');

    const number = await nextRun(page);
    await page.begin(NO_LIMITS);
    await page.untilRun(number);
    await page.untilState('running');
    await lab.untilSlots(20);
    const config = await (await lab.api.fetch(`/api/runs/${number}/config`)).text();
    assert.match(config, /max: 6/);
    await page.end();
    await closed(number);
    await page.untilState('configured');
    await page.page.locator('[data-form="configure"]').waitFor();
    await until('nothing differs from the last run any more', () => page.words(), (words) => /The same as in the last run/.test(words));
  });
});
