// Clients that mean no good, each kind in its own way, again and again until they leave. Who is thrown out comes back. They live in a
// thread of their own, so that others here are as quick as without them.
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { RawWebSocket, socketTo } from './raw_client.mjs';

export const SILENT = 500; // connections that are opened and left half-open
const DEAF = 16; // WebSocket clients that want everything and read nothing
const FLOODS = 4;
const KILOBYTE = 1024;

const TEXT = 1;
const BINARY = 2;
const frameHead = (opcode, length) => {
  const head = Buffer.alloc(14);
  head.set([opcode, 255]);
  head.writeBigUInt64BE(length, 2);
  return head;
};
const NONSENSE = [
  '{"want": {"spectra": {"names": ["pe"]',
  '[]',
  'null',
  '{"want": 7}',
  '{"want": {"spectra": {"names": "pe"}}}',
  `{"want": {"spectra": {"names": ["${'x'.repeat(4 * KILOBYTE)}"]}}}`,
  '['.repeat(30 * KILOBYTE),
  '{"want": {"status": {}}, "want": {"trend": {"since": -1e308}}}',
  '{"hidden": "perhaps"}',
  '\u0000',
];
const REQUESTS = [
  'GET / HTTP/9.9\r\n\r\n',
  'GET /api/status HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999999999999999\r\n\r\n',
  'POST /api/run/stop HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000000000\r\n\r\n{',
  'POST /api/session HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFF\r\n',
  `GET /${'a'.repeat(32 * KILOBYTE)} HTTP/1.1\r\n\r\n`,
  `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n${'X-Filler: y\r\n'.repeat(4 * KILOBYTE)}\r\n`,
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
];

class Crowd {
  #here = true;
  #tried = {};
  #sockets = new Set();
  #all;

  // wish: what a WebSocket client sends to be told everything.
  constructor(url, wish) {
    this.url = url;
    this.wish = wish;
    const kinds = { silent: SILENT, deaf: DEAF, flood: FLOODS, chatter: FLOODS, giant: FLOODS, nonsense: FLOODS, malformed: FLOODS };
    this.#all = Object.entries(kinds).flatMap(([kind, number]) => {
      this.#tried[kind] = 0;
      return Array.from({ length: number }, (_, at) => this.#insist(kind, at));
    });
  }

  async #insist(kind, at) {
    while (this.#here) {
      this.#tried[kind] += 1;
      await this[`_${kind}`](at).catch(() => {}); // thrown out: that is what they are for
      await sleep(50);
    }
  }

  #keep(socket) {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    return socket;
  }

  async #connected() {
    const socket = this.#keep(socketTo(this.url));
    await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
    return socket;
  }

  async #webSocket() {
    const opened = await RawWebSocket.open(this.url);
    this.#keep(opened.socket);
    return opened;
  }

  async #untilOut(socket) {
    while (this.#here && !socket.isOut) await sleep(50);
    socket.destroy();
  }

  // Every other one has begun a request.
  async _silent(at) {
    const socket = await this.#connected();
    if (at % 2 === 0) socket.write('GET /api/status HTTP/1.1\r\nHo');
    await this.#untilOut(socket);
  }

  // Asks for everything from the beginning, ten times a second, and takes none of it.
  async _deaf() {
    const client = await this.#webSocket();
    client.socket.pause();
    while (this.#here && !client.isOut) {
      client.send(this.wish);
      await sleep(100);
    }
    client.close();
  }

  // As many requests as fit, whose answers it throws away.
  async _flood() {
    const socket = await this.#connected();
    socket.resume();
    const requests = 'GET /api/status HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'.repeat(100);
    while (this.#here && !socket.isOut) {
      if (!socket.write(requests)) await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
      await sleep(5);
    }
    socket.destroy();
  }

  // Wishes without end.
  async _chatter() {
    const client = await this.#webSocket();
    while (this.#here && !client.isOut) {
      for (let i = 0; i < 20; ++i) client.send(this.wish);
      await sleep(20);
    }
    client.close();
  }

  // Frames of a terabyte, and messages of fragments that never end.
  async _giant(at) {
    const { socket } = await this.#webSocket();
    const junk = Buffer.alloc(64 * KILOBYTE, 32);
    if (at % 2 === 0) socket.write(frameHead(128 | TEXT, 1n << 40n));
    for (let opcode = TEXT; this.#here && !socket.isOut; opcode = 0) {
      if (at % 2 !== 0) socket.write(frameHead(opcode, BigInt(junk.length)));
      socket.write(junk);
      await sleep(5);
    }
    socket.destroy();
  }

  async _nonsense(at) {
    const client = await this.#webSocket();
    const bytes = Buffer.from(NONSENSE[(at + this.#tried.nonsense) % NONSENSE.length]);
    client.frame(this.#tried.nonsense % 5 === 0 ? BINARY : TEXT, bytes);
    await Promise.race([this.#untilOut(client.socket), sleep(1000)]);
    client.close();
  }

  async _malformed(at) {
    const socket = await this.#connected();
    socket.write(REQUESTS[(at + this.#tried.malformed) % REQUESTS.length], 'latin1');
    await Promise.race([this.#untilOut(socket), sleep(1000)]);
    socket.destroy();
  }

  // Returns how often each kind came.
  async leave() {
    this.#here = false;
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#all);
    return this.#tried;
  }
}

if (workerData?.crowdAt) {
  const crowd = new Crowd(workerData.crowdAt, workerData.wish);
  parentPort.once('message', async () => parentPort.postMessage(await crowd.leave()));
}

// Lets them loose; returns what calls them off, and then says how often each kind came, by its name.
export function letLoose(url, wish) {
  const worker = new Worker(new URL(import.meta.url), { workerData: { crowdAt: url, wish } });
  const failed = once(worker, 'error').then(([failure]) => {
    throw failure;
  });
  failed.catch(() => {});
  worker.unref(); // a test that failed has not called them off
  return async () => {
    worker.postMessage('leave');
    const [tried] = await Promise.race([once(worker, 'message'), failed]);
    await worker.terminate();
    return tried;
  };
}
