// Every page: nothing for axe to find, nothing cut, at two widths, in two themes, in two languages,
// by keyboard, without JavaScript, on paper.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { get } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { open, PAGES } from './browser.mjs';
import { Portal, until } from './server.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let portal, browser;
before(async () => { portal = await new Portal().start(); browser = await open(); });
after(async () => { await browser?.close(); await portal?.stop(); });

const at = (path, lang) => `${portal.url}${path}${path.includes('?') ? '&' : '?'}lang=${lang}`;

/** Loaded, with its styles; the stream of changes never ends, so the network is never idle. */
const load = async (page, path, lang) => {
  const problems = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('404')) problems.push(message.text());
  });
  await page.goto(at(path, lang), { waitUntil: 'load' });
  return problems;
};

/** How many bytes an answer takes on the wire, packed. */
const onTheWire = (url) => new Promise((resolve, reject) => {
  get(url, { headers: { 'accept-encoding': 'gzip' } }, (answer) => {
    let bytes = 0;
    answer.on('data', (chunk) => { bytes += chunk.length; });
    answer.on('end', () => resolve(bytes));
  }).on('error', reject);
});

/** Elements whose text is wider or higher than what shows it, and that do not scroll. */
const cut = () => [...document.querySelectorAll('body *')].filter((one) => {
  const style = getComputedStyle(one);
  if (one.closest('svg, .vh, .skip, [hidden], select, details:not([open])') || style.display === 'inline') return false;
  const hides = (overflow) => overflow === 'hidden' || overflow === 'clip';
  return (hides(style.overflowX) && one.scrollWidth > one.clientWidth + 1)
    || (hides(style.overflowY) && one.scrollHeight > one.clientHeight + 1)
    || style.textOverflow === 'ellipsis';
}).map((one) => `${one.tagName}.${one.className}: ${one.textContent.trim().slice(0, 40)}`);

for (const [name, path] of PAGES) {
  test(`${name}: axe finds nothing, nothing is cut`, async () => {
    for (const width of [1440, 360]) {
      for (const [colorScheme, lang] of [['light', 'vi'], ['dark', 'en']]) {
        const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true });
        const page = await context.newPage();
        const what = `${path} ${width} ${colorScheme} ${lang}`;
        const problems = await load(page, path, lang);
        assert.deepEqual(problems, [], what);
        assert.equal(await page.locator('html').getAttribute('lang'), lang, what);
        assert.equal(await page.locator('h1').count(), 1, what);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${what}: ${wide} px too wide`);
        assert.deepEqual(await page.evaluate(cut), [], what);
        await page.evaluate(axe);
        const found = await page.evaluate(() => axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
        const said = found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`);
        assert.deepEqual(said, [], what);
        await context.close();
      }
    }
  });

  test(`${name}: whole without JavaScript, and under 150 KB`, async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(at(path, 'vi'), { waitUntil: 'load' });
    const text = await page.locator('main').innerText();
    assert.ok(text.length > 40, text);
    assert.ok(!/\{\{|undefined|NaN|null/.test(text), text);
    assert.equal(await page.locator('#pause:visible').count(), 0);
    const html = await page.content();
    const assets = [...html.matchAll(/(?:href|src)="(\/a\/[^"]+)"/g)].map((found) => portal.url + found[1]);
    assert.ok(assets.length >= 3, assets.join());
    const bytes = await Promise.all([at(path, 'vi'), ...assets].map(onTheWire));
    const all = bytes.reduce((sum, one) => sum + one, 0);
    assert.ok(all > 1_000 && all < 150_000, `${all} bytes: ${bytes}`);
    await context.close();
  });
}

test('a district is read by keyboard alone', async () => {
  const page = await browser.newPage();
  await page.goto(at('/u/L-34/map?period=2024@civil', 'vi'));
  await page.keyboard.press('Tab');
  const focus = () => page.evaluate(() => document.activeElement.className || document.activeElement.tagName);
  assert.match(await focus(), /skip/, 'the first stop leads past the navigation');
  await page.keyboard.press('Enter');
  const tile = () => page.evaluate(() => document.activeElement.closest('.tiles') && document.activeElement.getAttribute('href'));
  let first = null;
  for (let step = 0; step < 60 && !first; step += 1) { await page.keyboard.press('Tab'); first = await tile(); }
  assert.ok(first, 'tiles are reached');
  // Hashed: a failed comparison of whole pictures would be written out.
  const look = async () => {
    const picture = await page.locator('.tiles').first().screenshot();
    return createHash('sha256').update(picture).digest('hex');
  };
  const focused = await look();
  await page.evaluate(() => { window.was = document.activeElement; document.activeElement.blur(); });
  assert.notEqual(await look(), focused, 'the focus is seen');
  await page.evaluate(() => window.was.focus());
  await page.keyboard.press('ArrowDown');
  assert.notEqual(await tile(), first, 'arrows go to the next tile');
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => /^\/u\/L-\d+$/.test(url.pathname));
  await page.close();
});

