// bench_console.mjs ROW --config FILE --bin DIR --packages DIR --out FILE [--seconds S] [--web-root DIR]: measures what the console
// costs and how late it is, at the load of the config, and writes {"rows": [{name, value, unit, reference, conditions}]}.
// Rows: browser, latency, extra_client, heap, hostile. Run by ./bench.sh console_ROW.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openProfile } from './lab/browser.mjs';
import { letLoose, SILENT } from './lab/crowd.mjs';
import { cpuSeconds, familySeconds, Hall, spent, StealMeter } from './lab/hall.mjs';
import { heapOf, slopeOf } from './lab/heap.mjs';
import { PAD } from './lab/hooks.mjs';
import { RawWebSocket } from './lab/raw_client.mjs';
import { isRecorded, prepareReplay, replay, ROUND } from './lab/replay.mjs';
import { until } from './lab/until.mjs';
import { wishFor } from './lab/api.mjs';

const {
  values: options,
  positionals: [wanted],
} = parseArgs({
  allowPositionals: true,
  options: {
    config: { type: 'string' },
    bin: { type: 'string' },
    packages: { type: 'string' },
    out: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    'web-root': { type: 'string' },
  },
});
const SECONDS = Number(options.seconds);
const SETTLING_MS = 5000; // of a page that has just been opened
const WALL = { width: 2560, height: 1440 };
const percent = (fraction) => `${(100 * fraction).toFixed(1)} %`;
const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];

