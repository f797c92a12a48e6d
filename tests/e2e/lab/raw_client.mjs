// Clients that do what a browser would not: any header, any bytes, and a WebSocket whose frames are written by hand (RFC 6455).
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const CONTINUATION = 0;
const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;
const FINAL = 128;

// {status, headers, body} of one HTTP request with exactly these headers; Host too, if it is among them.
export function raw(url, { method = 'GET', path = '/', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const asked = request(url + path, { method, headers, agent: false, timeout: 60_000 }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts).toString() }));
      response.on('error', reject);
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer within 60 s')));
    asked.on('error', reject);
    asked.end(body);
  });
}

// A bare connection. `closed` becomes true when the other side has had enough.
export function socketTo(url) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.setNoDelay(true);
  socket.on('error', () => {}); // being thrown out is what these are for
  socket.isOut = false;
  socket.on('close', () => (socket.isOut = true));
  socket.on('end', () => (socket.isOut = true));
  return socket;
}

// The text that the server sends on a bare connection until it closes it.
export async function answerTo(url, bytes) {
  const socket = socketTo(url);
  let text = '';
  socket.setEncoding('latin1');
  socket.on('data', (part) => (text += part));
  socket.write(bytes);
  if (!socket.isOut) await once(socket, 'close');
  return text;
}

export class RawWebSocket {
  #buffer = Buffer.alloc(0);
  #parts = []; // of a text that comes in several frames
  frames = 0;
  bytes = 0;
  closeCode = null;
  last = null; // the newest text
  all = null; // every text, if this is an array

  // Throws with the HTTP status line if the server will not upgrade.
  static async open(url, { path = '/api/ws', headers = {} } = {}) {
    const opened = new RawWebSocket();
    const socket = (opened.socket = socketTo(url));
    await once(socket, 'connect');
    const key = randomBytes(16).toString('base64');
    const asked = { Host: new URL(url).host, Upgrade: 'websocket', Connection: 'Upgrade', 'Sec-WebSocket-Key': key, 'Sec-WebSocket-Version': '13', ...headers };
    const lines = Object.entries(asked).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
    const head = await new Promise((resolve, reject) => {
      let seen = Buffer.alloc(0);
      const failed = () => reject(new Error(`no upgrade: ${seen.toString('latin1').split('\r\n')[0] || 'closed'}`));
      socket.once('close', failed);
      const take = (part) => {
        seen = Buffer.concat([seen, part]);
        const end = seen.indexOf('\r\n\r\n');
        if (end < 0) return;
        socket.off('data', take);
        socket.off('close', failed);
        opened.#buffer = seen.subarray(end + 4);
        resolve(seen.subarray(0, end).toString('latin1'));
      };
      socket.on('data', take);
    });
    const accepted = createHash('sha1').update(key + GUID).digest('base64');
    if (!head.startsWith('HTTP/1.1 101') || !head.includes(accepted)) throw new Error(`no upgrade: ${head.split('\r\n')[0]}`);
    socket.on('data', (part) => opened.#take(part));
    opened.#take(Buffer.alloc(0));
    return opened;
  }

  get isOut() {
    return this.socket.isOut;
  }

  send(text) {
    this.frame(TEXT, Buffer.from(text));
  }

  // A whole masked frame.
  frame(opcode, payload) {
    const length = payload.length < 126 ? [payload.length] : payload.length < 65536 ? [126, payload.length >> 8, payload.length & 255] : null;
    const head = length ? Buffer.from([128 | opcode, 128 | length[0], ...length.slice(1)]) : Buffer.alloc(10);
    if (!length) {
      head.set([128 | opcode, 255]);
      head.writeBigUInt64BE(BigInt(payload.length), 2);
    }
    const mask = randomBytes(4);
    const masked = Buffer.from(payload.map((byte, at) => byte ^ mask[at & 3]));
    this.socket.write(Buffer.concat([head, mask, masked]));
  }

  #take(part) {
    this.bytes += part.length;
    this.#buffer = Buffer.concat([this.#buffer, part]);
    while (this.#buffer.length >= 2) {
      let length = this.#buffer[1] & 127;
      const extra = length < 126 ? 0 : length === 126 ? 2 : 8;
      if (this.#buffer.length < 2 + extra) return;
      if (extra === 2) length = this.#buffer.readUInt16BE(2);
      if (extra === 8) length = Number(this.#buffer.readBigUInt64BE(2));
      if (this.#buffer.length < 2 + extra + length) return;
      const payload = this.#buffer.subarray(2 + extra, 2 + extra + length);
      const opcode = this.#buffer[0] & 15;
      const isWhole = (this.#buffer[0] & FINAL) !== 0;
      this.#buffer = this.#buffer.subarray(2 + extra + length);
      if (opcode === TEXT || opcode === CONTINUATION) {
        this.#parts.push(payload);
        if (!isWhole) continue;
        this.frames += 1;
        this.last = Buffer.concat(this.#parts.splice(0)).toString();
        this.all?.push(this.last);
      } else if (opcode === PING) {
        this.frame(PONG, payload);
      } else if (opcode === CLOSE) {
        this.closeCode = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
        this.socket.end();
      }
    }
  }

  close() {
    this.socket.destroy();
  }
}
