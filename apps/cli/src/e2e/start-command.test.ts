import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { repositoryFile, startProcess, testPostgresUrl, type RunningProcess } from '@switchyard/testkit';

const CLI = repositoryFile('apps/cli/dist/main.js');
const READY = /^curl .*$/m;
const CONFIG = 'api-keys: ["client-key-one"]\nsimulator: true\n';

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. */
function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(
      command,
      [...args],
      { env: { PATH: process.env['PATH'], ...env }, timeout: 30_000 },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

const switchyard = (args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Outcome> =>
  run(process.execPath, [CLI, ...args], env);

/** The command lines of the processes that mention a folder. */
async function processesIn(folder: string): Promise<readonly string[]> {
  const { stdout } = await run('ps', ['-eo', 'args']);
  return stdout.split('\n').filter((line) => line.includes(folder));
}

describe('switchyard start, on a machine that has nothing', () => {
  let folder: string;
  let dataDir: string;
  let running: RunningProcess | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-start-'));
    dataDir = join(folder, 'data');
  });

  afterEach(async () => {
    await running?.kill();
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function start(): Promise<RunningProcess> {
    running = await startProcess({
      command: process.execPath,
      args: [CLI, 'start', '--port', '0', '--admin-port', '0', '--data-dir', dataDir],
      env: { PATH: process.env['PATH'], HOME: folder, SWITCHYARD_METRICS_PORT: '0' },
      readyPattern: READY,
      timeoutMs: 60_000,
    });
    return running;
  }

  async function streamedBy(started: RunningProcess): Promise<string> {
    const [curl = ''] = started.stdout().match(READY) ?? [];
    const { code, stdout } = await run('bash', ['-c', curl]);
    expect(code).toBe(0);
    expect(stdout.split('\n\n').length).toBeGreaterThan(5);
    return stdout;
  }

  it('prints addresses, a key and a curl line that streams an answer; Ctrl-C leaves nothing behind', async () => {
    const started = await start();
    const printed = started.stdout();
    const [, gateway] = printed.match(/gateway {3}(http:\S+)/) ?? [];
    const [, console] = printed.match(/console {3}(http:\S+)/) ?? [];
    const [, key] = printed.match(/key {7}(\S+)/) ?? [];
    expect(printed.trimEnd().split('\n').at(-1)).toMatch(READY);
    expect((await fetch(`${gateway}/readyz`)).status).toBe(200);
    expect((await fetch(`${console}/healthz`)).status).toBe(200);
    expect((await fetch(`${gateway}/v1/models`, { headers: { authorization: `Bearer ${key}` } })).status).toBe(200);

    expect(await streamedBy(started)).toMatch(/data: \[DONE\]\n\n$/);
    expect(await processesIn(dataDir)).not.toEqual([]);
    expect(await started.kill('SIGINT')).toEqual({ code: 0, signal: null });
    expect(await processesIn(dataDir)).toEqual([]);
    expect(started.stderr()).not.toContain(key);
  }, 90_000);

  it('starts again in the same folder, with a curl line that works and shows no key', async () => {
    const started = await start();
    const key = (await readFile(join(dataDir, 'demo-key'), 'utf8')).trim();
    expect(started.stdout()).not.toContain(key);
    expect(await streamedBy(started)).toMatch(/data: \[DONE\]\n\n$/);
    expect(await started.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(await processesIn(dataDir)).toEqual([]);
  }, 90_000);

  it.each(['demo-key', 'master-key', 'key-pepper', 'wire-token', 'owner-token'])(
    'keeps %s from other users',
    async (name) => {
      expect((await stat(join(dataDir, name))).mode & 0o777).toBe(0o600);
    },
  );
});

describe('the command line', () => {
  let folder: string;
  let good: string;
  let bad: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-commands-'));
    good = join(folder, 'good.yaml');
    bad = join(folder, 'bad.yaml');
    await writeFile(good, CONFIG);
    await writeFile(bad, 'api-key: ["client-key-one"]\n');
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(['start', 'gateway', 'worker', 'admin', 'migrate', 'validate', 'apply', 'explain'])(
    'shows an example in the help of %s',
    async (command) => {
      const { code, stdout } = await switchyard([command, '--help']);
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`Examples?:\\n[^]*switchyard ${command}`));
    },
  );

  it.each([
    ['an unknown command', ['strat'], /unknown command 'strat'/],
    ['an unknown option', ['start', '--prot', '1'], /unknown option '--prot'/],
    ['a port that is none', ['start', '--port', '99999'], /a port is a number/],
    ['a file that is missing', ['validate'], /required option '-f, --file <file>'/],
    ['a service without what it needs', ['gateway'], /SWITCHYARD_WIRE_TOKEN is not set/],
  ])('ends with a code and a word on standard error for %s', async (_case, args, message) => {
    const { code, stdout, stderr } = await switchyard(args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('    at ');
  });

  it('refuses an unknown variable of its own', async () => {
    const { code, stderr } = await switchyard(['migrate'], { SWITCHYARD_LOGLEVEL: 'debug' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/SWITCHYARD_LOGLEVEL.*SWITCHYARD_LOG_LEVEL/);
  });

  describe('validate', () => {
    it('says that a good file is good', async () => {
      expect(await switchyard(['validate', '-f', good])).toEqual({ code: 0, stdout: `${good} is valid\n`, stderr: '' });
      const { code, stdout } = await switchyard(['validate', '-f', good, '--json']);
      expect([code, JSON.parse(stdout)]).toEqual([0, { valid: true, problems: [] }]);
    });

    it('says where a bad file is bad', async () => {
      const human = await switchyard(['validate', '-f', bad]);
      expect(human.code).toBe(1);
      expect(human.stdout).toContain(`${bad}:1:1 api-key: unknown key; did you mean "api-keys"?`);
      const { code, stdout } = await switchyard(['validate', '-f', bad, '--json']);
      expect(code).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({
        valid: false,
        problems: expect.arrayContaining([expect.objectContaining({ line: 1, key: 'api-key' })]),
      });
      expect(stdout).not.toContain('client-key');
    });

    it('says in one line that a file is not there', async () => {
      const { code, stderr } = await switchyard(['validate', '-f', join(folder, 'none.yaml')]);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^switchyard: .*none\.yaml.*\n$/);
    });
  });

  it('migrate brings a database up to date once', async () => {
    const env = { DATABASE_URL: await testPostgresUrl() };
    const first = await switchyard(['migrate', '--json'], env);
    expect(first.code).toBe(0);
    const { applied } = JSON.parse(first.stdout);
    expect(applied.length).toBeGreaterThan(0);
    for (const name of applied) expect(name).toMatch(/^\d{14}_/);
    expect(await switchyard(['migrate'], env)).toEqual({
      code: 0,
      stdout: 'nothing to do: the database is at this release\n',
      stderr: '',
    });
  });

  describe('apply', () => {
    let server: RunningProcess;
    let adminUrl: string;
    const OWNER_TOKEN = 'an-owner-token-for-tests-that-is-long-enough';
    const env = { SWITCHYARD_OWNER_TOKEN: OWNER_TOKEN };

    beforeAll(async () => {
      const ports = ['--port', '0', '--admin-port', '0', '--json'];
      server = await startProcess({
        command: process.execPath,
        args: [CLI, 'start', ...ports, '--data-dir', join(folder, 'data')],
        env: { PATH: process.env['PATH'], ...env, DATABASE_URL: await testPostgresUrl() },
        readyPattern: /"admin":/,
        timeoutMs: 60_000,
      });
      adminUrl = server.stdout().match(/"admin":"(?<url>[^"]+)"/)?.groups?.['url'] ?? '';
    }, 90_000);

    afterAll(() => server.kill());

    it('checks without changing anything, and then changes', async () => {
      const apply = (file: string, ...flags: string[]) =>
        switchyard(['apply', '-f', file, '--admin-url', adminUrl, '--json', ...flags], env);
      const statusOf = async (key: string): Promise<number> => {
        const gateway = server.stdout().match(/"gateway":"(?<url>[^"]+)"/)?.groups?.['url'];
        return (await fetch(`${gateway}/v1/models`, { headers: { authorization: `Bearer ${key}` } })).status;
      };
      expect((await apply(bad)).code).toBe(1);
      expect((await apply(good, '--dry-run')).code).toBe(0);
      expect(await statusOf('client-key-one')).toBe(401);
      const applied = await apply(good);
      expect(applied.code).toBe(0);
      expect(JSON.parse(applied.stdout)).toMatchObject({ changes: expect.arrayContaining([expect.anything()]) });
      expect(await statusOf('client-key-one')).toBe(200);
      expect(applied.stdout).not.toContain('client-key-one');
    });

    it('needs the owner’s token, and an admin that is there', async () => {
      const strange = await switchyard(['apply', '-f', good, '--admin-url', adminUrl], {
        SWITCHYARD_OWNER_TOKEN: 'another-token-that-is-long-enough-too',
      });
      expect(strange.code).toBe(1);
      const nobody = await switchyard(['apply', '-f', good, '--admin-url', 'http://127.0.0.1:1'], env);
      expect(nobody.code).toBe(1);
      expect(nobody.stderr).toContain('is it running, and is --admin-url right?');
    });
  });
});