// A page of a fresh profile that shows every spectrum, and the pid of its browser.
async function withPage(url, use) {
  const profile = mkdtempSync(join(tmpdir(), 'spillgate-profile-'));
  const { context, pid } = await openProfile(options.packages, profile, WALL);
  try {
    const page = context.pages()[0];
    await page.goto('about:blank');
    return await use(page, pid, async () => {
      await page.goto(`${url}/#/spectra/all`, { waitUntil: 'domcontentloaded' });
      await until('every pad is drawn', () => page.locator(PAD).evaluateAll((pads) => pads.map((pad) => Number(pad.dataset.drawings ?? 0))), (drawn) => drawn.length > 0 && drawn.every((n) => n > 0));
    });
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

const drawings = (page) => page.locator(PAD).evaluateAll((pads) => pads.reduce((sum, pad) => sum + Number(pad.dataset.drawings ?? 0), 0));
const padsInView = (page) =>
  page.locator(PAD).evaluateAll((pads) => pads.filter((pad) => pad.getBoundingClientRect().top < innerHeight && pad.getBoundingClientRect().bottom > 0).length);

async function browser(hall) {
  const measured = await withPage(hall.url, async (page, pid, show) => {
    const use = async () => {
      const before = familySeconds(pid);
      const begin = performance.now();
      await sleep(SECONDS * 1000);
      return spent(before, familySeconds(pid)) / ((performance.now() - begin) / 1000);
    };
    const blank = await use();
    await show();
    await sleep(SETTLING_MS);
    const steal = new StealMeter();
    const before = await drawings(page);
    const cores = await use();
    return { blank, cores, steal: steal.fraction, redraws: (await drawings(page)) - before, pads: await page.locator(PAD).count(), inView: await padsInView(page) };
  });
  const { blank, cores, steal, redraws, pads, inView } = measured;
  return [
    {
      name: 'console_browser',
      value: 100 * (cores - blank),
      unit: '% of a core',
      conditions: `all Chromium processes of a fresh profile, less about:blank (${percent(blank)}), over ${SECONDS} s; ${pads} pads, ${inView} of them in view at ${WALL.width}×${WALL.height}, drawn by software; each redrawn ${(redraws / pads / SECONDS).toFixed(1)} times a second; CPU steal ${percent(steal)}`,
    },
  ];
}

// In the page, before its own scripts: when each message with spectra was made and came, and the newest slot in it.
function timeMessages() {
  window.messages = [];
  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    constructor(...args) {
      super(...args);
      this.addEventListener('message', ({ data }) => {
        const [at, slot] = ['at', 'newest_slot_utc_s'].map((name) => Number(new RegExp(`"${name}":([\\d.E]+)`).exec(data)?.[1]));
        if (slot) window.messages.push({ at, slot, s: Date.now() / 1000 });
      });
    }
  };
}

// The first message that has a slot; they are in the order of their newest ones.
function firstWith(messages, slot) {
  let [low, high] = [0, messages.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (messages[middle].slot < slot - 1e-6) low = middle + 1;
    else high = middle;
  }
  return messages[low];
}

// For every slot, how long after the end of its last window it was in the picture: the second animation frame after a pad was drawn with
// it. Slots lie a period apart up to the newest that a drawing has. Where the time went: until the first message with the slot was made,
// until that had come, until the pad was drawn, and until that was on the screen.
async function latency(hall) {
  const { repetition_hz } = await hall.api.status();
  const { samples, messages } = await withPage(hall.url, async (page, pid, show) => {
    await page.addInitScript(timeMessages);
    await show();
    await sleep(SETTLING_MS);
    await page.evaluate(() => {
      window.drawings = []; // kept in the page: to tell each would hold it up
      window.messages.length = 0;
      document.addEventListener('spillgate:drawn', ({ detail: { name, newest_slot_utc_s: slot } }) => {
        const drawn = Date.now() / 1000;
        requestAnimationFrame(() => requestAnimationFrame(() => window.drawings.push({ name, slot, drawn, s: Date.now() / 1000 })));
      });
    });
    await sleep(SECONDS * 1000);
    return page.evaluate(() => ({ samples: window.drawings, messages: window.messages }));
  });
  const last = new Map();
  const late = [];
  const stages = { made: [], came: [], drawn: [], shown: [] };
  for (const { name, slot, drawn, s } of samples) {
    if (!slot) throw new Error('the server does not say newest_slot_utc_s of its spectra');
    for (let one = last.get(name) === undefined ? slot : last.get(name) + 1 / repetition_hz; one <= slot; one += 1 / repetition_hz) {
      late.push(1000 * (s - one));
      const first = firstWith(messages, one);
      if (!first || first.s > drawn) continue; // its message came before we looked
      const times = [one, first.at, first.s, drawn, s];
      Object.values(stages).forEach((stage, i) => stage.push(1000 * (times[i + 1] - times[i])));
    }
    last.set(name, slot);
  }
  for (const times of [late, ...Object.values(stages)]) times.sort((a, b) => a - b);
  const parts = Object.entries(stages).map(([stage, times]) => `${stage} ${[0.5, 0.99].map((q) => quantile(times, q).toFixed(0)).join(' and ')}`);
  const conditions = `end of a slot's last window → second animation frame after the pad was drawn, one host's clock; every slot of ${last.size} pads over ${SECONDS} s, ${late.length} of them; each redrawn ${(samples.length / last.size / SECONDS).toFixed(1)} times a second; p50 ${quantile(late, 0.5).toFixed(0)}, worst ${late.at(-1).toFixed(0)} ms; p50 and p99 of its parts, message ${parts.join(', ')} ms`;
  return [{ name: 'console_latency', value: quantile(late, 0.99), unit: 'ms', conditions }];
}

// A client that takes everything.
async function reader(hall, names) {
  const socket = await RawWebSocket.open(hall.url);
  socket.send(wishFor(names));
  return socket;
}

async function extra_client(hall) {
  const EXTRA = 16;
  const names = await hall.spectra;
  const cores = async () => {
    await sleep(3000);
    const before = cpuSeconds(hall.online.pid);
    const begin = performance.now();
    await sleep(SECONDS * 1000);
    return (cpuSeconds(hall.online.pid) - before) / ((performance.now() - begin) / 1000);
  };
  const clients = [await reader(hall, names)];
  const one = await cores();
  while (clients.length < 1 + EXTRA) clients.push(await reader(hall, names));
  const frames = clients.map((client) => client.frames);
  const many = await cores();
  const rate = clients.reduce((sum, client, at) => sum + client.frames - frames[at], 0) / clients.length / SECONDS;
  if (clients.some((client) => client.isOut)) throw new Error('a reading client was hung up on');
  clients.forEach((client) => client.close());
  return [
    {
      name: 'console_extra_client',
      value: (100 * (many - one)) / EXTRA,
      unit: '% of a core',
      conditions: `CPU of spillgate-online with ${1 + EXTRA} reading clients less that with one (${percent(one)}), a client; all of ${names.length} spectra, ${rate.toFixed(1)} messages a second each; ${SECONDS} s each`,
    },
  ];
}

async function heap(hall) {
  const UPDATES = 50_000;
  const STEPS = 10;
  const FILLING = 180 * ROUND; // until trends and log hold as much as they keep
  const { points, pads } = await withPage(hall.url, async (page, pid, show) => {
    await prepareReplay(page);
    await show();
    await until('frames are recorded', () => isRecorded(page));
    await replay(page, 0); // from now on the page hears nothing else
    await hall.api.act('stop');
    const look = await heapOf(page.context(), page);
    const full = await replay(page, FILLING);
    const found = [{ told: 0, ...(await look()) }];
    for (let step = 1; step <= STEPS; ++step) {
      const told = (await replay(page, ROUND * Math.round((step * UPDATES) / STEPS / ROUND) - found.at(-1).told)) - full;
      found.push({ told, ...(await look()) });
    }
    return { points: found, pads: await padsInView(page) };
  });
  const { slope, sigma } = slopeOf(points.map(({ told, own_mb }) => [told, own_mb]));
  const [first, last] = [points[0], points.at(-1)];
  const range = (name, digits = 0) => [first, last].map((point) => point[name].toFixed(digits)).join(' to ');
  return [
    {
      name: 'console_heap',
      value: slope * UPDATES,
      unit: 'MB',
      conditions: `growth of the page's own objects in ${UPDATES} updates of ${pads} pads in view (real frames, sent again), ± ${(sigma * UPDATES).toFixed(3)} MB, from a line through their size after collection at ${points.length} places (${range('own_mb', 2)} MB); code that the browser compiled meanwhile: ${range('code_mb', 2)} MB; DOM nodes ${range('nodes')}, listeners ${range('listeners')}`,
    },
  ];
}

// How long answers take to somebody who holds the controls, in ms, sorted: reading the status and asking the daemon for something in turn,
// ten of each a second, at once or on time, whatever the last one took.
async function answers(hall, seconds) {
  const headers = { ...hall.api.permission(), 'Content-Type': 'application/json' };
  const asked = [];
  const ask = async (path, options) => {
    const begin = performance.now();
    const answer = await fetch(hall.url + path, { headers, ...options });
    await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return performance.now() - begin;
  };
  for (const end = performance.now() + 1000 * seconds; performance.now() < end; await sleep(100)) {
    asked.push(ask('/api/status'));
    asked.push(ask('/api/run/note', { method: 'POST', body: JSON.stringify({ text: 'note' }) }));
  }
  return (await Promise.all(asked)).sort((a, b) => a - b);
}

async function hostile(hall) {
  const late = async () => (await hall.api.status()).latency.window_to_candidates.p99_ms;
  await hall.api.takeControls();
  const calm = await answers(hall, SECONDS);
  const lateCalm = await late();
  const steal = new StealMeter();
  const callOff = letLoose(hall.url, wishFor(await hall.spectra));
  const attacked = await answers(hall, SECONDS);
  const lateAttacked = await late();
  const tried = await callOff();
  const { slots, complete } = await hall.end();
  const kinds = Object.entries(tried).map(([kind, times]) => `${kind} ${times}`);
  return [
    {
      name: 'console_hostile',
      value: quantile(attacked, 0.95),
      unit: 'ms',
      reference: quantile(calm, 0.95),
      conditions: `p95 of ${attacked.length} answers in ${SECONDS} s, status and control requests in turn (worst ${attacked.at(-1).toFixed(0)} ms), against ${SILENT} half-open connections, clients that never read, floods, giant frames and nonsense (connections by kind: ${kinds.join(', ')}); reference: without them; p99 of window end → candidates ${lateAttacked?.toFixed(1)} ms, without ${lateCalm?.toFixed(1)}; ${complete} of ${slots} slots complete, nothing lost; CPU steal ${percent(steal.fraction)}`,
    },
  ];
}

const measure = { browser, latency, extra_client, heap, hostile }[wanted];
if (!measure) throw new Error(`row '${wanted}'; allowed: browser, latency, extra_client, heap, hostile`);
const hall = new Hall({ bin: options.bin, config: options.config, webRoot: options['web-root'] });
try {
  await hall.start();
  writeFileSync(options.out, JSON.stringify({ rows: await measure(hall) }));
} finally {
  await hall.close();
}
