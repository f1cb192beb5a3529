import { parseKeyring, sealSecret } from '@switchyard/config';
import type { CredentialSnapshot, WorkerCredential } from '@switchyard/routing';

import { jest } from '@jest/globals';

import { createTargetResolver, type Target } from './resolve-target.js';

const keyring = parseKeyring(`test:${Buffer.alloc(32, 7).toString('base64')}`);

function credential(changes: Partial<WorkerCredential> = {}): WorkerCredential {
  return {
    id: 'c1',
    provider: 'claude',
    baseUrl: 'https://api.anthropic.com/',
    sealedSecret: sealSecret(keyring, 'secret-text', 'c1'),
    headers: {},
    ...changes,
  };
}

function snapshotOf(version: number, ...credentials: WorkerCredential[]): CredentialSnapshot {
  return { format: 1, version, credentials, settings: { passthroughHeaders: false } };
}

/** A source of snapshots that can be replaced, and a resolver of it. */
function resolverOf(first: CredentialSnapshot | undefined): {
  resolve(credentialId: string, signal?: AbortSignal): Promise<Target>;
  publish(snapshot: CredentialSnapshot): void;
} {
  let snapshot = first;
  const listeners: ((snapshot: CredentialSnapshot) => void)[] = [];
  const source = {
    current: () => snapshot,
    onChange: (listener: (snapshot: CredentialSnapshot) => void) => void listeners.push(listener),
  };
  const resolver = createTargetResolver(source, keyring);
  return {
    resolve: (id, signal = new AbortController().signal) => resolver.resolve(id, signal),
    publish: (next) => {
      snapshot = next;
      for (const listener of listeners) listener(next);
    },
  };
}

describe('createTargetResolver', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('gives provider, address and opened secret', async () => {
    const target = await resolverOf(snapshotOf(1, credential())).resolve('c1');
    expect(target).toMatchObject({ provider: { slug: 'claude' }, secret: 'secret-text' });
    expect(target.url.href).toBe('https://api.anthropic.com/');
  });

  it('keeps the path of a base-url', async () => {
    const snapshot = snapshotOf(1, credential({ provider: 'openai-compatibility', baseUrl: 'http://h:1/api/v1' }));
    expect((await resolverOf(snapshot).resolve('c1')).url.href).toBe('http://h:1/api/v1');
  });

  it('does its work once for each version, and again for the next', async () => {
    const { resolve, publish } = resolverOf(snapshotOf(1, credential()));
    const first = await resolve('c1');
    expect(await resolve('c1')).toBe(first);
    publish(snapshotOf(2, credential({ sealedSecret: sealSecret(keyring, 'rotated', 'c1') })));
    expect((await resolve('c1')).secret).toBe('rotated');
  });

  it('has no secret for a keyless credential', async () => {
    const { resolve } = resolverOf(snapshotOf(1, credential({ sealedSecret: undefined })));
    expect((await resolve('c1')).secret).toBeUndefined();
  });

  it.each([
    ['before the first snapshot', undefined],
    ['of a version that is yet to come', snapshotOf(1)],
  ])('waits for a credential %s', async (_case, first) => {
    const { resolve, publish } = resolverOf(first);
    const target = resolve('c1');
    await jest.advanceTimersByTimeAsync(400);
    publish(snapshotOf(2));
    publish(snapshotOf(3, credential()));
    expect((await target).secret).toBe('secret-text');
  });

  it('waits no longer than the attempt lasts', async () => {
    const { resolve } = resolverOf(snapshotOf(1));
    const attempt = new AbortController();
    const target = resolve('c1', attempt.signal);
    attempt.abort();
    await expect(target).rejects.toMatchObject({ code: 'credential_unavailable' });
  });

  it('serves a credential that has just gone to a gateway that does not know yet, and then no more', async () => {
    const { resolve, publish } = resolverOf(snapshotOf(1, credential()));
    publish(snapshotOf(2, credential({ id: 'c2', sealedSecret: sealSecret(keyring, 'other', 'c2') })));
    expect((await resolve('c2')).secret).toBe('other');
    publish(snapshotOf(3));
    expect((await resolve('c1')).secret).toBe('secret-text');
    await jest.advanceTimersByTimeAsync(5_000);
    await Promise.all([
      expect(resolve('c1')).rejects.toMatchObject({ code: 'credential_unavailable' }),
      jest.advanceTimersByTimeAsync(500),
    ]);
  });

  it.each([
    ['no snapshot yet', undefined, 'not_ready', /not received its credentials/],
    ['an unknown id', snapshotOf(7), 'credential_unavailable', /c1 is not in version 7/],
    ['an unknown provider', snapshotOf(1, credential({ provider: 'nobody' })), 'credential_unavailable', /nobody/],
    ['a bad address', snapshotOf(1, credential({ baseUrl: 'ftp://x' })), 'credential_unavailable', /base-url/],
    [
      'a secret of another credential',
      snapshotOf(1, credential({ sealedSecret: sealSecret(keyring, 's', 'c2') })),
      'credential_unavailable',
      /does not open/,
    ],
  ])('refuses %s', async (_case, snapshot, code, message) => {
    await Promise.all([
      expect(resolverOf(snapshot).resolve('c1')).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message),
      }),
      jest.advanceTimersByTimeAsync(500),
    ]);
  });
});
