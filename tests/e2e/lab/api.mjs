// The console's HTTP interface, as a script of an expert would use it.
import { PEOPLE } from './people.mjs';

// A WebSocket client's wish for these spectra.
export const wishFor = (names) => JSON.stringify({ want: { spectra: { names } } });

export class Refused extends Error {
  constructor(status, reason) {
    super(`${status}: ${reason}`);
    this.status = status;
    this.reason = reason;
  }
}

export class Api {
  constructor(url) {
    this.url = url;
  }

  fetch(path, options = {}) {
    // A connection of its own: one that was kept may just have been closed for its silence.
    const headers = { ...options.headers, connection: 'close' };
    return fetch(this.url + path, { signal: AbortSignal.timeout(60_000), ...options, headers });
  }

  async get(path) {
    const response = await this.fetch(path);
    if (!response.ok) throw new Refused(response.status, await response.text());
    return response.json();
  }

  status() {
    return this.get('/api/status');
  }

  spectrum(name) {
    return this.get(`/api/spectra/${name}`);
  }

  async daemon(name) {
    return (await this.status()).daemons.find((daemon) => daemon.name === name);
  }

  // What authorises a request to act, and to take the controls from whoever has them.
  permission() {
    return { Authorization: `Bearer ${PEOPLE.expert.token}` };
  }

  // Throws Refused with the reason.
  async post(path, body = {}, headers = this.permission()) {
    const response = await this.fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    if (response.ok) return JSON.parse(text);
    let reason = text;
    try {
      reason = JSON.parse(text).reason;
    } catch {
      // not every refusal is JSON
    }
    throw new Refused(response.status, reason);
  }

  // Takes the controls from whoever has them.
  takeControls() {
    return this.post('/api/controls/take', { force: true });
  }

  // Takes the controls for it and lets them go again.
  async act(verb, body) {
    await this.takeControls();
    try {
      return await this.post(`/api/run/${verb}`, body);
    } finally {
      await this.post('/api/controls/release');
    }
  }

  async metric(name) {
    const text = await (await this.fetch('/metrics')).text();
    const found = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text);
    return found ? Number(found[1]) : null;
  }
}
