// The programs of an experiment in a temporary directory, on free ports: an emulated digitizer and beam, its daemons, and the
// console. Any of them can be killed, frozen, and started again where it was.
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Api } from './api.mjs';
import { replaced } from './config_text.mjs';
import { writeConsole } from './people.mjs';
import { Program } from './program.mjs';
import { until } from './until.mjs';

const same = (text) => text;
// A busy machine is no lost device.
const PATIENT_PORT = 'port: @PORT:digitizer@ local_port: 0 timeout_ms: 1000';

export class Lab {
  #programs = new Map(); // name → how it was started last

  // config: path of NAME.txtpb; if NAME-emulator.txtpb lies beside it, that emulator is started, too. edit, editEmulator: change
  // their texts; "@PORT:MODULE@" in the config becomes the port of that emulated module. runs: where runs are kept, if not in the temporary directory.
  // consoleText: more of NAME-console.txtpb.
  constructor({ bin, config, edit = same, editEmulator = same, consoleText = '', webRoot, runs }) {
    this.bin = bin;
    this.webRoot = webRoot;
    this.directory = mkdtempSync(join(tmpdir(), 'spillgate-e2e-'));
    this.begun = Date.now();
    this.runs = runs ?? join(this.directory, 'runs');
    const emulated = config.replace(/\.txtpb$/, '-emulator.txtpb');
    if (existsSync(emulated)) {
      this.emulatorText = editEmulator(this.#here(emulated, ['port: 57344', 'port: 0']));
      this.configText = edit(this.#here(config, ['local_port: 0', PATIENT_PORT]));
    } else {
      this.configText = edit(readFileSync(config, 'utf8'));
    }
    this.config = join(this.directory, basename(config));
    this.consoleText = consoleText;
  }

  // A configuration's text with its sockets in the temporary directory.
  #here(path, change) {
    return replaced(replaced(readFileSync(path, 'utf8'), 'ipc:///tmp/spillgate/', `ipc://${this.directory}/`), ...change);
  }

  write(name, text) {
    const path = join(this.directory, name);
    writeFileSync(path, text);
    return path;
  }

  read(path) {
    return readFileSync(join(this.directory, path), 'utf8');
  }

  runDirectory(number) {
    return join(this.runs, `run-${String(number).padStart(6, '0')}`);
  }

  // daemons: the lead first. type: of the run that is begun at once; null: none. Returns when the console answers.
  async start({ daemons = ['daq'], type = 'physics', online = true } = {}) {
    this.begun = Date.now();
    this.lead = daemons[0];
    if (this.emulatorText) await this.startEmulator();
    this.writeConfig();
    writeConsole(this.config, this.consoleText);
    if (online) this.launchOnline();
    for (const daemon of daemons.slice(1)) this.startDaemon(daemon);
    this.startDaemon(this.lead, type);
    if (online) await this.console();
    return this;
  }

  // A config of this laboratory, under another name if that is given.
  writeConfig(text = this.configText, name = basename(this.config)) {
    return this.write(name, text.replace(/@PORT:(\w+)@/g, (_, module) => this.ports[module]));
  }

  async startEmulator() {
    this.emulatorText = Object.entries(this.ports ?? {}).reduce(
      (text, [module, port]) => text.replace(new RegExp(`(name: "${module}"\\s+sis3316 \\{[^}]*?port: )\\d+`), `$1${port}`),
      this.emulatorText,
    );
    const emulator = this.#run('emulator', 'emulator', ['--config', this.write('emulator.txtpb', this.emulatorText)]);
    const modules = this.emulatorText.match(/^module \{/gm).length;
    const said = () => [...emulator.text.matchAll(/^SIMULATED \S+ (\S+) at 127\.0\.0\.1:(\d+)$/gm)];
    await until(`${modules} emulated modules`, said, (found) => found.length >= modules || !emulator.running);
    this.ports = Object.fromEntries(said().map(([, name, port]) => [name, port]));
  }

  startDaemon(name = this.lead, type = null) {
    return this.#run(name, 'daq', ['--config', this.config, '--daemon', name, ...this.#places, ...(type ? ['--start', type] : [])]);
  }

  // At the port where it was before, so that pages find it again.
  launchOnline() {
    const page = this.webRoot ? ['--web-root', this.webRoot] : [];
    const port = this.url ? new URL(this.url).port : '0';
    return this.#run('online', 'online', ['--config', this.config, ...this.#places, '--http-port', port, ...page]);
  }

  async console() {
    [, this.url] = await this.program('online').said(/console at (http:\S+)/);
    this.api = new Api(this.url);
    return this.url;
  }

  get #places() {
    return ['--runtime-dir', join(this.directory, 'sockets'), '--runs-dir', this.runs];
  }

  #run(name, program, args) {
    const started = new Program(name, join(this.bin, `spillgate-${program}`), args);
    this.#programs.set(name, started);
    return started;
  }

  program(name) {
    return this.#programs.get(name);
  }

  kill(name) {
    return this.program(name).kill();
  }

  stop(name) {
    return this.program(name).stop();
  }

  freeze(name) {
    this.program(name).signal('SIGSTOP');
  }

  thaw(name) {
    this.program(name).signal('SIGCONT');
  }

  // Pushes a slow value, as a supply would.
  async slow(name, value) {
    const [, url] = await this.program(this.lead).said(/(http:\/\/127\.0\.0\.1:\d+\/slow)\//);
    const response = await fetch(`${url}/${name}`, { method: 'POST', body: String(value) });
    if (!response.ok) throw new Error(`slow value ${name}: ${response.status} ${await response.text()}`);
  }

  untilState(state) {
    return until(
      `${this.lead} is ${state}`,
      async () => (await this.api.daemon(this.lead)).status?.state,
      (seen) => seen === state,
    );
  }

  untilSlots(least) {
    return until(
      `${least} slots are in the spectra`,
      async () => (await this.api.status()).run.streams.map((stream) => stream.slots_filled),
      (filled) => filled.length > 0 && filled.every((slots) => slots >= least),
    );
  }

  files(directory = this.runs) {
    return readdirSync(directory, { recursive: true });
  }

  logs() {
    return [...this.#programs.values()].map(({ name, text }) => `--- ${name}\n${text.slice(-4000)}`).join('\n');
  }

  // In the reverse order of starting: the lead first, so that its run ends as it should.
  async close() {
    const failures = [];
    for (const program of [...this.#programs.values()].reverse()) {
      await program.stop().catch((failure) => failures.push(failure));
    }
    rmSync(this.directory, { recursive: true, force: true });
    if (failures.length > 0) throw failures[0];
  }
}
