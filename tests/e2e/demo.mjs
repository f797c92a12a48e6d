// The demo's three programs in a temporary directory.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

class Program {
  constructor(name, path, args) {
    this.name = name;
    this.text = '';
    this.child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.ended = new Promise((resolve) => this.child.once('exit', resolve));
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => (this.text += text));
    }
  }

  get running() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  // What the program prints, once it does.
  said(pattern, patience = 60_000) {
    return new Promise((resolve, reject) => {
      const failed = (why) => reject(new Error(`spillgate-${this.name} ${why} before it said ${pattern}`));
      const late = setTimeout(() => failed(`ran ${patience} ms`), patience);
      const look = () => {
        const found = pattern.exec(this.text);
        if (!found) return;
        clearTimeout(late);
        this.child.stdout.off('data', look);
        this.child.stderr.off('data', look);
        resolve(found);
      };
      this.child.stdout.on('data', look);
      this.child.stderr.on('data', look);
      this.child.once('close', () => failed('ended'));
      look();
    });
  }

  async stop() {
    if (!this.running) return;
    this.child.kill('SIGTERM');
    const ended = await Promise.race([this.ended, sleep(15_000, 'late')]);
    if (ended === 'late') this.child.kill('SIGKILL');
    await this.ended;
  }
}

// `text` with every `from` replaced; there must be one.
function replaced(text, from, to) {
  if (!text.includes(from)) throw new Error(`the demo's configuration has no '${from}'`);
  return text.replaceAll(from, to);
}

export class Demo {
  constructor(bin, config) {
    this.bin = bin;
    this.config = config;
    this.directory = mkdtempSync(join(tmpdir(), 'spillgate-e2e-'));
    this.begun = Date.now();
  }

  // A copy of a configuration in the temporary directory: sockets there, and `port` of the digitizer.
  moved(path, name, port) {
    const text = readFileSync(path, 'utf8');
    const here = join(this.directory, name);
    const sockets = replaced(text, 'ipc:///tmp/spillgate/', `ipc://${this.directory}/`);
    writeFileSync(here, port(sockets));
    return here;
  }

  async start() {
    this.begun = Date.now();
    const run = (name, ...args) => new Program(name, join(this.bin, `spillgate-${name}`), args);
    const emulated = this.config.replace(/\.txtpb$/, '-emulator.txtpb');
    const free = this.moved(emulated, 'emulator.txtpb', (text) => replaced(text, 'port: 57344', 'port: 0'));
    this.emulator = run('emulator', '--config', free);
    const [, port] = await this.emulator.said(/ at 127\.0\.0\.1:(\d+)/);
    const config = this.moved(this.config, 'demo.txtpb', (text) => replaced(text, 'local_port: 0', `port: ${port} local_port: 0`));
    const places = ['--runtime-dir', join(this.directory, 'sockets'), '--runs-dir', join(this.directory, 'runs')];
    this.online = run('online', '--config', config, ...places, '--http-port', '0');
    this.daq = run('daq', '--config', config, ...places, '--start', 'physics');
  }

  async consoleUrl() {
    return (await this.online.said(/console at (http:\S+)/))[1];
  }

  killDaemon() {
    this.daq.child.kill('SIGKILL');
  }

  stopOnline() {
    return this.online.stop();
  }

  logs() {
    return [this.emulator, this.online, this.daq].map((program) => `--- ${program?.name}\n${program?.text ?? ''}`).join('\n');
  }

  async stop() {
    await this.daq?.stop();
    await this.online?.stop();
    await this.emulator?.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
