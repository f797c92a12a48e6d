// The connection to spillgate-online: the newest status, spectra and trend, and how old they are. Reconnects by itself.

import { age } from './format.js';

const TREND_POINTS = 900;
const RETRY_FIRST_MS = 500;
const RETRY_MOST_MS = 5000;

export class Feed {
  status = $state.raw(null);
  spectra = $state.raw({}); // by name
  trend = $state.raw([]);
  connected = $state(false);
  heardAt = $state(0); // ms, this browser's clock
  now = $state(Date.now());

  #socket = null;
  #retryMs = RETRY_FIRST_MS;
  #names = [];

  constructor() {
    setInterval(() => (this.now = Date.now()), 500);
    this.#connect();
  }

  get age() {
    return this.heardAt === 0 ? null : Math.max(0, (this.now - this.heardAt) / 1000);
  }

  // What is shown is older than it should be.
  get stale() {
    return !this.connected || this.age === null || this.age > 2.5;
  }

  get lead() {
    return this.status?.daemons.find((daemon) => daemon.lead) ?? null;
  }

  // Why what is shown is not what is now, in words; null if it is.
  get doubt() {
    if (!this.connected) return this.age === null ? 'not connected' : `not connected, data ${age(this.age)} old`;
    if (this.stale) return `no news for ${age(this.age)}`;
    if (this.lead && !this.lead.connected) {
      return this.lead.age_s === null ? `${this.lead.name} not heard yet` : `${this.lead.name} silent for ${age(this.lead.age_s)}`;
    }
    return null;
  }

  async #connect() {
    try {
      const list = await (await fetch('/api/spectra')).json();
      this.#names = list.spectra.map((spectrum) => spectrum.name);
    } catch {
      this.#retry();
      return;
    }
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const socket = new WebSocket(`${scheme}://${location.host}/api/ws`);
    this.#socket = socket;
    socket.onopen = () => {
      this.connected = true;
      this.#retryMs = RETRY_FIRST_MS;
      this.trend = [];
      socket.send(JSON.stringify({ subscribe: this.#names }));
    };
    socket.onmessage = (event) => this.#take(JSON.parse(event.data));
    socket.onclose = () => {
      this.connected = false;
      this.#retry();
    };
  }

  #retry() {
    setTimeout(() => this.#connect(), this.#retryMs);
    this.#retryMs = Math.min(RETRY_MOST_MS, this.#retryMs * 2);
  }

  #take(update) {
    this.heardAt = Date.now();
    this.now = this.heardAt;
    this.status = update.status;
    if (update.spectra.length > 0) {
      const spectra = { ...this.spectra };
      for (const spectrum of update.spectra) spectra[spectrum.name] = spectrum;
      this.spectra = spectra;
    }
    if (update.trend) this.trend = [...this.trend, ...update.trend].slice(-TREND_POINTS);
  }

  get names() {
    return this.#names;
  }
}

const token = document.querySelector('meta[name="spillgate-token"]').content;

// Asks the lead daemon, through online. Returns null, or why not.
export async function act(action, body = {}) {
  try {
    const response = await fetch(`/api/run/${action}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Spillgate-Token': token },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (response.ok) return null;
    try {
      return JSON.parse(text).reason;
    } catch {
      return text.trim();
    }
  } catch {
    return 'spillgate-online cannot be reached';
  }
}
