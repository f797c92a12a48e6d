// The connection to spillgate-online: reconnects by itself, keeps the stores new, and knows how old they are. The only writer of
// the stores.
import { ask } from './act.js';
import { age } from './format.js';
import { session } from './session.svelte.js';
import { merged } from './spectrum.js';
import { capped, joined } from './lines.js';

const TREND_POINTS = 900;
const LOG_LINES = 500;
const RETRY_FIRST_MS = 500;
const RETRY_MOST_MS = 5000;
const SILENT_S = 2.5;
const FROZEN_S = 5; // the live spectra say nothing new, whatever else comes: as the light "online" has it
// Without contact for so long, it is an alarm, as a daemon's silence is: spillgate-online restarts in less.
const GRACE_S = 10;
const POLLED = ['health', 'beam', 'controls', 'alarms']; // once a second, where frames do not bring them

// One spectrum; pads that show others do not wake when it changes.
class SpectrumStore {
  info = $state.raw(null); // name, title, axes, expert: what the list says
  data = $state.raw(null); // null until the first contents come

  constructor(info) {
    this.info = info;
  }
}

class Feed {
  status = $state.raw(null);
  health = $state.raw(null); // { lights }, null: not known
  beam = $state.raw(null); // its slots are a topic of their own
  alarms = $state.raw(null); // those that are not normal
  historyOff = $state(null); // why, or null
  logbookOff = $state(null);
  newestEntry = $state(0); // of the logbook; 0: not known
  controls = $state.raw(null);
  log = $state.raw([]);
  trend = $state.raw([]);
  spectra = $state.raw([]); // SpectrumStores in the config's order
  offered = $state.raw({}); // route → whether this server has it
  connected = $state(false);
  heardAt = $state(0); // ms, this browser's clock: anything, signs of life too
  statusAt = $state(0); // … the live spectra's status, which figures come with
  now = $state(Date.now());
  forbidden = $state(false); // reading needs a person here
  range = $state('run'); // which slots of the run spectra are of
  ranges = $state.raw(['run']); // what may be chosen

  #socket = null;
  #retryMs = RETRY_FIRST_MS;
  #begunAt = Date.now(); // or when it was last told to sign in
  #openedAt = 0; // the socket
  #askedAgain = 0;
  #followed = new Map(); // topic → { wish, take }: what the open view follows beside what all need
  #wish = ''; // the last one, word for word: the same again means "from the beginning"

