// What nobody in good faith sends, and what the server makes of it.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { open } from './browser.mjs';
import { Portal } from './server.mjs';

let portal, browser;
before(async () => { portal = await new Portal().start(); browser = await open(); });
after(async () => { await browser?.close(); await portal?.stop(); });

/** One request exactly as written; the answer's head. */
const raw = (text) => new Promise((resolve, reject) => {
  const [host, port] = portal.address.split(':');
  const socket = connect(Number(port), host, () => socket.write(text));
  let answer = '';
  socket.setTimeout(10_000, () => { socket.destroy(); resolve(answer); });
  socket.on('data', (data) => { answer += data.toString('latin1'); });
  socket.on('end', () => resolve(answer));
  socket.on('error', (error) => (answer ? resolve(answer) : reject(error)));
});
const status = (answer) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0);
const get = (path, headers = '') => raw(`GET ${path} HTTP/1.1\r\nHost: ${portal.address}\r\n${headers}Connection: close\r\n\r\n`);

test('paths that climb lead nowhere', async () => {
  for (const path of ['/a/../../../etc/passwd', '/a/x/..%2f..%2f..%2fetc%2fpasswd', '//etc/passwd', '/u/..%2f..%2fetc', '/v1/units/%2e%2e%2fusers.toml',
    '/users.toml', '/data/users.toml', '/u/%00', '/u/L-637%0d%0aX-Evil:%20yes', '/u/%ff%fe']) {
    const answer = await get(path);
    assert.ok([400, 404].includes(status(answer)), `${path}: ${answer.slice(0, 80)}`);
    assert.ok(!/root:|argon2|x-evil: yes/i.test(answer), path);
  }
});

test('line breaks in values never become headers', async () => {
  for (const path of ['/sign-in?next=%0d%0aSet-Cookie:%20a=b', '/search?q=%0d%0aX-Evil:%20yes&lang=%0d%0aX-Evil:%20yes', '/u/L-637?period=2021%0d%0aX-Evil:%20yes',
    '/v1/figures?unit=L-637&period=2021&format=csv&name=%0d%0aX-Evil:%20yes']) {
    const head = (await get(path)).split('\r\n\r\n')[0];
    assert.ok(!/^(x-evil|set-cookie: a=b)/im.test(head), head);
  }
});

test('a next address of another place is not followed', async () => {
  const body = 'name=hoa&password=xoa+doi+giam+ngheo+2021&next=https%3A%2F%2Fevil.example%2F';
  const answer = await fetch(`${portal.url}/sign-in`, {
    method: 'POST', redirect: 'manual', body,
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: portal.url },
  });
  assert.ok(answer.status < 500);
  assert.ok(!(answer.headers.get('location') ?? '').includes('evil'), answer.headers.get('location'));
  const crossed = await fetch(`${portal.url}/sign-in`, {
    method: 'POST', redirect: 'manual', body, headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://evil.example' },
  });
  assert.equal(crossed.status, 403, 'a form of another site signs nobody in');
});

test('too large, too deep, not JSON, not allowed: a named problem, and nothing is written', async () => {
  const position = async () => (await (await fetch(`${portal.url}/v1/position`)).json()).position;
  const was = await position();
  const fact = portal.household();
  const deep = `{"specversion":"1.0","data":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  for (const [what, body, headers, expected] of [
    ['10 MB', `[${' '.repeat(10 << 20)}]`, {}, [413]],
    ['deep JSON', deep, { 'content-type': 'application/cloudevents+json' }, [400, 413, 422]],
    ['no JSON', '{', { 'content-type': 'application/cloudevents+json' }, [400, 422]],
    ['another type', 'x', { 'content-type': 'text/plain' }, [415]],
    ['a script as a name', JSON.stringify({ ...fact, id: '<script>alert(1)</script> x' }), { 'content-type': 'application/cloudevents+json' }, [422]],
    ['a unit of somebody else', JSON.stringify({ ...fact, data: { ...fact.data, unit: 'L-24052' } }), { 'content-type': 'application/cloudevents+json' }, [403, 422]],
    ['no token', JSON.stringify([fact]), { authorization: '' }, [401]],
    ['a wrong token', JSON.stringify([fact]), { authorization: 'Bearer thp_wrong' }, [401]],
  ]) {
    const answer = await portal.post(body, headers).catch((error) => ({ status: 413, error }));
    assert.ok(expected.includes(answer.status), `${what}: ${answer.status}`);
    if (answer.headers) assert.match(answer.headers.get('content-type'), /problem\+json/, what);
  }
  assert.equal(await position(), was);
});

test('a script in what is asked for is only text', async () => {
  const page = await browser.newPage();
  const said = [];
  page.on('dialog', async (dialog) => { said.push(dialog.message()); await dialog.dismiss(); });
  for (const path of ['/search?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E', '/search?q=%22%3E%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E', '/u/L-637?period=%3Csvg%20onload%3Dalert(1)%3E',
    '/u/L-637/compare?with=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E', '/sign-in?next=javascript:alert(1)']) {
    await page.goto(portal.url + path);
    assert.equal(await page.locator('main script').count(), 0, path);
  }
  assert.deepEqual(said, []);
  const head = (await get('/u/L-637')).split('\r\n\r\n')[0].toLowerCase();
  for (const header of ["content-security-policy: default-src 'none'", 'x-content-type-options: nosniff', 'referrer-policy: same-origin']) {
    assert.ok(head.includes(header), head);
  }
  assert.ok(!/unsafe-inline|unsafe-eval|\*/.test(/content-security-policy: (.*)/.exec(head)[1]));
  await page.close();
});
