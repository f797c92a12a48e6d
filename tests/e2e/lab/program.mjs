// A program of ours as a process: what it prints, and signals to it alone.
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { patience } from './until.mjs';

export class Program {
  // It does not outlive this process, however that ends.
  constructor(name, path, args) {
    this.name = name;
    this.text = '';
    this.child = spawn('setpriv', ['--pdeathsig', 'KILL', path, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.ended = new Promise((resolve) => this.child.once('close', resolve));
    this.child.once('error', (failure) => (this.text += `cannot be started: ${failure.message}\n`));
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => (this.text += text));
    }
  }

  get pid() {
    return this.child.pid;
  }

  get running() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  // What it prints, once it does.
  async said(pattern) {
    for (const end = Date.now() + patience.ms; ; await sleep(20)) {
      const found = pattern.exec(this.text);
      if (found) return found;
      if (!this.running) throw new Error(`${this.name} ended before it said ${pattern}:\n${this.text}`);
      if (Date.now() > end) throw new Error(`${this.name} did not say ${pattern} within ${patience.ms / 1000} s:\n${this.text}`);
    }
  }

  signal(name) {
    this.child.kill(name);
  }

  async kill() {
    this.signal('SIGKILL');
    await this.ended;
  }

  // Asks it to end. Throws if it has to be killed.
  async stop() {
    if (!this.running) return;
    this.signal('SIGCONT'); // a frozen one could not hear
    this.signal('SIGTERM');
    if ((await Promise.race([this.ended, sleep(patience.ms, 'late', { ref: false })])) !== 'late') return;
    await this.kill();
    throw new Error(`${this.name} did not stop within ${patience.ms / 1000} s and was killed`);
  }
}
