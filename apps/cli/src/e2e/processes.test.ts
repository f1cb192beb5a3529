import { request } from 'node:http';

import { parsePrometheusText, repositoryFile, startProcess } from '@switchyard/testkit';

import { CLIENT_KEY, until } from './call-gateway.js';
import { startWorld, type World } from './start-world.js';

const CONFIG = `
api-keys: ["${CLIENT_KEY}"]
simulator: true
`;

interface Standing {
  readonly process: number;
  readonly pid: number;
  readonly ready: boolean;
}

/** Asks the simulator on a connection of its own, and resolves with the whole answer; its words come 15 ms apart. */
function echo(url: string, words = 1): Promise<{ readonly status: number; readonly text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const asked = request(`${url}/v1/chat/completions`, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${CLIENT_KEY}` },
  });
  asked.on('error', reject);
  asked.on('response', (response) => {
    const parts: Buffer[] = [];
    response.on('data', (part: Buffer) => parts.push(part));
    response.on('error', reject);
    response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString() }));
  });
  const content = Array.from({ length: words }, (_, word) => `w${word}`).join(' ');
  asked.end(JSON.stringify({ model: 'echo', stream: words > 1, messages: [{ role: 'user', content }] }));
  return promise;
}

async function manyEchoes(url: string, count: number): Promise<void> {
  const answers = await Promise.all(Array.from({ length: count }, () => echo(url)));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a gateway and a worker of two processes each', () => {
  let world: World;
  let sent = 0;

  beforeAll(async () => {
    world = await startWorld({ shape: 'split', config: CONFIG, processesEach: 2 });
    await untilReady('gateway', 2);
    await untilReady('worker', 2);
  }, 60_000);

  afterAll(() => world.stop(), 30_000);

  const endpointOf = (service: string): string => {
    const printed = world.process(service).stdout();
    return /"processes":2,"health":"(?<health>[^"]+)"/.exec(printed)?.groups?.['health'] ?? '';
  };

  async function standings(service: string): Promise<readonly Standing[]> {
    const answer = await fetch(`${endpointOf(service)}/readyz`);
    const { processes }: { readonly processes: readonly Standing[] } = JSON.parse(await answer.text());
    return processes;
  }

  async function untilReady(service: string, count: number): Promise<readonly number[]> {
    return until(async () => {
      if (endpointOf(service) === '') return undefined;
      const ready = (await standings(service)).filter(({ ready }) => ready);
      return ready.length === count ? ready.map(({ pid }) => pid) : undefined;
    }, 20_000);
  }

  async function counted(): Promise<number> {
    const response = await fetch(`${endpointOf('gateway')}/metrics`);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    return parsePrometheusText(await response.text()).sum('switchyard_requests_total');
  }

  const untilCounted = (): Promise<true> => until(async () => ((await counted()) === sent ? true : undefined));

  it('serve through all of them, and one scrape tells what all have served', async () => {
    await manyEchoes(world.url, 20);
    sent += 20;
    await untilCounted();
    await until(async () => (world.requestLines().length === sent ? true : undefined));
    const places = world.requestLines().map((line) => line['process']);
    expect(new Set(places)).toEqual(new Set([1, 2]));
  });

  it('use both processes of the worker', async () => {
    const response = await fetch(`${endpointOf('worker')}/metrics`);
    expect(response.status).toBe(200);
    const connections = (): readonly string[] => {
      const lines = world.output().split('\n');
      return lines
        .filter((line) => line.includes('"msg":"connected to a worker"'))
        .map((line) => {
          const { process: place, port }: { readonly process: number; readonly port: number } = JSON.parse(line);
          return `${place} to ${port}`;
        });
    };
    // Each process of the gateway with each of the worker, whose ports are two.
    const found = await until(async () => (new Set(connections()).size === 4 ? connections() : undefined));
    expect(new Set(found.map((connection) => connection.split(' to ')[1])).size).toBe(2);
  });

  it.each(['gateway', 'worker'])('go on when a process of the %s is killed, which is replaced', async (service) => {
    const [killed = 0, kept = 0] = await untilReady(service, 2);
    process.kill(killed, 'SIGKILL');
    await until(async () => ((await standings(service)).some(({ pid }) => pid === killed) ? undefined : true));
    await manyEchoes(world.url, 10);
    sent += 10;
    const after = await untilReady(service, 2);
    expect(after).toContain(kept);
    expect(after).not.toContain(killed);
    await manyEchoes(world.url, 10);
    sent += 10;
    await untilCounted();
  });

  it('finish what they are at when they are stopped, and leave nothing behind', async () => {
    const pids = [...(await untilReady('gateway', 2)), ...(await untilReady('worker', 2))];
    const running = [echo(world.url, 60), echo(world.url, 60)];
    await until(async () => {
      const text = await (await fetch(`${endpointOf('gateway')}/metrics`)).text();
      return parsePrometheusText(text).sum('switchyard_inflight') === 2 ? true : undefined;
    });
    expect(await world.process('gateway').kill('SIGTERM')).toEqual({ code: 0, signal: null });
    for (const { status, text } of await Promise.all(running)) {
      expect(status).toBe(200);
      expect(text).toMatch(/w59[^]*\[DONE\]\s*$/);
    }
    expect(await world.process('worker').kill('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(pids.filter(isAlive)).toEqual([]);
  });
});

describe('a service that cannot start', () => {
  it('says so once, and ends with a code', async () => {
    const running = await startProcess({
      command: process.execPath,
      args: [repositoryFile('apps/cli/dist/main.js'), 'worker', '--processes', '2'],
      env: { PATH: process.env['PATH'] },
    });
    expect(await running.waitForExit()).toEqual({ code: 1, signal: null });
    expect(running.stderr().match(/SWITCHYARD_WIRE_TOKEN is not set/g)).toHaveLength(1);
  });
});
