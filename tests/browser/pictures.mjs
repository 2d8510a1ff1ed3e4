// The pictures of docs/pictures, taken anew: `node tests/browser/pictures.mjs`, with TONGHOP_BIN.
// They show a portal of its own with what `tonghop demo` puts there. The printed page needs pdftoppm;
// with Python's Pillow the pictures get a palette.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { open } from './browser.mjs';
import { Portal, until } from './server.mjs';

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'docs', 'pictures');
const operator = { name: 'vanhanh', password: 'trong coi may chu 2026' };

/** [file, address, what differs from 1440 px wide, the first 1000 px, light, not signed in] */
const PICTURES = [
  ['tong-quan', '/u/L-637?period=2021-H1@administrative', { height: 1100 }],
  ['tong-quan-360', '/u/L-637?period=2021-H1@administrative', { width: 360, height: 1400, dark: true }],
  ['ban-do', '/u/L-34/map?period=2024@civil'],
  ['dien-bien', '/u/L-637/movements?period=2021-H1@administrative'],
  ['chi-tieu', '/u/L-34/i/poverty_rate?period=2024@civil'],
  ['so-sanh', '/u/L-34/compare?period=2024@civil', { height: 1680 }],
  ['can-xem-lai', '/u/L-34/findings'],
  ['bao-cao-goc', '/published'],
  ['dang-nhap', '/sign-in', { width: 900, height: 640 }],
  ['van-hanh', '/operations', { signedIn: true }],
];

// The colours that cover most are kept exactly: a legend must have those of its tiles.
const PALETTE = `
import sys
from PIL import Image
for name in sys.argv[1:]:
    image = Image.open(name).convert('RGB')
    kept = [colour for _, colour in sorted(image.getcolors(1 << 24), reverse=True)[:256]]
    apart = lambda one, other: sum((a - b) ** 2 for a, b in zip(one, other))
    nearest = {colour: min(range(len(kept)), key=lambda at: apart(colour, kept[at])) for _, colour in image.getcolors(1 << 24)}
    few = Image.new('P', image.size)
    few.putpalette([part for colour in kept for part in colour])
    pixels = image.tobytes()
    few.putdata([nearest[tuple(pixels[at:at + 3])] for at in range(0, len(pixels), 3)])
    few.save(name, optimize=True)
`;

const run = (program, args, input) => {
  const done = spawnSync(program, args, { input, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${done.error ?? done.stderr}`);
};

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
  const live = page.locator('.live');
  if (await live.count()) await until('the page is live', async () => (await live.getAttribute('data-state')) === 'live');
  // A mark on what changed would not be there for a reader who comes later.
  await until('nothing is marked', async () => (await page.locator('.changed').count()) === 0, 20);
  const file = join(folder, `${name}.png`);
  await page.screenshot({ path: file, animations: 'disabled' });
  await context.close();
  return file;
};

/** The movement table as it comes out of a printer. */
const print = async (browser, url) => {
  const page = await browser.newPage();
  await page.goto(`${url}/u/L-34/movements?period=2024@civil&lang=vi`, { waitUntil: 'load' });
  const paper = join(portal.folder, 'paper.pdf');
  await page.pdf({ path: paper, preferCSSPageSize: true });
  await page.close();
  run('pdftoppm', ['-png', '-singlefile', '-r', '110', paper, join(folder, 'dien-bien-in')]);
  return join(folder, 'dien-bien-in.png');
};

const portal = new Portal();
let browser;
try {
  // The portal of the tests has fewer facts than the demo that readers start.
  rmSync(portal.data, { recursive: true });
  run(process.env.TONGHOP_BIN, ['demo', '--data', portal.data, '--no-serve']);
  const add = ['user', 'add', operator.name, '--role', 'operator', '--data', portal.data];
  run(process.env.TONGHOP_BIN, add, `${operator.password}\n`);
  await portal.start();
  browser = await open();
  mkdirSync(folder, { recursive: true });
  const files = [];
  for (const picture of PICTURES) files.push(await take(browser, portal.url, picture));
  files.push(await print(browser, portal.url));
  const palette = spawnSync('python3', ['-c', PALETTE, ...files], { encoding: 'utf8' });
  if (palette.status !== 0) console.error('The pictures keep their full colours: Python with Pillow makes them smaller.');
  const bytes = readdirSync(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
  console.log(`${files.length} pictures, ${Math.round(bytes / 1024)} KB: ${folder}`);
} finally {
  await browser?.close();
  await portal.stop();
}
