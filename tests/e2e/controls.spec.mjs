// Persons and the controls: of all who may steer, one does, and everybody sees who.
import assert from 'node:assert/strict';
import { Refused } from './lab/api.mjs';
import { light } from './lab/config_text.mjs';
import { DESK } from './lab/console_page.mjs';
import { PEOPLE } from './lab/people.mjs';
import { raw } from './lab/raw_client.mjs';
import { inLab } from './lab/spec.mjs';
import { until, untilEqual } from './lab/until.mjs';

const SILENT_S = 5;
const UNAUTHORISED = /status of (401|403|409|429)/;

inLab('persons and controls', { edit: light, editEmulator: light, consoleText: `controls_silent_s: ${SILENT_S}` }, async (spec, lab) => {
  const holder = (page) => page.page.locator('[data-holder]').first().getAttribute('data-holder');
  const untilHolds = (page, name) => untilEqual('who holds the controls', () => holder(page), name);
  const bearer = (token) => ({ Authorization: `Bearer ${token}` });
  const press = (page, action) => page.page.locator(`[data-action="${action}"]`).first().click();

  await spec(
    'persons',
    'who has not signed in reads, and may not act; neither may guests, those whose time is over, or other pages',
    async (stage) => {
      const page = await stage.open({ ...DESK, person: null });
      await page.untilState('running');
      assert.equal(await page.page.locator('[data-action="pause"]').isEnabled(), false);
      await press(page, 'sign-in');
      await page.page.locator('[data-dialog="sign-in"] [name="token"]').fill('not a token');
      await press(page, 'confirm-sign-in');
      await until('a wrong token is refused in words', () => page.refusal());
      await until('all is drawn', () => page.allDrawn());
      await stage.shot(page, 'sign-in', { whole: false });
      await page.page.locator('[data-dialog="sign-in"] [name="token"]').fill(PEOPLE.shift.token);
      await press(page, 'confirm-sign-in');
      await untilEqual('who is signed in', () => page.page.locator('[data-person]').first().getAttribute('data-person'), PEOPLE.shift.name);
      await page.untilConnection('live'); // anew, as the person
      await stage.shot(page, 'signed-in', { whole: false });

      const refused = (headers, status) =>
        assert.rejects(lab.api.post('/api/run/pause', {}, headers), (why) => why instanceof Refused && status.includes(why.status), JSON.stringify(headers));
      await refused({}, [401]);
      await refused(bearer('f'.repeat(64)), [401, 429]);
      await refused(bearer(PEOPLE.gone.token), [401, 429]);
      await refused(bearer(PEOPLE.guest.token), [403]);
      await refused(bearer(PEOPLE.relief.token), [409]); // who does not hold the controls
      await refused({ ...bearer(PEOPLE.expert.token), Origin: 'http://evil.example' }, [403]);
      // The session's cookie alone is what a foreign page could bring along.
      const cookies = (await page.context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
      await refused({ Cookie: cookies }, [403]);
      // Through a proxy, reading needs a person too.
      const proxied = { 'X-Forwarded-For': '192.0.2.1' };
      assert.equal((await raw(lab.url, { path: '/api/status', headers: proxied })).status, 401);
      assert.equal((await raw(lab.url, { path: '/api/status', headers: { ...proxied, ...bearer(PEOPLE.guest.token) } })).status, 200);
    },
    { expected: UNAUTHORISED },
  );

  await spec('two_consoles', 'the controls are taken, seen by others, handed over, and free when their holder is gone', async (stage) => {
    const one = await stage.open({ person: PEOPLE.shift });
    const other = await stage.open({ ...DESK, person: PEOPLE.relief });
    await Promise.all([one.untilState('running'), other.untilState('running')]);
    await press(one, 'take-controls');
    await untilHolds(one, PEOPLE.shift.name);
    await untilHolds(other, PEOPLE.shift.name);
    assert.equal(await other.page.locator('[data-action="pause"]').isEnabled(), false);
    await until('the other page says who holds them', () => other.words(), (words) => words.includes(`${PEOPLE.shift.name} holds the controls`));
    await until('all is drawn', () => other.allDrawn());
    await stage.shot(other, 'controls-held', { whole: false });
    await press(one, 'offer-controls');
    await other.page.locator('[data-action="accept-controls"]').waitFor();
    await stage.shot(other, 'controls-offered', { whole: false });
    await press(other, 'accept-controls');
    await untilHolds(one, PEOPLE.relief.name);
    await press(other, 'pause');
    await one.untilState('paused');
    await press(other, 'resume');
    await one.untilState('running');

    await other.page.close(); // as a tab that crashes
    await untilHolds(one, 'none');
    await press(one, 'take-controls');
    await untilHolds(one, PEOPLE.shift.name);

    const expert = await stage.open({ person: PEOPLE.expert });
    await expert.page.locator('[data-action="take-controls"]').waitFor();
    await press(expert, 'take-controls'); // by force
    await untilHolds(one, PEOPLE.expert.name);
    await press(expert, 'release-controls');
    await untilHolds(one, 'none');
  });
});