test('an operator signs in by keyboard, sees how the machine runs, and signs out', async () => {
  const page = await browser.newPage();
  assert.equal((await page.goto(at('/operations', 'vi'))).status(), 403, 'the public sees no operations');
  await page.goto(at('/sign-in?next=/operations', 'vi'));
  await page.locator('[name=name]').focus();
  await page.keyboard.type('minh');
  await page.keyboard.press('Tab');
  await page.keyboard.type('not the password');
  await page.keyboard.press('Enter');
  await page.waitForURL(/error=wrong/);
  assert.match(await page.locator('main').innerText(), /mật khẩu/i);
  await page.locator('[name=name]').fill('minh');
  await page.locator('[name=password]').fill('van hanh he thong 2021');
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.pathname === '/operations');
  assert.match(await page.locator('main').innerText(), new RegExp(portal.identity()), 'the identity of the journal');
  assert.deepEqual(await page.evaluate(cut), []);
  await page.locator('form[action="/sign-out"] button').click();
  await page.waitForLoadState('load');
  assert.equal((await page.goto(at('/operations', 'vi'))).status(), 403, 'signed out is signed out');
  await page.close();
});

test('pages print as papers', async () => {
  const folder = mkdtempSync(join(portal.folder, 'paper-'));
  for (const [name, path, expected] of [
    ['movements', '/u/L-637/movements?period=2021-H1@administrative', ['CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM', 'Chư Drăng']],
    ['overview', '/u/L-637?period=2021-H1@administrative', ['Krông Pa', '2.342']],
  ]) {
    const page = await browser.newPage();
    await page.goto(at(path, 'vi'));
    const file = join(folder, `${name}.pdf`);
    await page.pdf({ path: file, preferCSSPageSize: true });
    const paper = spawnSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' });
    assert.equal(paper.status, 0, 'pdftotext of poppler-utils');
    for (const text of expected) assert.ok(paper.stdout.normalize('NFC').toLowerCase().includes(text.toLowerCase()), `${name}: ${text}\n${paper.stdout.slice(0, 600)}`);
    assert.ok(!paper.stdout.includes('Tạm dừng'), 'buttons stay on the screen');
    await page.close();
  }
});

test('Vietnamese numbers and order', async () => {
  const page = await browser.newPage();
  await page.goto(at('/u/L-637?period=2021-H1@administrative&sort=name', 'vi'));
  assert.match(await page.locator('main').innerText(), /2\.342/);
  const names = await page.locator('#units tbody th[scope=row] a').allInnerTexts();
  const ordered = [...names].sort(new Intl.Collator('vi').compare);
  assert.ok(names.length === 14, names.join());
  assert.deepEqual(names, ordered);
  await page.close();
});

test('an officer sees the keys of the own facts, readable on a phone, and nobody else does', async () => {
  // Told twice, in a period that no other test looks at.
  const household = portal.household({ time: '2022-03-01T08:00:00+07:00' });
  const again = { ...household, id: `${household.id}-again`, time: '2022-03-02T08:00:00+07:00' };
  assert.equal((await portal.post([household, again])).status, 200);
  const context = await browser.newContext({ viewport: { width: 360, height: 900 }, bypassCSP: true });
  const page = await context.newPage();
  const pages = ['/u/L-637/findings?period=2022@civil', '/u/L-637?period=2022@civil'];
  await until('the finding is there', async () => {
    await page.goto(at(pages[0], 'vi'));
    return (await page.locator('main').innerText()).includes('Hộ đã có trong sổ');
  });
  for (const path of pages) {
    await page.goto(at(path, 'vi'));
    assert.equal(await page.locator('.key').count(), 0, `${path}: the public sees none`);
  }
  await page.goto(at('/sign-in', 'vi'));
  await page.locator('[name=name]').fill('hoa');
  await page.locator('[name=password]').fill('xoa doi giam ngheo 2021');
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.pathname === '/u/L-637');
  for (const path of pages) {
    await load(page, path, 'vi');
    const keys = await page.locator('.key').allInnerTexts();
    assert.ok(keys.length > 0 && keys.every((key) => /^[0-9a-f]{32}$/.test(key)), `${path}: ${keys}`);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), path);
    assert.deepEqual(await page.evaluate(cut), [], path);
    await page.evaluate(axe);
    const found = await page.evaluate(() => axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
    assert.deepEqual(found.violations.map((one) => `${one.id}: ${one.nodes[0].html}`), [], path);
  }
  await context.close();
});
