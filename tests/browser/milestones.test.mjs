// The page of milestones, open while facts come: reached, withdrawn, announced, paused.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { open } from './browser.mjs';
import { Portal, until } from './server.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
// Nobody else writes of this commune in the year: the first relapse there is ours.
const commune = 'L-24079';
const PAGE = `/milestones?unit=${commune}&rule=first_relapse`;
let portal, browser;
before(async () => { portal = await new Portal().start(); browser = await open(); });
after(async () => { await browser?.close(); await portal?.stop(); });

const state = (page) => page.locator('.live').getAttribute('data-state');
const isLive = (page) => until('the page is live', async () => (await state(page)) === 'live');
const first = async (page) => (await page.locator('.miles li').first().innerText().catch(() => '')).replaceAll('\u00a0', ' ');
const count = (page) => page.locator('.miles li').count();
const accepted = async (facts) => {
  const answer = await portal.post(facts);
  const told = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(told));
};

/** A household that leaves poverty and falls back: the second is the fact that tips. */
const relapse = (time, changes = {}) => {
  const household = portal.household();
  const judged = (id, from, to, on, more = {}) => ({
    ...household, id, time: `${on}T08:00:00+07:00`, type: 'vn.tonghop.household.classified.v1',
    data: { unit: commune, from, to, persons: 4, cause: 'review' }, ...more,
  });
  return [household, judged(`${household.id}-left`, 'poor', 'above', `${time.slice(0, 4)}-02-01`), judged(`${household.id}-back`, 'above', 'poor', time, changes)];
};

const sound = async (page, what) => {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${what}: ${wide} px too wide`);
  await page.evaluate(axe);
  const found = await page.evaluate(() => axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
  assert.deepEqual(found.violations.map((one) => `${one.id}: ${one.nodes[0].html}`), [], what);
};

test('a fact makes a milestone appear in the open page, and its correction a withdrawal', async () => {
  const page = await browser.newPage();
  await page.goto(`${portal.url}${PAGE}&lang=vi`);
  await isLive(page);
  const was = await count(page);
  await page.evaluate(() => { window.untouched = true; });
  const facts = relapse('2024-05-03');
  await accepted(facts);
  await until('it is reached', async () => (await count(page)) === was + 1);
  const reached = await first(page);
  assert.match(reached, /đạt\s/);
  assert.match(reached, /Có hộ tái nghèo/);
  assert.match(reached, /Số liệu 1 hộ/);
  assert.match(reached, /Ngưỡng 1 hộ/);
  assert.ok(await page.locator('.miles .changed').count() > 0, 'what came is marked');
  await until('it is announced', async () => /Đạt: Có hộ tái nghèo/.test(await page.locator('#say').textContent()), 10);
  const wrong = facts[2];
  await accepted([{ ...wrong, id: 'right', correctsid: wrong.id, correctsreason: 'nhập nhầm', data: { ...wrong.data, to: 'near_poor' } }]);
  await until('it is withdrawn', async () => (await count(page)) === was + 2);
  assert.match(await first(page), /thu hồi/);
  await page.locator('#pause').click();
  assert.equal(await state(page), 'paused');
  await accepted(relapse('2024-06-03'));
  const other = await browser.newPage();
  await other.goto(`${portal.url}${PAGE}&lang=vi`);
  await until('another page knows', async () => { await other.reload(); return (await count(other)) === was + 3; });
  assert.equal(await count(page), was + 2, 'a paused page stands still');
  await page.locator('#pause').click();
  await until('it catches up', async () => (await count(page)) === was + 3);
  assert.match(await first(page), /đạt lại, lần 2/);
  assert.equal(await page.evaluate(() => window.untouched), true, 'without loading the page again');
  await page.locator('.miles a').first().click();
  await page.waitForURL(new RegExp(`/u/${commune}`));
  assert.match(await page.locator('section:has(#h-m)').innerText(), /đạt lại, lần 2/, 'the unit tells its milestones');
  await Promise.all([page.close(), other.close()]);
});

test('a page of milestones comes back after the server was killed, without a gap', async () => {
  const page = await browser.newPage();
  await page.goto(`${portal.url}${PAGE}&lang=vi`);
  await isLive(page);
  const was = await count(page);
  await portal.kill();
  await until('the page is stale', async () => (await state(page)) === 'stale', 10);
  await portal.start();
  await accepted(relapse('2025-03-03'));
  await until('it has caught up', async () => (await count(page)) === was + 1);
  await page.close();
});

for (const lang of ['vi', 'en']) for (const scheme of ['light', 'dark']) for (const width of [1440, 360]) {
  test(`milestones are for everybody: ${lang}, ${scheme}, ${width} px`, async () => {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, bypassCSP: true });
    const page = await context.newPage();
    for (const path of ['/milestones?', '/milestones?unit=Atlantis', '/u/L-637?period=2024@civil']) {
      await page.goto(`${portal.url}${path}&lang=${lang}`);
      await sound(page, path);
    }
    await context.close();
  });
}

test('milestones are read and filtered without JavaScript, and fit on paper', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${portal.url}/milestones?lang=vi`);
  assert.ok(await count(page) > 0);
  await page.locator('#m-unit').fill(commune);
  await page.locator('#m-rule').selectOption('first_relapse');
  await page.locator('form.pickers button').click();
  await page.waitForURL(/rule=first_relapse/);
  assert.match(await first(page), /Có hộ tái nghèo/);
  const paper = await page.pdf({ format: 'A4' });
  assert.ok(paper.length > 1000);
  await context.close();
});
