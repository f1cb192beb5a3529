import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CollectingReply, HEAD, OPEN, SUCCESS } from './__fixtures__/attempt.js';
import { hostPort, Peers, RecordingLogger, until } from './__fixtures__/peers.js';
import type { AttemptEnd, AttemptHandler, AttemptTransport } from './attempt.js';
import { FrameType } from './frame/frame-type.js';
import type { WireTls } from './wire-tls.js';

const { signal } = new AbortController();

/** A certificate authority made with openssl, and certificates it has signed. */
class Authority {
  readonly #folder = mkdtempSync(join(tmpdir(), 'switchyard-tls-'));

  constructor() {
    const subject = ['-subj', '/CN=test authority', '-days', '2'];
    this.#run(['req', '-x509', '-newkey', 'ec', ...CURVE, '-nodes', '-keyout', 'ca.key', '-out', 'ca.crt', ...subject]);
  }

  certify(name: string): WireTls {
    this.#run([
      'req',
      '-newkey',
      'ec',
      ...CURVE,
      '-nodes',
      '-keyout',
      'own.key',
      '-out',
      'own.csr',
      '-subj',
      '/CN=any',
    ]);
    writeFileSync(join(this.#folder, 'san'), `subjectAltName=${name}`);
    const signing = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'san', '-days', '2'];
    this.#run(['x509', '-req', '-in', 'own.csr', '-out', 'own.crt', ...signing]);
    return { ca: this.#read('ca.crt'), cert: this.#read('own.crt'), key: this.#read('own.key') };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }

  #run(args: readonly string[]): void {
    execFileSync('openssl', args, { cwd: this.#folder, stdio: 'pipe' });
  }

  #read(file: string): string {
    return readFileSync(join(this.#folder, file), 'utf8');
  }
}

const CURVE = ['-pkeyopt', 'ec_paramgen_curve:prime256v1'];

const answer: AttemptHandler = async (_open, body, reply) => {
  reply.head(HEAD);
  await reply.data(body);
  return SUCCESS;
};

function send(client: AttemptTransport, reply = new CollectingReply()): Promise<AttemptEnd> {
  return client.attempt(OPEN, Buffer.alloc(3_000_000, 'b'), reply, signal);
}

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

(hasOpenssl ? describe : describe.skip)('the wire over TLS', () => {
  const peers = new Peers();
  const [authority, stranger] = [new Authority(), new Authority()];
  const worker = authority.certify('IP:127.0.0.1,DNS:workers.test');
  afterEach(() => peers.close());
  afterAll(() => {
    authority.remove();
    stranger.remove();
  });

  it('carries attempts between peers of one authority', async () => {
    const server = await peers.server(answer, { tls: worker });
    const client = await peers.connected([server], { tls: authority.certify('DNS:gateway') });
    const reply = new CollectingReply();
    expect(await send(client, reply)).toEqual(SUCCESS);
    expect(reply.body).toHaveLength(3_000_000);
    expect(await server.drain(5000)).toBe(0);
  });

  it('checks a worker found by name for that name', async () => {
    const resolve = (): Promise<readonly string[]> => Promise.resolve(['127.0.0.1']);
    const tls = authority.certify('DNS:gateway');
    const server = await peers.server(answer, { tls: authority.certify('DNS:workers.test') });
    const right = peers.client(`workers.test:${server.address.port}`, { tls, resolve, connectWaitMs: 3000 });
    expect(await send(right)).toEqual(SUCCESS);
    const wrong = peers.client(`others.test:${server.address.port}`, { tls, resolve });
    expect((await send(wrong)).error?.code).toBe('no_worker');
    expect(wrong.problems()).toEqual([expect.stringContaining('others.test')]);
  });

  it('refuses a gateway with a certificate of another authority, even with the token', async () => {
    const logger = new RecordingLogger();
    const server = await peers.server(answer, { tls: worker, logger });
    const client = peers.client(hostPort(server), { tls: { ...stranger.certify('DNS:gateway'), ca: worker.ca } });
    expect((await send(client)).error?.code).toBe('no_worker');
    expect(server.connections).toBe(0);
    await until(() => logger.lines.length > 0);
    expect(logger.lines[0]).toContain('TLS handshake');
  });

  it('refuses a worker with a certificate of another authority', async () => {
    const server = await peers.server(answer, { tls: { ...stranger.certify('IP:127.0.0.1'), ca: worker.ca } });
    const client = peers.client(hostPort(server), { tls: authority.certify('DNS:gateway') });
    expect((await send(client)).error?.code).toBe('no_worker');
    expect(client.problems()).toHaveLength(1);
  });

  it('refuses a plain connection, and a handshake that does not end', async () => {
    const server = await peers.server(answer, { tls: worker, timings: { helloTimeoutMs: 200 } });
    const plain = connect(server.address).on('error', () => {});
    const silent = connect(server.address);
    plain.write(Buffer.from([0, 0, 0, 2, FrameType.hello, 0, 0, 0, 0]));
    for (const socket of [plain, silent]) socket.resume();
    await Promise.all([once(plain, 'close'), once(silent, 'close')]);
    expect(server.connections).toBe(0);
  });
});
