// A portal of its own for a test file: real facts of a district, a simulated province, an officer
// with a token, in a folder that goes away with the test.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const program = process.env.TONGHOP_BIN;
if (!program) throw new Error('TONGHOP_BIN must name the tonghop program; `make browser` sets it');

const run = (args, input) => {
  const done = spawnSync(program, args, { input, encoding: 'utf8', env: { ...process.env, LANG: 'en' } });
  if (done.status !== 0) throw new Error(`tonghop ${args.join(' ')}: ${done.stderr}`);
  return done.stdout;
};

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until something is so; says what, if it never is. */
export const until = async (what, check, seconds = 60) => {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await wait(50);
  }
};

export class Portal {
  /** Makes the folder and its facts; `start` serves it. */
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'tonghop-browser-'));
    this.data = join(this.folder, 'data');
    run(['demo', '--data', this.data, '--facts', '20000', '--no-serve']);
    const officer = ['user', 'add', 'hoa', '--role', 'officer', '--unit', 'L-637', '--data', this.data];
    run(officer, 'xoa doi giam ngheo 2021\n');
    run(['source', 'add', 'urn:tonghop:test:browser', '--user', 'hoa', '--data', this.data]);
    this.token = run(['user', 'token', 'hoa', '--label', 'test', '--data', this.data]).trim().split(/\s+/).pop();
    run(['user', 'add', 'minh', '--role', 'operator', '--data', this.data], 'van hanh he thong 2021\n');
    this.sent = 0;
  }

  /** The identity of the journal. */
  identity() {
    return JSON.parse(readFileSync(join(this.data, 'journal', 'journal.json'), 'utf8')).identity;
  }

  async start() {
    const listen = this.address ?? '127.0.0.1:0';
    const told = join(this.data, 'listening');
    rmSync(told, { force: true });
    this.server = spawn(program, ['up', '--data', this.data, '--listen', listen], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.errors = '';
    this.server.stderr.on('data', (text) => { this.errors += text; });
    const ended = () => { if (this.server.exitCode !== null) throw new Error(`the server ended: ${this.errors}`); };
    await until('the server listens', () => { ended(); return existsSync(told) && readFileSync(told, 'utf8').trim(); });
    this.address = readFileSync(told, 'utf8').trim();
    this.url = `http://${this.address}`;
    await until('the server is ready', async () => {
      ended();
      return (await fetch(`${this.url}/readyz`).catch(() => null))?.ok;
    });
    return this;
  }

  /** As a power cut would. */
  async kill() {
    const gone = new Promise((resolve) => this.server.once('exit', resolve));
    this.server.kill('SIGKILL');
    await gone;
  }

  async stop() {
    if (this.server && this.server.exitCode === null && this.server.signalCode === null) await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A household in a commune of Krông Pa, registered as poor on a day of the first half of 2021. */
  household(changes = {}) {
    this.sent += 1;
    return {
      specversion: '1.0',
      type: 'vn.tonghop.household.registered.v1',
      source: 'urn:tonghop:test:browser',
      id: `household-${this.sent}`,
      subject: `household/52.${this.sent.toString(16).padStart(16, '0')}`,
      time: '2021-03-01T08:00:00+07:00',
      data: { unit: 'L-24079', standing: 'poor', persons: 4 },
      ...changes,
    };
  }

  post(facts, headers = {}) {
    return fetch(`${this.url}/v1/facts`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.token}`,
        'content-type': 'application/cloudevents-batch+json',
        ...headers,
      },
      body: typeof facts === 'string' ? facts : JSON.stringify(facts),
    });
  }
}
