// The API against its own description: schemathesis sends what the OpenAPI document allows, and
// what it does not.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { Portal } from './server.mjs';

let portal;
before(async () => { portal = await new Portal().start(); });
after(() => portal?.stop());

test('no answer is undocumented, and none is a fault of the server', () => {
  const program = process.env.TONGHOP_SCHEMATHESIS;
  assert.ok(program, '`make browser` names schemathesis');
  const done = spawnSync(program, ['run', `${portal.url}/v1/openapi.json`, '--url', portal.url, '--max-examples', '40', '--seed', '1', '--workers', '1',
    '--checks', 'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance',
    '--header', `Authorization: Bearer ${portal.token}`, '--exclude-path-regex', '/v1/live', '--phases', 'examples,coverage,fuzzing', '--no-color'],
  { encoding: 'utf8', maxBuffer: 64 << 20, timeout: 600_000, cwd: portal.folder });
  assert.equal(done.status, 0, done.stdout.slice(-6000) + done.stderr.slice(-2000));
});
