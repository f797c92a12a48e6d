// The console in a browser, by what a person sees and does.
import { join } from 'node:path';
import { hooks } from './hooks.mjs';
import { PEOPLE } from './people.mjs';
import { patience, until, untilEqual } from './until.mjs';

// Little is drawn in a small window: drawing takes most of the time of a busy machine.
const SMALL = { width: 800, height: 600 };
const STEERING = ['configure', 'start', 'stop', 'pause', 'resume', 'reset', 'note', 'limits'];
export const DESK = { width: 1280, height: 800 };

// How a page learns that there is no plan, and no run yet to compare a configuration with. Any other 404 is a fault.
const ABSENT = [/^\/api\/prediction\/[^/]+$/, /^\/api\/configs\/[^/]+\/difference$/];
const isAbsent = (said) => /status of 404/.test(said.text()) && ABSENT.some((route) => route.test(new URL(said.location().url).pathname));

export class ConsolePage {
  #errors = [];
  #held = false;
  #withheld = []; // topics
  hooks = hooks;

  // A browser of its own, as another person's: nothing is shared with other pages. holdable: hold() makes it a page that is
  // behind, and goes on being told what it was told last. person: who signs in; null: nobody. prepare(page): before it is opened.
  static async open(browser, url, { width, height, path = '/', holdable = false, person = PEOPLE.expert, prepare } = {}) {
    const opened = new ConsolePage();
    opened.context = await browser.newContext({ viewport: width ? { width, height } : SMALL, ignoreHTTPSErrors: true });
    await opened.context.addInitScript(() =>
      document.addEventListener('securitypolicyviolation', (event) =>
        console.error(`CSP violation: ${event.violatedDirective} ${event.blockedURI}`),
      ),
    );
    opened.page = await opened.context.newPage();
    opened.page.on('pageerror', (error) => opened.#errors.push(error.stack ?? error.message));
    opened.page.on('console', (said) => {
      if (said.type() === 'error' && !isAbsent(said)) opened.#errors.push(`console: ${said.text()} (${said.location().url})`);
    });
    opened.page.on('crash', () => opened.#errors.push('the page crashed'));
    if (holdable) await opened.#makeHoldable();
    await prepare?.(opened.page);
    opened.page.setDefaultTimeout(patience.ms);
    await opened.page.goto(url + path + (person ? `#token=${person.token}` : ''), { waitUntil: 'domcontentloaded' });
    await opened.page.locator('html[data-look]').waitFor({ state: 'attached' });
    return opened;
  }

  #makeHoldable() {
    return this.page.routeWebSocket(/\/api\/ws/, (socket) => {
      let last = '';
      socket.connectToServer().onMessage((frame) => {
        if (!this.#held) last = this.#without(frame);
        socket.send(last);
      });
    });
  }
  hold() {
    this.#held = true;
  }
  // Of a holdable page: signs of life come, and all else, but nothing of these topics.
  withhold(...topics) {
    this.#withheld = topics;
  }
  #without(frame) {
    if (this.#withheld.length === 0) return frame;
    const news = JSON.parse(frame);
    for (const topic of this.#withheld) delete news[topic];
    return JSON.stringify(news);
  }
  release() {
    this.#held = false;
  }

  // What went wrong in the page so far, except what `expected` describes; then forgotten.
  faults(expected = null) {
    const faults = this.#errors.filter((error) => !expected?.test(error));
    this.#errors = [];
    return faults;
  }

  close() {
    return this.context.close();
  }

  // Opens a view of the page.
  async goto(view) {
    await this.hooks.open(this.page, view);
    return this;
  }

  state() {
    return this.hooks.state(this.page);
  }
  runNumber() {
    return this.hooks.runNumber(this.page);
  }
  connection() {
    return this.hooks.connection(this.page);
  }
  figure(name) {
    return this.hooks.figure(this.page, name);
  }
  drawing(spectrum, layer) {
    return this.hooks.drawing(this.page, spectrum, layer);
  }
  inside(spectrum, kind) {
    return this.hooks.inside(this.page, spectrum, kind);
  }
  losses() {
    return this.hooks.losses(this.page);
  }
  alarm(id, name) {
    return this.hooks.alarm(this.page, id, name);
  }
  runTotal(run, name) {
    return this.hooks.runTotal(this.page, run, name);
  }
  curve(series, name) {
    return this.hooks.curve(this.page, series, name);
  }
  drawnStretches(unit) {
    return this.hooks.drawnStretches(this.page, unit);
  }
  allDrawn() {
    return this.hooks.allDrawn(this.page);
  }
  isStale() {
    return this.#shows(this.hooks.stale);
  }
  isSimulated() {
    return this.#shows(this.hooks.simulated);
  }
  statement() {
    return this.#text(this.hooks.statement);
  }
  refusal() {
    return this.#text(this.hooks.refusal);
  }
  words() {
    return this.page.evaluate(() => document.body.innerText);
  }

  async #shows(selector) {
    return (await this.page.locator(selector).count()) > 0;
  }
  async #text(selector) {
    const found = this.page.locator(selector).first();
    return (await found.count()) > 0 ? (await found.innerText()).trim() : null;
  }

  // Whether this page could do it now.
  async offers(action) {
    await this.hooks.steer(this.page);
    const button = this.page.locator(this.hooks.button(action)).first();
    return button.isEnabled({ timeout: 1000 }).catch(() => false);
  }
  async press(action) {
    if (STEERING.includes(action)) await this.hooks.steer(this.page);
    await this.page.locator(this.hooks.button(action)).first().click();
  }

  // fields: by name, of the form for starting a run.
  async begin({ type = 'test', ...fields } = {}) {
    await this.goto('run');
    await until('a run can be started', () => this.offers('start'));
    await this.page.locator(this.hooks.field('start', 'type')).selectOption(type);
    for (const [name, value] of Object.entries(fields)) await this.page.locator(this.hooks.field('start', name)).fill(String(value));
    await this.press('start');
  }

  // Fills fields of a form, by name.
  async fill(form, fields) {
    for (const [name, value] of Object.entries(fields)) {
      const field = this.page.locator(this.hooks.field(form, name));
      const kind = await field.evaluate((element) => (element.tagName === 'SELECT' ? 'select' : element.type));
      if (kind === 'select') await field.selectOption(value);
      else await field.fill(kind === 'datetime-local' ? value.replace(/(T\d\d:\d\d):00$/, '$1') : value); // as browsers write it
    }
  }
  // Pastes a picture of so many pixels, as from a screenshot.
  pastePicture(form, name, width, height) {
    return this.page.evaluate(
      async ([selector, wide, high]) => {
        const canvas = new OffscreenCanvas(wide, high);
        const context = canvas.getContext('2d');
        context.fillStyle = '#e69f00';
        for (let x = 0; x < wide; x += 40) context.fillRect(x, high * Math.abs(Math.sin(x / 300)), 30, high);
        const clipboardData = new DataTransfer();
        clipboardData.items.add(new File([await canvas.convertToBlob()], 'screen.png', { type: 'image/png' }));
        document.querySelector(selector).dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
      },
      [this.hooks.field(form, name), width, height],
    );
  }

  // Pastes a file of this type, whatever is in it.
  pasteFile(form, field, name, type, text) {
    return this.page.evaluate(
      ([selector, ...file]) => {
        const clipboardData = new DataTransfer();
        clipboardData.items.add(new File([file[2]], file[0], { type: file[1] }));
        document.querySelector(selector).dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
      },
      [this.hooks.field(form, field), name, type, text],
    );
  }

  // Notes every tone from now on, for tones(). A browser lets a page sound only after a press of a person.
  async listen() {
    await this.page.evaluate(() => {
      window.tones = [];
      const { start } = OscillatorNode.prototype;
      OscillatorNode.prototype.start = function (...when) {
        window.tones.push(`${this.context.state} ${this.frequency.value} Hz`);
        return start.apply(this, when);
      };
    });
    await this.page.locator('header .name').click(); // where nothing is to be pressed, and always in view
  }
  // "running 880 Hz" of each.
  tones() {
    return this.page.evaluate(() => window.tones);
  }
  sound() {
    return this.hooks.sound(this.page);
  }

  // Both presses: the page asks first.
  async end() {
    await this.goto('run');
    await this.press('stop');
    await this.press('confirm-stop');
  }

  untilState(state) {
    return untilEqual('the state on the page', () => this.state(), state);
  }
  untilRun(number) {
    return untilEqual('the run number on the page', () => this.runNumber(), number);
  }
  untilConnection(connection) {
    return untilEqual('the connection on the page', () => this.connection(), connection);
  }
  async untilMoves(spectrum, layer) {
    const first = await until(`${layer} of ${spectrum} is drawn`, () => this.drawing(spectrum, layer));
    return until(`the drawing of ${layer} in ${spectrum} moves`, () => this.drawing(spectrum, layer), (now) => now && now !== first);
  }

  resize(width, height) {
    return this.page.setViewportSize({ width, height });
  }
  // Drawings follow the window a moment later.
  untilFits(what) {
    const widths = () => this.page.evaluate(() => ({ page: document.documentElement.scrollWidth, window: window.innerWidth }));
    return until(`${what} fits`, widths, (px) => px.page <= px.window);
  }
  // The whole page; of: a selector of the part that is taken; whole: false for what the window shows.
  async shot(directory, name, { of = null, whole = true } = {}) {
    const path = join(directory, `${name}.png`);
    if (whole && !of) await this.page.evaluate(() => scrollTo(0, 0)); // what sticks to the window's top is then at the page's
    return of ? this.page.locator(of).first().screenshot({ path }) : this.page.screenshot({ path, fullPage: whole });
  }
}
