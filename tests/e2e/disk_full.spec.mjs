// A disk that fills up in a run: in a memory file system, whose free space nobody else changes.
import assert from 'node:assert/strict';
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { edit, replace, storage } from './lab/config_text.mjs';
import { inLab } from './lab/spec.mjs';
import { until } from './lab/until.mjs';

const MEGABYTE = 2 ** 20;
const ROOM = 36 * MEGABYTE; // between what is free and what must stay free: more than a minute of the run, at few spills
const WARNED = 16 * MEGABYTE; // … and less than this is warned of
const LACK = 12 * MEGABYTE; // of what must stay free
const slow = replace('repetition_hz: 60', 'repetition_hz: 5');

const place = mkdtempSync('/dev/shm/spillgate-e2e-');
const free = () => {
  const { bavail, bsize } = statfsSync(place);
  return bavail * bsize;
};

// Leaves so many bytes free; what it took before is given back first.
class Filler {
  path = join(place, 'filler');

  leave(bytes) {
    this.remove();
    const file = openSync(this.path, 'w');
    const block = Buffer.alloc(MEGABYTE, 1);
    while (free() > bytes + MEGABYTE) writeSync(file, block);
    closeSync(file);
  }
  remove() {
    const file = openSync(this.path, 'w');
    ftruncateSync(file, 0);
    closeSync(file);
  }
}

process.on('exit', () => rmSync(place, { recursive: true, force: true }));
if (free() < ROOM + 2 * LACK) {
  console.log(`SKIPPED: only ${Math.round(free() / MEGABYTE)} MB are free in /dev/shm`);
  process.exit(0);
}
const least = free() - ROOM;
const limits = storage(`stop_below_bytes: ${least} warn_below_bytes: ${least + WARNED} reserve_bytes: ${MEGABYTE}`);

inLab('a full disk', { edit: edit(slow, limits), editEmulator: slow, runs: join(place, 'runs') }, async (spec, lab) => {
  await spec(
    'disk_full',
    'is warned of, ends the run with that reason, is no room for another, and may be freed again',
    async (stage) => {
      const filler = new Filler();
      const page = await stage.open();
      await page.untilState('running');
      await lab.untilSlots(10);
      // In the log, or as the reason of a refusal.
      const says = async (words) => {
        await page.goto('health');
        await until(`the page says ${words}`, () => page.words(), (text) => words.test(text));
      };

      filler.leave(least + WARNED / 2);
      await says(/disk nearly full: .* are free at .*, less than storage.warn_below_bytes/);
      assert.equal(await page.state(), 'running');
      // One number, on the panel and in the light. Nobody but this run writes to its disk.
      const full = await until('when it is full', () => page.figure('disk-time-to-full'), (seconds) => seconds > 0);
      const { disk } = await lab.api.daemon('daq');
      assert.ok(full < 3600 && disk.full_in_s < 3600, `${full} s on the page, ${disk.full_in_s} s told`);
      assert.equal(disk.stop_below_bytes, least);
      const reason = () => page.page.locator('[data-light="disk"][data-state="warn"] [data-reason]').innerText({ timeout: 1000 }).catch(() => '');
      await until('the light says so', reason, (words) => /GB free of .* at daq:.*, full in \d+ (s|min), less than/.test(words));
      await stage.shot(page, 'disk-nearly-full');

      filler.leave(least - MEGABYTE);
      await page.untilState('configured');
      await until('the run ended disk-full', async () => (await lab.api.status()).run.stop_reason, (reason) => reason === 'disk-full');
      await page.goto('run');
      await until('the end-of-run statement', () => page.statement(), (words) => /run 1: daq: all \d+ recorded slots/.test(words));
      await says(/are free at .*, less than storage.stop_below_bytes/);
      await stage.shot(page, 'disk-full');

      filler.leave(least - LACK); // what the ended run had reserved is free again
      await page.begin({ note: 'no room for it' });
      await says(/no run was started: too little disk space for a run: .* are free in .*, .* are needed/);
      await page.untilState('configured');
      await stage.shot(page, 'disk-full-refused');

      filler.remove();
      await page.begin({ note: 'room again' });
      await page.untilState('running');
      await page.untilRun(2);
    },
    { expected: /status of 409/ },
  );
});
