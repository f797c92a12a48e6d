// Who may ask for what: pages from elsewhere, names that are not ours, requests without permission, scripts.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { light } from './lab/config_text.mjs';
import { DESK } from './lab/console_page.mjs';
import { PEOPLE } from './lab/people.mjs';
import { raw, RawWebSocket } from './lab/raw_client.mjs';
import { inLab, options } from './lab/spec.mjs';
import { throughout } from './lab/until.mjs';

inLab('access', { edit: light, editEmulator: light }, async (spec, lab) => {
  const body = '{}';
  const post = (headers, path = '/api/run/stop') =>
    raw(lab.url, { method: 'POST', path, headers: { 'Content-Type': 'application/json', 'Content-Length': body.length, ...headers }, body });

  await spec('access', 'everybody here may read, nobody may act without permission, and foreign pages may do neither', async (stage) => {
    const page = await stage.open();
    await page.untilState('running');
    const host = new URL(lab.url).host;
    const permission = lab.api.permission();
    for (const path of ['/', '/api/status', '/api/spectra', '/api/spectra/pe', '/metrics'])
      assert.equal((await raw(lab.url, { path })).status, 200, path);

    const refusals = [
      ['no token', {}],
      ['an empty token', { Authorization: 'Bearer ' }],
      ['another token', { Authorization: `Bearer ${'f'.repeat(64)}` }],
      ['a bearer without a name', { Authorization: 'Bearer f00' }],
      ['a foreign Origin', { ...permission, Origin: 'http://evil.example' }],
      ['the Origin of another port', { ...permission, Origin: 'http://127.0.0.1:1' }],
      ['a null Origin', { ...permission, Origin: 'null' }],
      ['a foreign Host', { ...permission, Host: 'evil.example' }],
    ];
    for (const [what, headers] of refusals) {
      const { status } = await post(headers);
      assert.ok(status === 401 || status === 403, `${what}: ${status}`);
    }
    for (const headers of [{ Host: 'evil.example' }, { Origin: 'http://evil.example' }]) {
      assert.equal((await raw(lab.url, { path: '/api/status', headers })).status, 403, JSON.stringify(headers));
      await assert.rejects(RawWebSocket.open(lab.url, { headers }), /no upgrade: HTTP\/1.1 403/);
    }
    for (const method of ['PUT', 'DELETE', 'PATCH', 'TRACE']) {
      const { status } = await raw(lab.url, { method, path: '/api/run/stop', headers: permission });
      assert.equal(status, 405, method);
    }
    assert.equal((await post({ ...permission, Host: host }, '/api/run/self-destruct')).status, 404);
    await throughout('the run goes on', 1000, () => page.state(), (state) => state === 'running');
  });

  await spec('page', 'the page loads nothing from elsewhere and cannot be framed', async (stage) => {
    const page = await stage.open(DESK);
    const foreign = [];
    page.page.on('request', (asked) => asked.url().startsWith(lab.url) || /^(data|blob|ws):/.test(asked.url()) || foreign.push(asked.url()));
    await page.page.reload({ waitUntil: 'domcontentloaded' });
    await page.untilState('running');
    await page.goto('spectra');
    await page.untilMoves('pe', 'in_time');
    assert.deepEqual(foreign, []);
    const { headers } = await raw(lab.url);
    const policy = headers['content-security-policy'];
    assert.match(policy, /default-src 'self'/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /script-src[^;]*unsafe|default-src[^;]*unsafe/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
  });

  await spec('python', 'the documented Python script follows the run, reads a spectrum, and acts for a person', async () => {
    const page = readFileSync(join(options.source, 'docs/console/python.md'), 'utf8');
    const [follow, act] = [...page.matchAll(/^```python\n(.*?)^```$/gms)].map(([, text]) => text);
    const run = (text, token) =>
      promisify(execFile)('python3', ['-c', text, lab.url, 'pe', '3'], { env: { ...process.env, SPILLGATE_TOKEN: token }, timeout: 60_000 });
    const { stdout } = await run(follow, '');
    const lines = stdout.trim().split('\n');
    assert.equal(lines.filter((line) => /^running, run 1: \d+\.\d Hz, \d+\.\d MB\/s, \d+ slots complete, \S+ POT recorded$/.test(line)).length, 3, stdout);
    const { axes, in_time: c } = await lab.api.spectrum('pe');
    const bins = lines.slice(3).map((line) => line.split('\t'));
    assert.equal(bins.length, axes[0].bins, stdout);
    assert.equal(bins[0][0], '0 PE');
    const counted = bins.reduce((sum, [, counts]) => sum + Number(counts), 0);
    assert.ok(counted > 0 && counted <= c.inside, `${counted} of ${c.inside}`);

    await lab.api.act('stop');
    await lab.untilState('configured');
    await assert.rejects(run(follow + act, ''), /sign in first/);
    await run(follow + act, PEOPLE.shift.token);
    await lab.untilState('running');
    assert.equal((await lab.api.daemon('daq')).status.limits.seconds, 60);
  });
});
