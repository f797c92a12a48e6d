// The console in a browser, by what a person sees of it.
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const CHROMIUM = '/usr/bin/chromium';

export async function openBrowser(packages) {
  if (!existsSync(CHROMIUM)) throw new Error(`${CHROMIUM} is missing: apt-get install chromium`);
  const { chromium } = createRequire(join(packages, 'package.json'))('playwright-core');
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export class ConsolePage {
  static async open(browser, url) {
    const page = new ConsolePage();
    page.page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
    page.errors = [];
    page.page.on('pageerror', (error) => page.errors.push(error.message));
    await page.page.goto(url, { waitUntil: 'domcontentloaded' });
    return page;
  }

  // What is drawn of one layer of a spectrum: the paths of its colour. Waits until there is any.
  async drawing(spectrum, layer, patience = 5000) {
    const colour = { 'in-time': 'rgb(86, 180, 233)', 'anti-coincident': 'rgb(230, 159, 0)' }[layer];
    let paths = '';
    await this.until(
      async () => {
        paths = await this.page.evaluate(
          ({ spectrum, colour }) =>
            [...document.querySelectorAll(`[data-testid="spectrum-${spectrum}"] .overlay svg path`)]
              .filter((path) => [getComputedStyle(path).stroke, getComputedStyle(path).fill].includes(colour))
              .map((path) => path.getAttribute('d'))
              .join(' '),
          { spectrum, colour },
        );
        return paths !== '';
      },
      patience,
      `a drawing of ${layer} in ${spectrum}`,
    );
    return paths;
  }

  canvases() {
    return this.page.locator('svg.jsroot.root_canvas, svg.root_canvas').count();
  }

  locate(name) {
    return this.page.getByTestId(name);
  }

  async text(name) {
    return (await this.locate(name).innerText()).trim();
  }

  async has(name) {
    return (await this.locate(name).count()) > 0;
  }

  click(name) {
    return this.locate(name).click({ timeout: 60_000 });
  }

  type(name, text) {
    return this.locate(name).fill(text);
  }

  select(name, value) {
    return this.locate(name).selectOption(value);
  }

  resize(width, height) {
    return this.page.setViewportSize({ width, height });
  }

  fitsWidth() {
    return this.page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
  }

  shot(directory, name) {
    return this.page.screenshot({ path: join(directory, `${name}.png`), fullPage: true });
  }

  async until(condition, patience, what) {
    for (const end = Date.now() + patience; Date.now() < end; await sleep(50)) {
      if (await condition()) return;
    }
    throw new Error(`not within ${patience} ms: ${what}`);
  }

  async untilText(name, text) {
    let seen = '';
    try {
      await this.until(
        async () => {
          seen = (await this.has(name)) ? (await this.text(name)).toLowerCase() : '';
          return seen === text;
        },
        20_000,
        `${name} is "${text}"`,
      );
    } catch (failure) {
      throw new Error(`${failure.message}; it is "${seen}"`);
    }
  }
}
