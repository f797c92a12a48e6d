// Hostile, broken and silent clients, all at once, in a run: they cost the data nothing, those who have signed in are answered without
// waiting for any of them, and the server gives back all that it took for them.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { wishFor } from './lab/api.mjs';
import { light } from './lab/config_text.mjs';
import { letLoose, SILENT } from './lab/crowd.mjs';
import { lossesOf } from './lab/ledger.mjs';
import { PEOPLE } from './lab/people.mjs';
import { inLab } from './lab/spec.mjs';
import { until } from './lab/until.mjs';

const SECONDS = 6;
const PLACES = 128;
const MORE_MB = 32; // what an allocator may keep
// The server's shortest wait for a client that takes nothing: who is answered within it has not waited for one to be given up. How fast
// answers are on a machine that does nothing else is for the bench (console_hostile).
const GIVES_UP_S = 10;

inLab('hostile clients', { edit: light, editEmulator: light }, async (spec, lab) => {
  const server = () => lab.program('online').pid;
  const descriptors = () => readdirSync(`/proc/${server()}/fd`).length;
  const megabytes = () => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${server()}/status`, 'utf8'))[1]) / 1024;
  // By connections that are kept.
  const ask = async (person, path, options = {}) => {
    const headers = { Authorization: `Bearer ${person.token}`, 'Content-Type': 'application/json' };
    const answer = await fetch(lab.url + path, { headers, signal: AbortSignal.timeout(1000 * GIVES_UP_S), ...options });
    const body = await answer.json();
    assert.ok(answer.ok, `${path}: ${answer.status} ${JSON.stringify(body)}`);
    return body;
  };
  const steer = (verb, body = {}) => ask(PEOPLE.expert, `/api/${verb}`, { method: 'POST', body: JSON.stringify(body) });

  await spec('hostile', 'floods, giant frames, bad JSON, half-open connections and clients that never read', async (stage) => {
    const page = await stage.open({ person: PEOPLE.shift });
    await page.untilState('running');
    await lab.untilSlots(40);
    await steer('controls/take');
    const before = { descriptors: descriptors(), megabytes: megabytes() };

    const callOff = letLoose(lab.url, wishFor(['pe', 't_rec', 'pe_t_rec']));
    let most = 0;
    let answered = 0;
    for (const end = Date.now() + 1000 * SECONDS; Date.now() < end; await sleep(100)) {
      most = Math.max(most, descriptors());
      assert.equal((await ask(PEOPLE.relief, '/api/status')).run.number, 1);
      await steer('run/note', { text: `note ${(answered += 1)}` });
      assert.equal(await page.connection(), 'live');
    }
    await steer('run/pause');
    await page.untilState('paused');
    await steer('controls/release');
    await page.page.locator('[data-action="take-controls"]').first().waitFor(); // it has heard that they are free
    await page.press('resume');
    await page.untilState('running');
    const tried = await callOff();
    console.log(`attacked by ${JSON.stringify(tried)}; descriptors ${before.descriptors}, at most ${most}; ${answered} notes taken`);
    assert.ok(tried.silent >= SILENT && Object.values(tried).every((times) => times > 0), 'an attack did not take place');
    assert.ok(most <= before.descriptors + PLACES, `${most} descriptors`);

    await until('descriptors come back', descriptors, (now) => now <= before.descriptors + 4);
    await until('memory comes back', megabytes, (now) => now <= before.megabytes + MORE_MB);
    await lab.untilSlots((await lab.api.status()).run.streams[0].slots_filled + 20);
    await page.end();
    await page.untilState('configured');
    const status = await until('the run is closed', () => lab.api.status(), ({ run }) => run.phase === 'closed');
    assert.deepEqual(lossesOf(status), []);
  });
});
