// The scope as a person has set it, and the picture that is shown. Kept while views come and go; follows only while its view is open.
import { ask } from './act.js';
import { feed } from './feed.svelte.js';
import { unpacked } from './scope.js';

const SETTLED_MS = 150; // a zoom that goes on is asked for when it rests
const LEAST_POINTS = 400;

class Scope {
  channels = $state.raw([]); // as the server lists them
  channel = $state(''); // the chosen one
  beside = $state.raw([]); // more, stacked under it
  which = $state('latest');
  kind = $state('any');
  picture = $state.raw(null); // with a slot, or { slot: null, why }
  zoom = $state.raw(null); // { x: [from, to] in μs, y: [low, high] or null }; null: all
  hold = $state.raw(null); // { name, slots, at }: what is stepped through
  asking = $state(false);
  fault = $state('');
  kept = $state(0);

  #open = false;
  #points = 1200;
  #later = null;

  get held() {
    return this.hold !== null;
  }

  get names() {
    return [this.channel, ...this.beside.filter((name) => name !== this.channel)];
  }

  async open() {
    this.#open = true;
    await this.#list();
    this.#follow();
  }

  close() {
    this.#open = false;
    clearTimeout(this.#later);
    feed.follow('scope', null);
  }

  async #list() {
    const answer = await ask('/api/scope');
    if (!answer.ok) {
      this.fault = answer.absent ? 'The scope: not offered by this server.' : answer.reason;
      return;
    }
    this.channels = answer.body.channels;
    this.kept = answer.body.kept;
    this.fault = '';
    if (!this.channels.some(({ name }) => name === this.channel)) this.channel = this.channels[0]?.name ?? '';
    this.beside = this.beside.filter((name) => this.channels.some((channel) => channel.name === name));
  }

  // The newest that passes, as it comes; nothing while held.
  #follow() {
    if (!this.#open || this.held || this.channel === '') return feed.follow('scope', null);
    const wish = { channels: this.names, which: this.which, kind: this.kind, points: this.#points };
    if (this.zoom) {
      const [from, to] = this.zoom.x;
      Object.assign(wish, { from_us: from - (to - from) / 4, to_us: to + (to - from) / 4 });
    }
    feed.follow('scope', wish, (picture) => {
      const another = picture.slot !== null && picture.channels[0].name !== this.channel; // still on its way
      if (!this.held && !another) this.picture = unpacked(picture);
    });
  }

  #followLater() {
    clearTimeout(this.#later);
    this.#later = setTimeout(() => this.#follow(), SETTLED_MS);
  }

  // What is settable by hand. While held, among the held slots.
  set(changes) {
    Object.assign(this, changes);
    if (this.held) this.#sift();
    else this.#followLater(); // a key that is held down changes it often
  }

  move(by) {
    const at = this.channels.findIndex(({ name }) => name === this.channel);
    const next = this.channels[at + by];
    if (next) this.set({ channel: next.name });
  }

  setZoom(zoom) {
    this.zoom = zoom;
    if (!this.held) this.#followLater();
  }

  // Pixels across: more pairs of extremes than that cannot be seen.
  setWidth(width) {
    const points = Math.max(LEAST_POINTS, Math.ceil(width / 200) * 200);
    if (points === this.#points) return;
    this.#points = points;
    if (!this.held) this.#followLater();
  }

  #query(more) {
    return new URLSearchParams({ channel: this.names.join(), which: this.which, kind: this.kind, ...more });
  }

  async #fetch(path) {
    this.asking = true;
    const answer = await ask(path);
    this.asking = false;
    this.fault = answer.ok ? '' : answer.reason;
    return answer.ok ? answer.body : null;
  }

  // Keeps what is there now, on the server too: it can be stepped through while the run goes on.
  async stop() {
    if (this.held || this.asking) return;
    const list = await this.#fetch(`/api/scope?${this.#query({ hold: 'new' })}`);
    if (!list) return;
    const at = list.slots.findIndex(({ number }) => number === this.picture?.number);
    this.hold = { name: list.hold, slots: list.slots, at: at < 0 ? list.slots.length - 1 : at };
    this.#follow();
    await this.#load();
  }

  go() {
    this.hold = null;
    this.fault = '';
    this.#follow();
  }

  toggle() {
    return this.held ? this.go() : this.stop();
  }

  async step(by) {
    if (this.asking) return;
    if (!this.held) await this.stop();
    if (!this.held) return;
    const at = Math.min(this.hold.slots.length - 1, Math.max(0, this.hold.at + by));
    if (at === this.hold.at || this.hold.slots.length === 0) return;
    this.hold = { ...this.hold, at };
    await this.#load();
  }

  // Whole traces: zooming asks for nothing more.
  async #load() {
    const entry = this.hold?.slots[this.hold.at];
    if (!entry) {
      this.picture = { slot: null, why: 'none of the held slots passes this filter' };
      return;
    }
    const picture = await this.whole(entry);
    if (picture) this.picture = picture;
  }

  async whole({ run, slot }) {
    const more = { run, full: 1, ...(this.held ? { hold: this.hold.name } : {}) };
    const picture = await this.#fetch(`/api/scope/${slot}?${this.#query(more)}`);
    return picture ? unpacked(picture) : null;
  }

  // Another filter or channel, among the held slots.
  async #sift() {
    const list = await this.#fetch(`/api/scope?${this.#query({ hold: this.hold.name })}`);
    if (!list || !this.held) return;
    const at = list.slots.findIndex(({ number }) => number === this.picture?.number);
    this.hold = { ...this.hold, slots: list.slots, at: at < 0 ? list.slots.length - 1 : at };
    await this.#load();
  }
}

export const scope = new Scope();
