// The pictures of docs/pictures, taken anew: `node tests/browser/pictures.mjs`, with TONGHOP_BIN.
// They show a portal of its own with the facts of the demo. With Python's Pillow they get a palette.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { open } from './browser.mjs';
import { Portal, until } from './server.mjs';

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'docs', 'pictures');
const operator = { name: 'vanhanh', password: 'trong coi may chu 2026' };

/** [file, address, what differs from 1440 px, light, the first 1000 px] */
const PICTURES = [
  ['tong-quan', '/u/L-637?period=2021-H1@administrative', { height: 1100 }],
  ['tong-quan-360', '/u/L-637?period=2021-H1@administrative', { width: 360, height: 1400, dark: true }],
  ['ban-do', '/u/L-34/map?period=2024@civil'],
  ['dien-bien', '/u/L-637/movements?period=2021-H1@administrative'],
  ['chi-tieu', '/u/L-637/i/poverty_rate?period=2021-H1@administrative'],
  ['so-sanh', '/u/L-34/compare?period=2024@civil'],
  ['can-xem-lai', '/u/L-34/findings'],
  ['bao-cao-goc', '/published'],
  ['dang-nhap', '/sign-in', { width: 900, height: 640 }],
  ['van-hanh', '/operations', { signedIn: true }],
];

const PALETTE = `
import sys
from PIL import Image
for name in sys.argv[1:]:
    image = Image.open(name).convert('RGB')
    image.quantize(96, dither=Image.Dither.NONE).save(name, optimize=True)
`;

const signIn = async (page, url) => {
  await page.goto(`${url}/sign-in?lang=vi`);
  await page.fill('input[name=name]', operator.name);
  await page.fill('input[name=password]', operator.password);
  await Promise.all([page.waitForURL((to) => !to.pathname.startsWith('/sign-in')), page.press('input[name=password]', 'Enter')]);
};

const take = async (browser, url, [name, path, { width = 1440, height = 1000, dark, signedIn } = {}]) => {
  const context = await browser.newContext({
    viewport: { width, height }, colorScheme: dark ? 'dark' : 'light', locale: 'vi-VN', timezoneId: 'Asia/Ho_Chi_Minh',
  });
  const page = await context.newPage();
  if (signedIn) await signIn(page, url);
  await page.goto(`${url}${path}${path.includes('?') ? '&' : '?'}lang=vi`, { waitUntil: 'load' });
  // A mark on what changed would not be there for a reader who comes later.
  await until('nothing is marked', async () => (await page.locator('.changed').count()) === 0, 20);
  const file = join(folder, `${name}.png`);
  await page.screenshot({ path: file, animations: 'disabled' });
  await context.close();
  return file;
};

const portal = new Portal();
let browser;
try {
  const made = spawnSync(process.env.TONGHOP_BIN, ['user', 'add', operator.name, '--role', 'operator', '--data', portal.data],
    { input: `${operator.password}\n`, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`tonghop user add: ${made.stderr}`);
  await portal.start();
  browser = await open();
  mkdirSync(folder, { recursive: true });
  const files = [];
  for (const picture of PICTURES) files.push(await take(browser, portal.url, picture));
  const palette = spawnSync('python3', ['-c', PALETTE, ...files], { encoding: 'utf8' });
  if (palette.status !== 0) console.error('The pictures keep their full colours: Python with Pillow makes them smaller.');
  const bytes = readdirSync(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
  console.log(`${files.length} pictures, ${Math.round(bytes / 1024)} KB: ${folder}`);
} finally {
  await browser?.close();
  await portal.stop();
}
