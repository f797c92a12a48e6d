// What a page keeps in memory, and whether that grows with what it is told.
import { PAD } from './hooks.mjs';
import { until } from './until.mjs';

const LEGENDS_MS = 2500; // by which they follow: one whose turn has not come holds the spectrum that it tells of

// MB in a snapshot of the heap: of the page's own objects, with the contents of its arrays, and of code, which the browser compiles and
// forgets as it sees fit. What else the browser keeps is of documents, whose nodes are counted, and bounded lists of its own.
function sizesIn(text) {
  const { snapshot, nodes, strings } = JSON.parse(text);
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [type, name, size] = ['type', 'name', 'self_size'].map((field) => fields.indexOf(field));
  const contents = strings.indexOf('system / JSArrayBufferData');
  const bytes = { own: 0, code: 0 };
  for (let at = 0; at < nodes.length; at += fields.length) {
    const kind = types[type][nodes[at + type]];
    if (kind.includes('code')) bytes.code += nodes[at + size];
    else if (kind !== 'native' || nodes[at + name] === contents) bytes.own += nodes[at + size];
  }
  return { own_mb: bytes.own / 1e6, code_mb: bytes.code / 1e6 };
}

// Until nothing is left to be drawn or said; nothing may come meanwhile.
async function atRest(page) {
  const shown = () => page.locator(PAD).evaluateAll((pads) => pads.map((pad) => [pad.dataset.drawings, ...[...pad.querySelectorAll('[data-kind]')].map((kind) => kind.dataset.inside)].join()).join());
  let [last, since] = ['', 0];
  await until('the page is at rest', async () => {
    const now = await shown();
    if (now !== last) [last, since] = [now, Date.now()];
    return Date.now() - since > LEGENDS_MS;
  });
}

// Returns what looks at a page that is replayed to: { own_mb, code_mb } at rest, after collection, and how many nodes and listeners its
// documents have.
export async function heapOf(context, page) {
  const devtools = await context.newCDPSession(page);
  const parts = [];
  devtools.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => parts.push(chunk));
  await devtools.send('HeapProfiler.enable');
  return async () => {
    await atRest(page);
    await devtools.send('HeapProfiler.collectGarbage');
    const { nodes, jsEventListeners: listeners } = await devtools.send('Memory.getDOMCounters');
    await devtools.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
    return { ...sizesIn(parts.splice(0).join('')), nodes, listeners };
  };
}

// Least squares of y over x, [[x, y], …], at least three: the slope and its standard error, from the scatter about the line.
export function slopeOf(points) {
  const [mx, my] = [0, 1].map((i) => points.reduce((sum, point) => sum + point[i], 0) / points.length);
  const square = points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
  const slope = points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0) / square;
  const scatter = points.reduce((sum, [x, y]) => sum + (y - my - slope * (x - mx)) ** 2, 0) / (points.length - 2);
  return { slope, sigma: Math.sqrt(scatter / square) };
}
