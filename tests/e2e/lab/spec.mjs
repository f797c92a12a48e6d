// How a spec is written: specs share a laboratory and a browser, and say what they saw when they fail.
// node FILE.spec.mjs --bin DIR --source DIR --packages DIR --screenshots DIR [--web-root DIR] [--patience S]
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { parseArgs } from 'node:util';
import { openBrowser } from './browser.mjs';
import { ConsolePage } from './console_page.mjs';
import { Lab } from './lab.mjs';
import { patience } from './until.mjs';

export const { values: options } = parseArgs({
  options: {
    bin: { type: 'string' }, // of the programs
    source: { type: 'string' }, // of the repository, for config/
    packages: { type: 'string' }, // where node_modules is
    screenshots: { type: 'string' },
    'web-root': { type: 'string' }, // the page from this directory instead of the built-in one
    within: { type: 'string', default: 'Infinity' }, // s, for the demo's spectra to move
    patience: { type: 'string', default: '120' }, // s, of every wait
  },
});
patience.ms = 1000 * Number(options.patience);
mkdirSync(options.screenshots, { recursive: true });

class Stage {
  #pages = [];

  constructor(lab, browser) {
    this.lab = lab;
    this.browser = browser;
  }

  // url: of the console, if not the laboratory's own; the rest as ConsolePage.open takes it.
  async open({ url = this.lab.url, ...view } = {}) {
    const page = await ConsolePage.open(this.browser, url, view);
    this.#pages.push(page);
    return page;
  }

  shot(page, name, part) {
    return page.shot(options.screenshots, name, part);
  }

  // A spec's pages are closed at its end, and none may have had a fault, except what `expected` describes.
  async close(name, expected) {
    for (const page of this.#pages.splice(0)) {
      assert.deepEqual(page.faults(expected), [], `faults in the page of ${name}`);
      await page.close();
    }
  }

  async closeFailed(name) {
    for (const [at, page] of this.#pages.splice(0).entries()) {
      console.error(`page ${at} of ${name} says:`, (await page.words().catch((failure) => failure.message)).slice(0, 2000));
      console.error('its faults:', page.faults());
      await page.shot(options.screenshots, `failed-${name}-${at}`).catch(() => {});
      await page.close().catch(() => {});
    }
    console.error(this.lab.logs());
  }
}

// setUp: of Lab; start: of Lab.start. play(spec, lab): calls spec(name, title, async (stage) => …, {expected}) for each.
export function inLab(title, { config = 'demo', start, ...setUp }, play) {
  return test(title, async (t) => {
    const lab = new Lab({
      bin: options.bin,
      config: join(options.source, 'config', `${basename(config, '.txtpb')}.txtpb`),
      webRoot: options['web-root'],
      ...setUp,
    });
    let browser;
    try {
      browser = await openBrowser(options.packages);
      await lab.start(start);
      const spec = (name, words, steps, { expected } = {}) =>
        t.test(`${name}: ${words}`, async () => {
          const stage = new Stage(lab, browser);
          try {
            await steps(stage);
            await stage.close(name, expected);
          } catch (failure) {
            await stage.closeFailed(name);
            throw failure;
          }
        });
      await play(spec, lab);
    } catch (failure) {
      console.error(lab.logs());
      throw failure;
    } finally {
      await browser?.close();
      await lab.close();
    }
  });
}
