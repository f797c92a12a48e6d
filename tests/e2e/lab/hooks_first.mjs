// Where things are on the one page that the console had before it had views. The same shape as hooks.mjs.
const named = (name) => `[data-testid="${name}"]`;
const COLOURS = { in_time: 'rgb(86, 180, 233)', anti_coincident: 'rgb(230, 159, 0)' };

const selectors = {
  button: (action) => (action === 'cancel-stop' ? 'dialog[open] button:has-text("Go on measuring")' : named(action)),
  field: (form, name) => named(name),
  refusal: named('answer'),
  statement: named('statement'),
  simulated: named('simulated'),
  spectrum: (name) => `[data-testid="spectrum-${name}"], [data-testid="map-${name}"]`,
  stale: '.stale',
};

const text = async (page, selector) => {
  const found = page.locator(selector);
  return (await found.count()) > 0 ? (await found.first().innerText()).trim() : null;
};
// As the page writes them: "4 083", "9.027 × 10²¹".
const number = (words) => {
  const powers = words?.replace(/\s*×\s*10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/, (_, digits) => `e${[...digits].map((one) => ('⁻' === one ? '-' : '⁰¹²³⁴⁵⁶⁷⁸⁹'.indexOf(one))).join('')}`) ?? '';
  return /\d/.test(powers) ? Number(powers.replace(/[^\d.e-]/g, '')) : null;
};

const readings = {
  open: async () => {}, // everything is on one page
  steer: async () => {},
  allDrawn: async (page) => (await page.locator('svg.root_canvas').count()) >= 7, // of the demo
  // The lead's state; "no-daemon" if it is not heard.
  state: async (page) => (await text(page, named('state')))?.toLowerCase().replace(' ', '-') ?? null,
  runNumber: async (page) => number(await text(page, named('run-number'))),
  // "live", "daemon-silent" or "lost".
  connection: async (page) => {
    const words = await text(page, named('connection'));
    if (words === null) return null;
    if (words.includes('not connected')) return 'lost';
    return words.includes('live') ? 'live' : 'daemon-silent';
  },
  // A number of the page's figures; null if it is not known.
  figure: async (page, name) => number((await text(page, named({ 'mark-rate': 'rate' }[name] ?? name)))?.split(' (')[0] ?? null),
  // Counts that the legend of a spectrum states.
  inside: async (page, spectrum, kind) => {
    const legend = (await text(page, selectors.spectrum(spectrum))) ?? '';
    const found = { in_time: /● C ([\d\s\u202f]+)/, anti_coincident: /AC ([\d\s\u202f]+)/ }[kind].exec(legend);
    return found ? Number(found[1].replace(/\D/g, '')) : null;
  },
  // The paths of one layer of a line pad; '' if nothing of it is drawn.
  drawing: (page, spectrum, layer) =>
    page.evaluate(
      ({ selector, colour }) =>
        [...document.querySelectorAll(selector)]
          .filter((path) => [getComputedStyle(path).stroke, getComputedStyle(path).fill].includes(colour))
          .map((path) => path.getAttribute('d'))
          .join(' '),
      { selector: `${named(`spectrum-${spectrum}`)} .overlay svg path`, colour: COLOURS[layer] },
    ),
  // Counted losses, {"daq lost-device": 3}.
  losses: (page) =>
    page.evaluate(() =>
      Object.fromEntries(
        [...document.querySelectorAll('[data-testid="losses"] dt')].map((name) => [
          name.innerText.trim().replace(/\s+/g, ' '),
          Number(name.nextElementSibling.innerText.replace(/\D/g, '')),
        ]),
      ),
    ),
};

export const firstHooks = { ...selectors, ...readings };
