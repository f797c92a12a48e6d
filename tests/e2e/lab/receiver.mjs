// Who is told by webhook: an HTTP server on loopback that keeps what comes, and checks who signed it.
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SECRET = 'between the console and the telephone';

export class Receiver {
  messages = []; // bodies, with `signed`: whether the signature is that of the secret
  #directory = mkdtempSync(join(tmpdir(), 'spillgate-e2e-hook-'));
  #server = createServer((asked, answer) => {
    let body = '';
    asked.setEncoding('utf8');
    asked.on('data', (part) => (body += part));
    asked.on('end', () => {
      const { 'x-spillgate-time': time, 'x-spillgate-signature': signature } = asked.headers;
      const expected = createHmac('sha256', SECRET).update(`${time}.${body}`).digest('hex');
      this.messages.push({ ...JSON.parse(body), signed: signature === `sha256=${expected}` });
      answer.writeHead(204).end();
    });
  });

  static async open() {
    const receiver = new Receiver();
    writeFileSync(receiver.secretFile, SECRET, { mode: 0o600 });
    await new Promise((listens) => receiver.#server.listen(0, '127.0.0.1', listens));
    return receiver;
  }

  get secretFile() {
    return join(this.#directory, 'secret');
  }
  // For the console's configuration.
  get text() {
    return `webhook { name: "phone" url: "http://127.0.0.1:${this.#server.address().port}/alarms" secret_file: "${this.secretFile}" }\n`;
  }

  close() {
    this.#server.close();
    this.#server.closeAllConnections();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