  begin() {
    setInterval(() => {
      this.now = Date.now();
      if (!this.connected) return;
      if (this.#silence(this.#openedAt) > GRACE_S) this.reconnect(); // a dead line may look open for many minutes
      else this.#poll();
    }, 500);
    document.addEventListener('visibilitychange', () => this.#send({ hidden: document.hidden }));
    session.onChange(() => this.reconnect());
    this.#connect();
  }

  get age() {
    return this.statusAt === 0 ? null : Math.max(0, (this.now - this.statusAt) / 1000);
  }

  // Figures are not those of now: nothing comes, or nothing of the live spectra.
  get stale() {
    return this.silent || this.age === null || this.age > FROZEN_S;
  }

  // spillgate-online gives no sign of life. While it does, one may act, whatever its spectra do.
  get silent() {
    return !this.connected || this.heardAt === 0 || this.#silence(0) > SILENT_S;
  }

  // s, or null while it is heard, or if it never was: of what does not come from the live spectra.
  get silentFor() {
    return this.silent && this.heardAt > 0 ? Math.max(0, this.#silence(0)) : null;
  }

  // For how many seconds nothing came, once they are too many; else null. Who is told to sign in has contact.
  get noContact() {
    const seconds = this.#silence(this.#begunAt);
    return this.forbidden || seconds <= GRACE_S ? null : seconds;
  }

  // s without news; not counting what was before `since`.
  #silence(since) {
    return (this.now - Math.max(this.heardAt, since)) / 1000;
  }

  get lead() {
    return this.status?.daemons.find((daemon) => daemon.lead) ?? null;
  }

  // live, or why what is shown is not what is now.
  get state() {
    if (!this.connected) return this.age === null ? 'connecting' : 'lost';
    if (this.silent) return 'silent';
    if (this.stale) return 'frozen';
    return this.lead && !this.lead.connected ? 'daemon-silent' : 'live';
  }

  get doubt() {
    switch (this.state) {
      case 'connecting':
        return this.forbidden ? 'sign in to read' : 'connecting …';
      case 'lost':
        return `not connected, data ${age(this.age)} old`;
      case 'silent':
        return `no news for ${age(this.silentFor)}`;
      case 'frozen':
        return this.age === null ? 'no figures yet' : `nothing new from the live spectra for ${age(this.age)}`;
      case 'daemon-silent':
        return this.lead.age_s === null ? `${this.lead.name} not heard yet` : `${this.lead.name} silent for ${age(this.lead.age_s)}`;
      default:
        return null;
    }
  }

  // Of what comes through the lead daemon: seconds (Infinity: it was never heard), or null while it is fresh.
  get oldness() {
    if (this.stale) return this.age;
    return this.lead?.connected ? null : (this.lead?.age_s ?? Infinity);
  }

  store(name) {
    return this.spectra.find((store) => store.info.name === name) ?? null;
  }

  // Spectra come whole of the other range; until then those that are held say of which they are.
  choose(range) {
    if (range === this.range || !this.ranges.includes(range)) return;
    this.range = range;
    if (this.#socket?.readyState === WebSocket.OPEN) this.#want();
  }

  // Follows a topic while a view needs it: take(news) of each message that has some. wish null: no more.
  follow(topic, wish, take = null) {
    const before = this.#followed.get(topic);
    if (wish === null) this.#followed.delete(topic);
    else this.#followed.set(topic, { wish, take });
    if (JSON.stringify(before?.wish ?? null) === JSON.stringify(wish)) return;
    if (this.#socket?.readyState === WebSocket.OPEN) this.#want();
  }

  // Opens the connection anew, as another person.
  reconnect() {
    this.#retryMs = RETRY_FIRST_MS;
    this.#socket?.close();
  }

  async #connect() {
    const list = await ask('/api/spectra');
    this.forbidden = list.status === 401;
    if (this.forbidden) {
      this.#begunAt = Date.now();
      await session.refresh();
    }
    if (!list.ok) return this.#retry();
    this.#list(list.body.spectra);
    this.ranges = list.body.ranges ?? ['run'];
    if (!this.ranges.includes(this.range)) this.range = 'run';
    await Promise.all([session.refresh(), this.#poll(true)]);
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const socket = new WebSocket(`${scheme}://${location.host}/api/ws`);
    this.#socket = socket;
    socket.onopen = () => {
      this.connected = true;
      this.#openedAt = Date.now();
      this.trend = [];
      this.#told.clear();
      this.#want();
    };
    socket.onmessage = (event) => {
      this.#retryMs = RETRY_FIRST_MS;
      this.#take(JSON.parse(event.data));
    };
    socket.onclose = () => {
      this.connected = false;
      this.#retry();
    };
  }

  #retry() {
    setTimeout(() => this.#connect(), this.#retryMs);
    this.#retryMs = Math.min(RETRY_MOST_MS, this.#retryMs * 2);
  }

  // Stores stay where the axes do: pads keep their zoom over a restart of the server.
  #list(infos) {
    const known = new Map(this.spectra.map((store) => [store.info.name, store]));
    this.spectra = infos.map((info) => {
      const store = known.get(info.name);
      if (!store) return new SpectrumStore(info);
      store.info = info;
      return store;
    });
  }

  #send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #want() {
    const names = this.spectra.map((store) => store.info.name);
    const want = { status: {}, spectra: { names, range: this.range }, trend: {}, alarms: {}, logbook: {}, controls: {}, beam: {}, health: {} };
    for (const [topic, { wish }] of this.#followed) want[topic] = wish;
    this.#wish = JSON.stringify({ want });
    this.#socket.send(this.#wish);
    if (document.hidden) this.#send({ hidden: true });
  }

  #take(update) {
    this.heardAt = Date.now();
    for (const topic of POLLED) if (update[topic]) this.#told.add(topic);
    if (update.status) this.#takeStatus(update.status);
    if (update.health) this.health = update.health;
    if (update.beam) this.beam = update.beam;
    if (update.alarms) this.#takeAlarms(update.alarms);
    if (update.logbook) this.newestEntry = update.logbook.newest;
    if (update.controls) this.controls = update.controls;
    if (update.trend) this.#takeTrend(update.trend);
    for (const [topic, { take }] of this.#followed) if (update[topic]) take(update[topic]);
    let lacking = false;
    for (const spectrum of update.spectra ?? []) {
      const store = this.store(spectrum.name);
      if (!store) continue; // another config's: the list comes with the next connection
      const data = merged(store.data, spectrum);
      if (data) store.data = data;
      else lacking = true;
    }
    if (lacking) this.#askAgain();
  }

  // The newest lines of online and of each daemon come with the status; each is taken once.
  #takeStatus(status) {
    this.status = status;
    this.statusAt = Date.now();
    if (status.log?.length > 0) this.#takeLines(status.log.map((line) => ({ ...line, source: 'online' })));
    for (const daemon of status.daemons) {
      const lines = daemon.status?.log;
      if (lines?.length > 0) this.#takeLines(lines.map((line) => ({ ...line, source: daemon.name })));
    }
  }

  #takeAlarms({ alarms, history_off, logbook_off }) {
    this.alarms = alarms;
    this.historyOff = history_off ?? null;
    this.logbookOff = logbook_off ?? null;
  }

  #takeLines(lines) {
    const log = joined(this.log, lines);
    if (log !== this.log) this.log = capped(log, LOG_LINES);
  }

  // Points that are there already come again after "from the beginning".
  #takeTrend(points) {
    const last = this.trend.at(-1)?.utc_s ?? 0;
    const fresh = points.filter((point) => point.utc_s > last);
    if (fresh.length > 0) this.trend = [...this.trend, ...fresh].slice(-TREND_POINTS);
  }

  // The base is missing: the same wish again brings whole spectra. Not more often than once a second.
  #askAgain() {
    if (Date.now() - this.#askedAgain < 1000) return;
    this.#askedAgain = Date.now();
    this.#socket.send(this.#wish);
  }

  // What does not come through the socket is fetched.
  #polled = 0;
  #told = new Set(); // topics that frames bring
  async #poll(all = false) {
    if (!all && (document.hidden || Date.now() - this.#polled < 1000)) return;
    this.#polled = Date.now();
    await Promise.all(POLLED.filter((topic) => all || !this.#told.has(topic)).map((topic) => this.#fetch(topic, all)));
  }

  async #fetch(route, again) {
    if (this.offered[route] === false && !again) return;
    const answer = await ask(`/api/${route}`);
    if (answer.ok) this[route] = route === 'alarms' ? (answer.body.alarms ?? []) : answer.body;
    const known = answer.ok || answer.status === 401 ? true : answer.absent ? false : this.offered[route];
    if (this.offered[route] !== known) this.offered = { ...this.offered, [route]: known };
  }
}

export const feed = new Feed();
