// Where things are on the page, as online/console/HOOKS.md promises. The only file that knows its attributes.
import { until } from './until.mjs';

export const PAD = '[data-spectrum]'; // with data-version and data-drawings

const attribute = async (page, selector, name) => {
  const found = page.locator(selector).first();
  return (await found.count()) > 0 ? found.getAttribute(name) : null;
};
const number = (text) => (text === null || text === '' ? null : Number(text));
const pad = (name) => `[data-spectrum="${name}"]`;

export const hooks = {
  button: (action) => `[data-action="${action}"]`,
  field: (form, name) => `[data-form="${form}"] [name="${name}"]`,
  refusal: '[data-refused]',
  statement: '[data-statement]',
  simulated: '[data-simulated]',
  stale: '[data-stale]',
  spectrum: pad,

  // Opens a view, "run", "spectra" …, and waits for it.
  open: async (page, view) => {
    await page.evaluate((hash) => (location.hash = hash), `#/${view}`);
    await page.locator(`[data-view="${view.split('/')[0]}"]`).waitFor();
  },
  // Takes the controls, if somebody must hold them and it is not this page.
  steer: async (page) => {
    const take = page.locator('[data-action="take-controls"]').first();
    const click = () => take.click({ timeout: 1000 }).then(() => true, () => false); // it may go while it is aimed at
    await until('the controls are taken', async () => (await take.count()) === 0 || click());
  },
  // The lead's state; "no-daemon" if it is not heard.
  state: (page) => attribute(page, '[data-run-state]', 'data-run-state'),
  runNumber: async (page) => number(await attribute(page, '[data-run-number]', 'data-run-number')),
  // "live", "silent", "frozen", "daemon-silent", "lost" or "connecting".
  connection: (page) => attribute(page, '[data-connection]', 'data-connection'),
  // A number of the view's figures; null if it is not known.
  figure: async (page, name) => number(await attribute(page, `[data-figure="${name}"]`, 'data-value')),
  // Counts that the legend of a spectrum states.
  inside: async (page, spectrum, kind) => number(await attribute(page, `${pad(spectrum)} [data-kind="${kind}"]`, 'data-inside')),
  // What is drawn of a line pad; '' before anything is. C and AC share a canvas.
  drawing: (page, spectrum, layer) =>
    page.evaluate(
      ([selector, drawn]) => {
        const canvas = document.querySelector(selector);
        return canvas && Number(canvas.closest(drawn).dataset.drawings) > 0 ? canvas.toDataURL() : '';
      },
      [`${pad(spectrum)} canvas[data-layer="${layer === 'residual' ? 'residual' : 'bins'}"]`, PAD],
    ),
  allDrawn: (page) => page.locator(PAD).evaluateAll((pads) => pads.length > 0 && pads.every((one) => Number(one.dataset.drawings) > 0)),
  // Of an alarm in the table: "state".
  alarm: (page, id, name) => attribute(page, `[data-alarm-row="${id}"]`, `data-${name}`),
  // Of the alarms: "off", "on", "waiting" or "ringing".
  sound: (page) => attribute(page, '[data-action="sound"]', 'data-sound'),
  // Of a run in the list: a number, "slots", "lost", "pot-recorded".
  runTotal: async (page, run, name) => number(await attribute(page, `[data-run="${run}"] [data-total="${name}"]`, 'data-value')),
  // Of a curve of the history: "points", "gaps", or "value", "low", "high" where the cursor is.
  curve: async (page, series, name) => number(await attribute(page, `[data-curve="${series}"]`, `data-${name}`)),
  // Where the first curve of a strip is drawn: stretches of its canvas, in pixels, that have its colour: [[from, to], …].
  drawnStretches: (page, unit) =>
    page.evaluate((selector) => {
      const canvas = document.querySelector(selector);
      const { width, height } = canvas;
      const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
      const colour = getComputedStyle(document.documentElement).getPropertyValue('--in-time').trim();
      const wanted = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
      const hasColour = (x) => {
        for (let y = 0; y < height; ++y) if (wanted.every((value, channel) => Math.abs(data[4 * (y * width + x) + channel] - value) < 40)) return true;
        return false;
      };
      const stretches = [];
      for (let x = 0; x < width; ++x) {
        if (!hasColour(x)) continue;
        if (stretches.at(-1)?.[1] === x - 1) stretches.at(-1)[1] = x;
        else stretches.push([x, x]);
      }
      return stretches;
    }, `[data-strip="${unit}"] canvas`),
  // Counted losses of the view, {"daq lost-device": 3}.
  losses: (page) =>
    page.locator('[data-loss]').evaluateAll((rows) => Object.fromEntries(rows.map((row) => [row.dataset.loss, Number(row.dataset.value)]))),
};
