// The closing desk: an officer closes a half-year, a fact comes late, and what changed stands there.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { open } from './browser.mjs';
import { Portal, until } from './server.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const period = '2021-H1@administrative';
const desk = `/u/L-637/closings?period=${period}`;
let portal, browser;
before(async () => { portal = await new Portal().start(); browser = await open(); });
after(async () => { await browser?.close(); await portal?.stop(); });

const sound = async (page, what) => {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${what}: ${wide} px too wide`);
  await page.evaluate(axe);
  const found = await page.evaluate(() => axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
  assert.deepEqual(found.violations.map((one) => `${one.id}: ${one.nodes[0].html}`), [], what);
};

test('an officer closes a half-year, and what comes late is told beside it', async () => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, bypassCSP: true });
  const page = await context.newPage();
  const go = (path) => page.goto(`${portal.url}${path}&lang=vi`, { waitUntil: 'load' });
  await go(desk);
  assert.equal(await page.locator('form[method=post]').count(), 0, 'the public is given no form');
  await page.goto(`${portal.url}/sign-in?lang=vi`);
  await page.locator('[name=name]').fill('hoa');
  await page.locator('[name=password]').fill('xoa doi giam ngheo 2021');
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.pathname === '/u/L-637');

  const form = { act: 'close', period, level: 'preliminary', set_by: 'district_committee' };
  const forged = await context.request.post(`${portal.url}${desk}`, { form });
  assert.equal(forged.status(), 403, 'a form that is not from this session is refused');

  await go(desk);
  await sound(page, 'the desk with its form');
  await page.locator('#close-level').selectOption('preliminary');
  await page.locator('#close-ref').fill('209/BC-UBND');
  await page.locator('#b-close').click();
  await page.waitForURL(/told=\d+/);
  assert.match(await page.locator('.verdict').innerText(), /Chốt sơ bộ: đã ghi vào sổ ở vị trí/);
  const vintage = page.locator('section:has(#h-v) tbody tr').first();
  assert.match(await vintage.innerText(), /Sơ bộ/);
  const digest = await vintage.locator('code').innerText();
  assert.match(digest, /^[0-9a-f]{16}$/);
  const told = await (await fetch(`${portal.url}/v1/closings?unit=L-637`)).json();
  assert.ok(told.closings[0].digest.startsWith(digest), 'the page and the API tell one digest');
  assert.deepEqual(await page.locator('#close-level option').allInnerTexts(), ['chính thức']);

  assert.equal((await portal.post([portal.household()])).status, 200);
  const poor = page.locator('table.rev').first().locator('tr:has(a[href$="indicator=poor_households"])');
  await until('the late fact stands beside what was closed', async () => {
    await go(desk);
    return await poor.count() > 0;
  });
  const cells = await poor.locator('td').allInnerTexts();
  assert.deepEqual(cells.slice(0, 3).concat(cells[4]), ['2.342', '2.343', '+1', '+1']);
  assert.equal(await page.locator('section:has(#h-v) tbody tr').first().locator('code').innerText(), digest, 'what was closed stays');
  await sound(page, 'a vintage beside now');
  await page.setViewportSize({ width: 360, height: 900 });
  await sound(page, 'the same on a phone');

  await poor.locator('a').click();
  await page.waitForURL(/explain/);
  assert.ok(await page.locator('.key').count() > 0, 'an officer sees the facts');
  await sound(page, 'where it comes from, on a phone');
  const anybody = await (await fetch(page.url())).text();
  assert.ok(!anybody.includes('class="key"'), 'the public does not');
  await context.close();
});
