// Daemon and console at a given configuration, without an emulator: what the console's own cost is measured against.
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api } from './api.mjs';
import { lossesOf } from './ledger.mjs';
import { writeConsole } from './people.mjs';
import { Program } from './program.mjs';
import { until } from './until.mjs';

const TICKS_PER_S = 100; // of /proc, on every Linux that we know

const statOf = (pid) => {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { parent: Number(fields[1]), seconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S };
};

// CPU seconds, user and system, of a process.
export const cpuSeconds = (pid) => statOf(pid).seconds;

// … of a process and all that it started, by pid: those that live now.
export function familySeconds(pid) {
  const all = new Map();
  for (const name of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      all.set(Number(name), statOf(name));
    } catch {
      // it has ended meanwhile
    }
  }
  const isOurs = (one) => one === pid || (all.has(one) && all.get(one).parent > 1 && isOurs(all.get(one).parent));
  return new Map([...all].filter(([one]) => isOurs(one)).map(([one, { seconds }]) => [one, seconds]));
}

// What the family used between two of these; who came in between counts whole.
export const spent = (before, after) => [...after].reduce((sum, [pid, seconds]) => sum + seconds - (before.get(pid) ?? 0), 0);

// CPU time stolen by other guests of the host since it was made, as a fraction.
export class StealMeter {
  constructor() {
    this.begin = StealMeter.#read();
  }
  static #read() {
    const times = readFileSync('/proc/stat', 'latin1').split('\n')[0].trim().split(/\s+/).slice(1, 9).map(Number);
    return { stolen: times[7], all: times.reduce((sum, time) => sum + time, 0) };
  }
  get fraction() {
    const now = StealMeter.#read();
    return (now.stolen - this.begin.stolen) / Math.max(1, now.all - this.begin.all);
  }
}

export class Hall {
  constructor({ bin, config, webRoot }) {
    this.bin = bin;
    this.directory = mkdtempSync(join(tmpdir(), 'spillgate-bench-'));
    this.config = config;
    this.webRoot = webRoot;
  }

  async start() {
    writeConsole(this.config);
    const places = ['--config', this.config, '--runtime-dir', join(this.directory, 'sockets'), '--runs-dir', join(this.directory, 'runs')];
    const page = this.webRoot ? ['--web-root', this.webRoot] : [];
    this.online = new Program('online', join(this.bin, 'spillgate-online'), [...places, '--http-port', '0', ...page]);
    [, this.url] = await this.online.said(/console at (http:\S+)/);
    this.daq = new Program('daq', join(this.bin, 'spillgate-daq'), [...places, '--start', 'test']);
    this.api = new Api(this.url);
    await until('spectra fill', async () => (await this.api.status()).run.streams[0]?.slots_filled, (slots) => slots > 120);
    return this;
  }

  get spectra() {
    return this.api.get('/api/spectra').then(({ spectra }) => spectra.map(({ name }) => name));
  }

  // Ends the run. Throws if a slot is not complete or anything was lost.
  async end() {
    await this.api.act('stop');
    const status = await until('the run is closed', () => this.api.status(), ({ run }) => run.phase === 'closed');
    const lost = lossesOf(status);
    if (lost.length > 0) throw new Error(`data were lost: ${lost.join(', ')}`);
    return status.ledger;
  }

  async close() {
    for (const program of [this.daq, this.online]) await program?.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
