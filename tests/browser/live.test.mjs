// An open page, while facts come in and the server comes and goes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open } from './browser.mjs';
import { Portal, until } from './server.mjs';

const PAGE = '/u/L-637?period=2021-H1@administrative&lang=vi';
let portal, browser;
before(async () => { portal = await new Portal().start(); browser = await open(); });
after(async () => { await browser?.close(); await portal?.stop(); });

/** The number of poor households at the head of the page. */
const poor = (page) => page.locator('[data-live="heads"] [data-cell]').first().textContent();
const number = (text) => Number(text.replaceAll('.', ''));
const state = (page) => page.locator('.live').getAttribute('data-state');
const isLive = (page) => until('the page is live', async () => (await state(page)) === 'live');

test('a fact changes the open page in place, marked and announced', async () => {
  const page = await browser.newPage();
  await page.goto(portal.url + PAGE);
  await isLive(page);
  await page.evaluate(() => { window.untouched = true; });
  const was = number(await poor(page));
  const answer = await portal.post([portal.household()]);
  assert.equal(answer.status, 200, await answer.text());
  await until('the figure moves', async () => number(await poor(page)) === was + 1, 10);
  assert.ok(await page.locator('[data-live="heads"] .changed').count() > 0, 'what changed is marked');
  assert.equal(await page.evaluate(() => window.untouched), true, 'without loading the page again');
  await until('it is announced', async () => (await page.locator('#say').textContent()).length > 10, 10);
  assert.equal(await page.locator('#say').getAttribute('aria-live'), 'polite');
  await until('the mark goes away', async () => (await page.locator('.changed').count()) === 0, 10);
  await page.close();
});

test('live updates are paused and resumed by a person', async () => {
  const page = await browser.newPage();
  await page.goto(portal.url + PAGE);
  await isLive(page);
  const was = number(await poor(page));
  await page.locator('#pause').click();
  assert.equal(await state(page), 'paused');
  const answer = await (await portal.post([portal.household()])).json();
  // A second page that is live shows when the first one could have known.
  const other = await browser.newPage();
  await other.goto(portal.url + PAGE);
  await until('another page knows', async () => number(await poor(other)) === was + 1, 10);
  assert.equal(number(await poor(page)), was, JSON.stringify(answer));
  await page.locator('#pause').click();
  await until('it catches up', async () => number(await poor(page)) === was + 1, 10);
  await Promise.all([page.close(), other.close()]);
});

test('a page that finds no place comes again when it was told to', async () => {
  const page = await browser.newPage();
  const asked = [];
  await page.route('**/v1/live/page**', (route) => {
    if (route.request().method() === 'GET') asked.push(Date.now());
    if (asked.length > 1) return route.continue();
    return route.fulfill({ status: 429, headers: { 'retry-after': '6' }, body: '{}' });
  });
  await page.goto(portal.url + PAGE);
  await until('the page is stale', async () => (await state(page)) === 'stale', 10);
  await until('it has come again', () => asked.length > 1, 20);
  const seconds = (asked[1] - asked[0]) / 1000;
  assert.ok(seconds >= 6 && seconds < 12, `after ${seconds} s`);
  await isLive(page);
  await page.close();
});

test('a server that is killed leaves the page saying since when it is stale, and then without a gap', async () => {
  const page = await browser.newPage();
  await page.goto(portal.url + PAGE);
  await isLive(page);
  await page.evaluate(() => { window.untouched = true; });
  const was = number(await poor(page));
  await portal.kill();
  await until('the page is stale', async () => (await state(page)) === 'stale', 10);
  assert.match(await page.locator('.live .word').textContent(), /Cũ từ \d\d:\d\d/);
  await portal.start();
  const answer = await portal.post([portal.household(), portal.household()]);
  assert.equal(answer.status, 200, await answer.text());
  await until('it has caught up', async () => number(await poor(page)) === was + 2, 30);
  assert.equal(await state(page), 'live');
  assert.equal(await page.evaluate(() => window.untouched), true, 'without loading the page again');
  await page.close();
});
