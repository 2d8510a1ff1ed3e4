// The OpenAPI document, by four programs of other people: a validator, a linter, and two generators
// of clients, with one of which a running server is asked.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { Portal } from './server.mjs';

const python = process.env.TONGHOP_PYTHON;
const tool = (name) => join(import.meta.dirname, 'node_modules', '.bin', name);

let portal, folder, file, document;
before(async () => {
  assert.ok(python, '`make browser` names a Python that has tests/requirements.txt');
  portal = await new Portal().start();
  folder = join(portal.folder, 'clients');
  mkdirSync(folder);
  file = join(folder, 'openapi.json');
  document = await (await fetch(`${portal.url}/v1/openapi.json`)).json();
  writeFileSync(file, JSON.stringify(document));
});
after(() => portal?.stop());

const run = (program, args, environment = {}) => spawnSync(program, args, {
  cwd: folder, encoding: 'utf8', maxBuffer: 64 << 20, timeout: 600_000,
  env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', ...environment },
});
const well = (done) => {
  assert.equal(done.status, 0, `${done.error ?? ''}${done.stdout.slice(-4000)}${done.stderr.slice(-4000)}`);
  return done.stdout + done.stderr;
};

test('openapi-spec-validator takes it, and notices an id that is there twice', () => {
  well(run(python, ['-m', 'openapi_spec_validator', file]));
  const twice = structuredClone(document);
  twice.paths['/v1/units'].get.operationId = twice.paths['/v1/milestones'].get.operationId;
  const broken = join(folder, 'twice.json');
  writeFileSync(broken, JSON.stringify(twice));
  assert.notEqual(run(python, ['-m', 'openapi_spec_validator', broken]).status, 0);
});

test('redocly finds neither errors nor warnings', () => {
  const done = run(tool('redocly'), ['lint', file, '--format', 'json', '--max-problems', '1000']);
  const { problems } = JSON.parse(done.stdout.slice(done.stdout.indexOf('{')));
  assert.deepEqual(problems.map((one) => `${one.ruleId}: ${one.message}`), []);
  assert.equal(done.status, 0, done.stderr.slice(-2000));
});

test('what openapi-typescript makes of it compiles, and its types fit', () => {
  well(run(tool('openapi-typescript'), [file, '--output', join(folder, 'api.d.ts')]));
  writeFileSync(join(folder, 'use.ts'), `
    import type { components, operations } from './api';
    export const line: components['schemas']['Line'] = { unit: 'L-637', indicator: 'poor_households', value: 702 };
    export const share: components['schemas']['Line'] = { unit: 'L-637', indicator: 'poverty_rate', numerator: 1, denominator: 20 };
    export const query: operations['getFigures']['parameters']['query'] = { unit: 'L-637', period: '2021' };
    // @ts-expect-error a figure without its unit is none
    export const none: components['schemas']['Line'] = { indicator: 'poor_households' };
  `);
  const options = { noEmit: true, strict: true, skipLibCheck: false, types: [] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['use.ts'] }));
  well(run(tool('tsc'), ['--project', folder]));
});

test('a client that openapi-python-client makes leaves nothing out and gets figures', () => {
  // Bytes are bytes for it, and it has no formatter to call.
  const config = join(folder, 'client.yaml');
  writeFileSync(config, JSON.stringify({
    post_hooks: [],
    content_type_overrides: Object.fromEntries(['application/zip', 'application/x-ndjson',
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'].map((one) => [one, 'application/octet-stream'])),
  }));
  const generate = ['generate', '--path', file, '--config', config, '--output-path', join(folder, 'tonghop_client'), '--meta', 'none'];
  const said = well(run(join(dirname(python), 'openapi-python-client'), generate));
  assert.doesNotMatch(said, /warning|unable|unsupported/i);
  const made = readdirSync(join(folder, 'tonghop_client', 'api'), { recursive: true });
  const operations = Object.values(document.paths).flatMap((item) => Object.values(item)).length;
  assert.equal(made.filter((name) => name.endsWith('.py') && !name.endsWith('__init__.py')).length, operations);
  assert.ok(existsSync(join(folder, 'tonghop_client', 'api', 'milestones', 'list_milestones.py')));
  const script = `
import json, os
from tonghop_client import AuthenticatedClient, Client
from tonghop_client.api.figures import get_figures
from tonghop_client.api.units import get_unit
from tonghop_client.api.webhooks import list_webhooks

url = os.environ["PORTAL"]
anonymous, officer = Client(base_url=url), AuthenticatedClient(base_url=url, token=os.environ["TOKEN"])
unit = get_unit.sync(client=anonymous, key="L-637")
figures = get_figures.sync(client=anonymous, unit="L-637", indicator="poor_households,poverty_rate", period="2021-H1@administrative", by="")
refused = list_webhooks.sync_detailed(client=anonymous)
allowed = list_webhooks.sync_detailed(client=officer)
print(json.dumps({"name": unit.name_vi, "lines": [line.to_dict() for line in figures.figures],
                  "refused": refused.status_code, "allowed": allowed.status_code}))
`;
  const asked = run(python, ['-c', script], { PORTAL: portal.url, TOKEN: portal.token, PYTHONPATH: folder });
  well(asked);
  const { name, lines, refused, allowed } = JSON.parse(asked.stdout);
  assert.equal(name, 'Huyện Krông Pa');
  assert.deepEqual(lines.map((line) => line.indicator), ['poor_households', 'poverty_rate']);
  assert.equal(typeof lines[0].value, 'number');
  assert.equal(typeof lines[1].numerator, 'number');
  assert.deepEqual([refused, allowed], [401, 200]);
});
