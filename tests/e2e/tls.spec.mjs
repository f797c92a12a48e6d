// The console from another machine: through a TLS proxy, under a public name.
import assert from 'node:assert/strict';
import { request } from 'node:https';
import { light } from './lab/config_text.mjs';
import { PEOPLE } from './lab/people.mjs';
import { inLab, options } from './lab/spec.mjs';
import { tlsProxy } from './lab/tls_proxy.mjs';
import { until, untilEqual } from './lab/until.mjs';

const setUp = { edit: light, editEmulator: light, consoleText: 'public_name: "daq.example.org"' };

inLab('through a TLS proxy', setUp, async (spec, lab) => {
  const proxy = await tlsProxy({ source: options.source, directory: lab.directory, target: lab.url });
  console.log(`the proxy is ${proxy.by}`);
  const host = new URL(proxy.url).host;

  // Status of a request with these headers; 101 where a WebSocket begins.
  const asked = (path, headers = {}) =>
    new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port: proxy.port, path, headers: { Host: host, ...headers }, agent: false, rejectUnauthorized: false });
      sent.on('response', (answer) => answer.resume().on('end', () => resolve(answer.statusCode)));
      sent.on('upgrade', (answer, socket) => (socket.destroy(), resolve(answer.statusCode)));
      sent.on('error', reject);
      sent.end();
    });
  const bearer = { Authorization: `Bearer ${PEOPLE.guest.token}` };
  const webSocket = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==' };

  try {
    await spec(
      'tls_page',
      'a page reads and acts through it once a person has signed in',
      async (stage) => {
        const page = await stage.open({ url: proxy.url, person: null });
        await until('the page asks to sign in', () => page.words(), (words) => words.includes('sign in to read'));
        await stage.shot(page, 'tls-sign-in');
        await page.press('sign-in');
        await page.page.locator('[data-dialog="sign-in"] [name="token"]').fill(PEOPLE.shift.token);
        await page.press('confirm-sign-in');
        await page.untilState('running');
        await page.untilConnection('live');
        const [cookie] = await page.context.cookies();
        assert.deepEqual([cookie.secure, cookie.httpOnly, cookie.sameSite], [true, true, 'Strict']);
        await page.goto('spectra');
        await page.untilMoves('pe', 'in_time');
        await page.goto('run');
        await page.press('pause');
        await page.untilState('paused');
        await page.press('resume');
        await page.untilState('running');
        await page.press('sign-out');
        await until('the page reads no more', () => page.connection(), (connection) => connection !== 'live');
      },
      { expected: /status of 401|WebSocket/ },
    );

    await spec('tls_refused', 'names and pages that are not ours are refused through it, and reading needs a person', async () => {
      const answers = [
        ['the page itself', '/', {}, 200],
        ['reading without a person', '/api/status', {}, 401],
        ['… by a loopback name', '/api/status', { Host: '127.0.0.1' }, 401],
        ['a WebSocket without a person', '/api/ws', webSocket, 401],
        ['reading with one', '/api/status', bearer, 200],
        ['a WebSocket with one', '/api/ws', { ...webSocket, ...bearer, Origin: proxy.url }, 101],
        ['another name', '/api/status', { ...bearer, Host: 'evil.example' }, 403],
        ['another page', '/api/status', { ...bearer, Origin: 'https://evil.example' }, 403],
        ['our page without TLS', '/api/status', { ...bearer, Origin: 'http://daq.example.org' }, 403],
        ['a WebSocket of another page', '/api/ws', { ...webSocket, ...bearer, Origin: 'https://evil.example' }, 403],
      ];
      for (const [what, path, headers, expected] of answers) assert.equal(await asked(path, headers), expected, what);
      await untilEqual('the status through loopback', async () => (await lab.api.fetch('/api/status')).status, 200);
    });
  } finally {
    await proxy.stop();
  }
});
