// The demo's two programs in a temporary directory.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
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

  async stop() {
    if (!this.running) return;
    this.child.kill('SIGTERM');
    const ended = await Promise.race([this.ended, sleep(15_000, 'late')]);
    if (ended === 'late') this.child.kill('SIGKILL');
    await this.ended;
  }
}

export class Demo {
  constructor(bin, config) {
    this.bin = bin;
    this.config = config;
    this.directory = mkdtempSync(join(tmpdir(), 'spillgate-e2e-'));
    this.begun = Date.now();
  }

  start() {
    this.begun = Date.now();
    const places = ['--runtime-dir', join(this.directory, 'sockets'), '--runs-dir', join(this.directory, 'runs')];
    const config = ['--config', this.config];
    this.online = new Program('online', join(this.bin, 'spillgate-online'), [...config, ...places, '--http-port', '0']);
    this.daq = new Program('daq', join(this.bin, 'spillgate-daq'), [...config, ...places, '--start', 'physics']);
  }

  async consoleUrl() {
    for (const until = Date.now() + 60_000; Date.now() < until; await sleep(20)) {
      const said = /console at (http:\S+)/.exec(this.online.text);
      if (said) return said[1];
      if (!this.online.running) break;
    }
    throw new Error('spillgate-online did not say where its console is');
  }

  killDaemon() {
    this.daq.child.kill('SIGKILL');
  }

  stopOnline() {
    return this.online.stop();
  }

  logs() {
    return [this.online, this.daq].map((program) => `--- ${program?.name}\n${program?.text ?? ''}`).join('\n');
  }

  async stop() {
    await this.daq?.stop();
    await this.online?.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
