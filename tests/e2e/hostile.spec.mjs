// Hostile, broken and silent clients, all at once, in a run: they cost the data nothing, those who have signed in are served, and the
// server gives back all that it took for them.
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

inLab('hostile clients', { edit: light, editEmulator: light }, async (spec, lab) => {
  const server = () => lab.program('online').pid;
  const descriptors = () => readdirSync(`/proc/${server()}/fd`).length;
  const megabytes = () => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${server()}/status`, 'utf8'))[1]) / 1024;
  // By a connection that is kept.
  const statusFor = async (person) => (await fetch(`${lab.url}/api/status`, { headers: { Authorization: `Bearer ${person.token}` } })).json();

  await spec('hostile', 'floods, giant frames, bad JSON, half-open connections and clients that never read', async (stage) => {
    const page = await stage.open({ person: PEOPLE.shift });
    await page.untilState('running');
    await page.hooks.steer(page.page);
    await until('the page holds the controls', () => page.offers('pause'));
    await lab.untilSlots(40);
    await statusFor(PEOPLE.relief);
    const before = { descriptors: descriptors(), megabytes: megabytes() };

    const callOff = letLoose(lab.url, wishFor(['pe', 't_rec', 'pe_t_rec']));
    let most = 0;
    for (const end = Date.now() + 1000 * SECONDS; Date.now() < end; await sleep(100)) {
      most = Math.max(most, descriptors());
      assert.equal((await statusFor(PEOPLE.relief)).run.number, 1);
      assert.equal(await page.connection(), 'live');
    }
    await page.press('pause');
    await page.untilState('paused');
    await page.press('resume');
    await page.untilState('running');
    const tried = await callOff();
    console.log(`attacked by ${JSON.stringify(tried)}; descriptors ${before.descriptors}, at most ${most}`);
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
