// The page's memory does not grow with the number of updates.
import assert from 'node:assert/strict';
import { append } from './lab/config_text.mjs';
import { DESK } from './lab/console_page.mjs';
import { inLab } from './lab/spec.mjs';
import { until } from './lab/until.mjs';

const WARM_UP = 300; // updates, after which code is compiled and trends have their arrays
const UPDATES = 1000;
const MOST_BYTES = 2e6; // of which the points of the trends need a part
const MOST_NODES = 200;

inLab('memory of the page', { edit: append('online { snapshot_hz: 60 }') }, async (spec) => {
  await spec('heap', `${UPDATES} updates leave heap, nodes and listeners as they were`, async (stage) => {
    const page = await stage.open(DESK);
    let updates = 0;
    page.page.on('websocket', (socket) => socket.on('framereceived', () => (updates += 1)));
    await page.page.reload({ waitUntil: 'domcontentloaded' });
    await page.goto('spectra');
    const devtools = await page.context.newCDPSession(page.page);
    await devtools.send('HeapProfiler.enable');
    const sizeAfter = async (count) => {
      await until(`${count} updates`, () => updates, (now) => now >= count);
      await devtools.send('HeapProfiler.collectGarbage');
      const { usedSize } = await devtools.send('Runtime.getHeapUsage');
      return { heap: usedSize, ...(await devtools.send('Memory.getDOMCounters')) };
    };
    const first = await sizeAfter(WARM_UP);
    const last = await sizeAfter(WARM_UP + UPDATES);
    console.log(`heap ${(first.heap / 1e6).toFixed(2)} to ${(last.heap / 1e6).toFixed(2)} MB, nodes ${first.nodes} to ${last.nodes}, listeners ${first.jsEventListeners} to ${last.jsEventListeners}`);
    assert.ok(last.heap - first.heap < MOST_BYTES, 'the heap has grown');
    assert.ok(last.nodes - first.nodes < MOST_NODES, 'nodes are left over');
    assert.ok(last.jsEventListeners <= first.jsEventListeners, 'listeners are left over');
  });
});
