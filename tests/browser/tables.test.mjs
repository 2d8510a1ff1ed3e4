// Tables as other programs read them: LibreOffice opens the workbook and its sums are right; CSV
// comes back as it went.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Portal } from './server.mjs';

let portal;
before(async () => { portal = await new Portal().start(); });
after(() => portal?.stop());

const get = async (path) => {
  const answer = await fetch(portal.url + path);
  assert.equal(answer.status, 200, path);
  return Buffer.from(await answer.arrayBuffer());
};
const rows = (csv) => csv.replace(/^\ufeff/, '').trim().split(/\r?\n/).map((line) => line.split(/[,;]/));

/** What LibreOffice computes: formulas recalculated, the first sheet as CSV and as PDF. */
const calc = (bytes) => {
  const folder = mkdtempSync(join(portal.folder, 'calc-'));
  writeFileSync(join(folder, 'book.xlsx'), bytes);
  for (const kind of ['csv', 'pdf']) {
    const done = spawnSync('soffice', [`-env:UserInstallation=file://${folder}/profile`, '--headless', '--convert-to', kind, '--outdir', folder, join(folder, 'book.xlsx')], { encoding: 'utf8' });
    assert.equal(done.status, 0, `soffice of libreoffice-calc: ${done.stderr}`);
  }
  const paper = spawnSync('pdftotext', ['-layout', join(folder, 'book.pdf'), '-'], { encoding: 'utf8' });
  return { csv: readFileSync(join(folder, 'book.csv'), 'utf8'), paper: paper.stdout };
};

test('the movement table opens in LibreOffice with the right sums', async () => {
  const when = 'unit=L-34&period=2024@civil';
  const { tables } = JSON.parse(await get(`/v1/movements?${when}`));
  const { csv, paper } = calc(await get(`/v1/movements?${when}&format=xlsx`));
  for (const heads of [tables[0].opening, tables[0].closing]) {
    for (const value of [heads.households, heads.persons]) {
      const written = String(value).replace(/\B(?=(\d{3})+$)/g, '[.,]?');
      assert.match(csv, new RegExp(`\\b${written}\\b`), `${value}\n${csv.slice(0, 2000)}`);
    }
  }
  assert.ok(!/#(REF|NAME|VALUE|DIV)|Err:/.test(csv + paper), csv);
  assert.match(paper.normalize('NFC'), /Thái Bình/);
});

test('the figures of all districts add up in LibreOffice', async () => {
  const query = 'unit=L-34&children=1&period=2024@civil&indicator=poor_households,near_poor_households';
  const { figures } = JSON.parse(await get(`/v1/figures?${query}`));
  const { csv } = calc(await get(`/v1/figures?${query}&format=xlsx`));
  const own = figures.find((line) => line.unit === 'L-34' && line.indicator === 'poor_households');
  const written = String(own.value).replace(/\B(?=(\d{3})+$)/g, '[.,]?');
  assert.match(csv, new RegExp(`\\b${written}\\b`), csv);
  assert.ok(!/#(REF|NAME|VALUE|DIV)|Err:/.test(csv), csv);
});

test('CSV comes back as it went, with a byte order mark and semicolons where asked', async () => {
  const query = '/v1/figures?unit=L-637&children=1&period=2021-H1@administrative&indicator=poor_households';
  const { figures } = JSON.parse(await get(query));
  for (const options of ['', '&bom=1', '&sep=semicolon', '&bom=1&sep=semicolon']) {
    const csv = (await get(`${query}&format=csv${options}`)).toString('utf8');
    assert.equal(csv.startsWith('\ufeff'), options.includes('bom'), options);
    const [head, ...lines] = rows(csv);
    assert.equal(lines.length, figures.length, options);
    const [unit, value] = ['unit', 'value'].map((name) => head.indexOf(name));
    assert.ok(unit >= 0 && value >= 0, head.join());
    assert.deepEqual(lines.map((line) => [line[unit], Number(line[value])]), figures.map((line) => [line.unit, line.value]), options);
  }
});
