// Two-step sign-in: turned on, used and turned off, by keyboard, on a phone, without JavaScript.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { open } from './browser.mjs';
import { Portal } from './server.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let portal, browser;
before(async () => { portal = await new Portal().start(); browser = await open(); });
after(async () => { await browser?.close(); await portal?.stop(); });

const STEP_MS = 30_000;
const PASSWORD = { hoa: 'xoa doi giam ngheo 2021', minh: 'van hanh he thong 2021' };

/** The code of a secret in a step, from the specification (RFC 6238) alone. */
const code = (secret, step) => {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret.replaceAll(' ', '')].map((one) => letters.indexOf(one).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((one) => parseInt(one, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const hash = createHmac('sha1', key).update(counter).digest();
  const at = hash[19] & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
};

/** Codes of a secret, a new one each time. One step ahead is good, too; then time has to pass. */
const app = (secret) => {
  let last = 0;
  return async () => {
    const now = Math.floor(Date.now() / STEP_MS);
    last = Math.max(last + 1, now);
    const wait = (last - 1) * STEP_MS - Date.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    return code(secret, last);
  };
};

const sound = async (page, what) => {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${what}: ${wide} px too wide`);
  await page.evaluate(axe);
  const found = await page.evaluate(() => axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
  assert.deepEqual(found.violations.map((one) => `${one.id}: ${one.nodes[0].html}`), [], what);
};

/** The page as it is, at two widths, in two themes. */
const soundEverywhere = async (page, what) => {
  for (const width of [1440, 360]) {
    for (const colorScheme of ['light', 'dark']) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      await sound(page, `${what}, ${width}, ${colorScheme}`);
    }
  }
};

/** Types into the fields one after another, as somebody without a mouse does, and sends. */
const type = async (page, first, ...texts) => {
  await page.locator(first).focus();
  for (const [nth, text] of texts.entries()) {
    if (nth > 0) await page.keyboard.press('Tab');
    await page.keyboard.type(text);
  }
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
};

const signIn = async (page, name, lang) => {
  await page.goto(`${portal.url}/sign-in?lang=${lang}&next=/two-step`);
  await type(page, '#name', name, PASSWORD[name]);
};

for (const [name, lang, on, off, wrong] of [
  ['hoa', 'vi', 'Đang bật', 'Đã tắt', 'Mã không đúng'],
  ['minh', 'en', 'It is on', 'It is off', 'The code is wrong'],
]) {
  test(`${name} turns it on, signs in with it and turns it off, by keyboard (${lang})`, async () => {
    const context = await browser.newContext({ bypassCSP: true });
    const page = await context.newPage();
    await signIn(page, name, lang);
    assert.equal(new URL(page.url()).pathname, '/two-step');
    await soundEverywhere(page, 'off');
    assert.ok(await page.locator('svg.qr path').boundingBox(), 'the picture is seen');
    const secret = await page.locator('.secret').innerText();
    const next = app(secret);
    await type(page, '#on-code', await next(), PASSWORD[name]);
    assert.match(await page.locator('main').innerText(), new RegExp(on));
    const recovery = await page.locator('.codes code').allInnerTexts();
    assert.equal(recovery.length, 10);
    await soundEverywhere(page, 'recovery codes');
    await page.locator('main a.btn.main').click();
    await page.waitForURL((url) => url.pathname !== '/two-step');
    await page.goto(`${portal.url}/two-step`);
    assert.equal(await page.locator('.codes').count(), 0, 'shown once');
    await soundEverywhere(page, 'on');

    await page.setViewportSize({ width: 1440, height: 900 });
    await page.locator('form[action="/sign-out"] button').click();
    await page.waitForLoadState('load');
    await signIn(page, name, lang);
    assert.equal(new URL(page.url()).pathname, '/sign-in/code');
    await page.locator('details summary').click();
    await soundEverywhere(page, 'the code');
    await type(page, '#code', '12');
    assert.match(await page.locator('[role=alert]').innerText(), new RegExp(wrong));
    await type(page, '#code', await next());
    assert.equal(new URL(page.url()).pathname, '/two-step', 'signed in');
    await type(page, '#off-code', recovery[0], PASSWORD[name]);
    assert.match(await page.locator('[role=status]').innerText(), new RegExp(off));
    await context.close();
  });
}

test('it works under our own policy and without JavaScript', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 900 } });
  const page = await context.newPage();
  const problems = [];
  page.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()); });
  await signIn(page, 'hoa', 'vi');
  const picture = await page.locator('svg.qr').boundingBox();
  assert.ok(picture.width > 150 && Math.abs(picture.width - picture.height) < 2, JSON.stringify(picture));
  const next = app(await page.locator('.secret').innerText());
  await page.locator('#on-code').fill(await next());
  await page.locator('#on-password').fill(PASSWORD.hoa);
  await page.locator('#on-password').press('Enter');
  await page.locator('.codes').waitFor();
  const recovery = await page.locator('.codes code').first().innerText();
  await context.clearCookies({ name: 'tonghop_session' });
  await signIn(page, 'hoa', 'vi');
  assert.equal(new URL(page.url()).pathname, '/sign-in/code');
  await page.locator('details summary').click();
  await page.locator('#recovery').fill(recovery);
  await page.locator('#recovery').press('Enter');
  await page.waitForURL((url) => url.pathname === '/two-step');
  assert.match(await page.locator('main').innerText(), /9 trên 10/);
  assert.deepEqual(problems, []);
  await context.close();
});
