// A TLS proxy before a console, as docs/console/access.md says: nginx with the settings given there, where it is installed, else Node,
// which does the same.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import { connect, createServer as createTcpServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { replaced } from './config_text.mjs';
import { Program } from './program.mjs';
import { until } from './until.mjs';

const NGINX = '/usr/sbin/nginx';
const NAME = 'daq.example.org'; // of the documentation; it leads to this machine in our browser

// Of a certificate that it signs itself.
function certificate(directory) {
  const [key, certificate] = [join(directory, 'tls.key'), join(directory, 'tls.pem')];
  const subject = ['-subj', `/CN=${NAME}`, '-addext', `subjectAltName=DNS:${NAME}`];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-keyout', key, '-out', certificate, ...subject], {
    stdio: 'pipe',
  });
  return { key, certificate };
}

async function freePort() {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function byNginx({ source, directory, target, key, certificate }) {
  const port = await freePort();
  const [, example] = /^ {4}# nginx\n((?: {4}.*\n|\n)+)/m.exec(readFileSync(join(source, 'docs/console/access.md'), 'utf8'));
  const changes = [
    ['listen 443 ssl', `listen 127.0.0.1:${port} ssl`],
    ['/etc/ssl/certs/daq.pem', certificate],
    ['/etc/ssl/private/daq.key', key],
    ['http://127.0.0.1:8080', target],
  ];
  const server = changes.reduce((text, [from, to]) => replaced(text, from, to), example);
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${directory}/nginx-${name};`).join(' ');
  const text = `daemon off; pid ${directory}/nginx.pid; error_log stderr; events {} http { access_log off; ${places}\n${server}}`;
  writeFileSync(join(directory, 'nginx.conf'), text);
  const nginx = new Program('nginx', NGINX, ['-e', 'stderr', '-c', join(directory, 'nginx.conf')]);
  await until('nginx listens', async () => {
    if (!nginx.running) throw new Error(nginx.text);
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.destroy();
    return true;
  });
  return { by: 'nginx', port, stop: () => nginx.stop() };
}

async function byNode({ target, key, certificate }) {
  const { hostname: host, port } = new URL(target);
  const headersOf = (asked) => ({ ...asked.headers, 'x-forwarded-for': asked.socket.remoteAddress });
  const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (asked, answer) => {
    const onwards = request({ host, port, method: asked.method, path: asked.url, headers: headersOf(asked), agent: false }, (answered) => {
      answer.writeHead(answered.statusCode, answered.headers);
      answered.pipe(answer);
    });
    onwards.on('error', () => answer.destroy());
    asked.pipe(onwards);
  });
  server.on('upgrade', (asked, socket, head) => {
    const onwards = connect(Number(port), host);
    const lines = Object.entries(headersOf(asked)).map(([name, value]) => `${name}: ${value}\r\n`);
    onwards.write(`GET ${asked.url} HTTP/1.1\r\n${lines.join('')}\r\n`);
    onwards.write(head);
    for (const [from, to] of [[socket, onwards], [onwards, socket]]) from.on('error', () => {}).on('close', () => to.destroy()).pipe(to);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { by: 'Node', port: server.address().port, stop };
}

// source: of the repository; directory: for its files; target: the console's address.
export async function tlsProxy({ source, directory, target }) {
  const place = { source, directory, target, ...certificate(directory) };
  const proxy = await (existsSync(NGINX) ? byNginx(place) : byNode(place));
  return { ...proxy, name: NAME, url: `https://${NAME}:${proxy.port}` };
}
