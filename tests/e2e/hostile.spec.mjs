// Clients that mean no good, while a run goes on: it stays whole, and a shift's console acts.
import assert from 'node:assert/strict';
import { wishFor } from './lab/api.mjs';
import { light } from './lab/config_text.mjs';
import { answerTo, raw, RawWebSocket, socketTo } from './lab/raw_client.mjs';
import { inLab } from './lab/spec.mjs';
import { until } from './lab/until.mjs';

const SOCKETS = 500;
const FLOOD = 5000; // frames
const BUSY = /status of (429|503)|ERR_CONNECTION|ERR_EMPTY_RESPONSE|WebSocket/;

inLab('hostile clients', { edit: light, editEmulator: light }, async (spec, lab) => {
  // A button of the page changes the state, though perhaps not at the first press.
  const acts = async (page, action, state) => {
    if (await page.offers(action)) await page.press(action);
    await until(`${action} from a console that is there`, async () => {
      if ((await page.state()) !== state && (await page.offers(action))) await page.press(action);
      return (await page.state()) === state;
    });
  };

  await spec('nonsense', 'what is no request is refused, and what is too large is not read', async (stage) => {
    const page = await stage.open();
    await page.untilState('running');
    const asked = (head) => answerTo(lab.url, head);
    assert.match(await asked('this is not HTTP\r\n\r\n'), /^HTTP\/1\.1 400|^$/);
    assert.match(await asked(`GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`), /^HTTP\/1\.1 431|^$/);
    assert.match(
      await asked('POST /api/run/stop HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999\r\nConnection: close\r\n\r\n{'),
      /^HTTP\/1\.1 (413|401|403)|^$/,
    );
    const headers = { ...(await lab.api.permission()), 'Content-Type': 'application/json' };
    for (const body of ['', '[]', '"stop"', '{"reason": 1}', '{"a":'.repeat(1000), '{"reason": "\ud800"', '\0'.repeat(100)]) {
      const { status } = await raw(lab.url, { method: 'POST', path: '/api/run/note', headers, body });
      assert.ok(status >= 400 && status < 500, `${JSON.stringify(body).slice(0, 40)}: ${status}`);
    }
    for (const frame of ['', 'null', '[1]', '{"subscribe": 1, "want": 1}', '{"want":{"spectra":', `{"a":${'['.repeat(500)}`]) {
      const socket = await RawWebSocket.open(lab.url);
      socket.send(frame);
      await until(`the sender of ${JSON.stringify(frame).slice(0, 30)} is hung up on`, () => socket.isOut);
    }
    const giant = await RawWebSocket.open(lab.url);
    giant.frame(1, Buffer.alloc(1 << 20, 0x20));
    await until('the sender of a giant frame is hung up on', () => giant.isOut);
    await acts(page, 'pause', 'paused');
    await acts(page, 'resume', 'running');
  });

  await spec(
    'floods',
    'a client that asks too often, or for too much, is borne',
    async (stage) => {
      const page = await stage.open();
      await page.untilState('running');
      const flood = await RawWebSocket.open(lab.url);
      const wish = wishFor(['pe', 't_rec', 'pe_t_rec']);
      for (let sent = 0; sent < FLOOD && !flood.isOut; ++sent) {
        flood.send(wish);
        if (sent % 100 === 0) await new Promise(setImmediate);
      }
      await acts(page, 'pause', 'paused');
      await acts(page, 'resume', 'running');
      flood.close();
    },
    { expected: BUSY },
  );

  await spec(
    'sockets',
    `${SOCKETS} connections that say nothing, or a byte at a time, do not lock the shift out`,
    async (stage) => {
      const page = await stage.open();
      await page.untilState('running');
      const sockets = Array.from({ length: SOCKETS }, () => socketTo(lab.url));
      const drip = setInterval(() => sockets.forEach((socket, at) => at % 2 === 0 && !socket.isOut && socket.write('G')), 500);
      try {
        await acts(page, 'pause', 'paused');
        await acts(page, 'resume', 'running');
        await page.untilConnection('live');
        await stage.shot(page, 'hostile');
      } finally {
        clearInterval(drip);
        sockets.forEach((socket) => socket.destroy());
      }
    },
    { expected: BUSY },
  );

  await spec('whole', 'after all that, the run is complete', async (stage) => {
    const page = await stage.open();
    await page.untilState('running');
    const { slots } = (await lab.api.status()).ledger;
    await until('slots go on', async () => (await lab.api.status()).ledger.slots, (now) => now > slots + 20);
    await page.end();
    const statement = await until('the end-of-run statement', () => page.statement());
    assert.match(statement, /run 1: daq: all \d+ recorded slots are in the spectra/);
    const { run, ledger, daemons } = await lab.api.status();
    assert.equal(run.complete, true);
    assert.equal(ledger.lost_buffer_full, 0);
    assert.equal(ledger.lost_disk, 0);
    assert.ok(daemons[0].status.buffers.every((buffer) => buffer.name === 'publisher' || buffer.dropped === 0));
  });
});
