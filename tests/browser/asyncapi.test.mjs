// The AsyncAPI document, read by AsyncAPI's own parser, with every schema that it refers to.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { Parser } from '@asyncapi/parser';

const folder = resolve(import.meta.dirname, '../../proto');
const file = join(folder, 'asyncapi.yaml');
const read = (text) => new Parser().parse(text, { source: file });

test('the AsyncAPI document is one, and refers to every schema that there is', async () => {
  const { document, diagnostics } = await read(readFileSync(file, 'utf8'));
  const wrong = diagnostics.filter((one) => one.severity <= 1);
  assert.deepEqual(wrong.map((one) => `${one.path.join('.')}: ${one.message}`), []);
  const addresses = document.channels().all().map((one) => one.address());
  assert.deepEqual(addresses, ['tonghop.facts.{province}.{unit}',
    'tonghop.milestones.{rule}.{definition}.{unit}.{period}.{revision}.{act}', null]);
  assert.deepEqual(document.operations().all().map((one) => one.id()), ['writeFact', 'announceMilestone', 'deliverMilestone']);
  const message = (id) => document.components().messages().get(id);
  const ids = [...message('fact').payload().json().oneOf, message('milestone').payload().json()].map((one) => one.$id);
  const files = readdirSync(join(folder, 'schemas')).map((name) => `https://tonghop.vn/schemas/${name}`);
  assert.deepEqual(ids.sort(), files.sort());
  assert.deepEqual(message('delivery').headers().json().required,
    ['content-type', 'webhook-id', 'webhook-timestamp', 'webhook-signature']);
});

test('a broken AsyncAPI document is noticed', async () => {
  const good = readFileSync(file, 'utf8');
  for (const [from, to] of [["'#/channels/milestones'", "'#/channels/nowhere'"], ['action: send', 'action: shout'],
    ['schemas/vn.tonghop.milestone.v1.json', 'schemas/none.json']]) {
    const { diagnostics } = await read(good.replace(from, to));
    assert.ok(diagnostics.some((one) => one.severity === 0), to);
  }
});
