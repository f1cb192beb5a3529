import { parseKeyring, sealSecret } from '@switchyard/config';
import type { CredentialSnapshot, WorkerCredential } from '@switchyard/routing';

import { createTargetResolver } from './resolve-target.js';

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

describe('createTargetResolver', () => {
  it('gives provider, address and opened secret', () => {
    const resolve = createTargetResolver({ current: () => snapshotOf(1, credential()) }, keyring);
    const target = resolve('c1');
    expect(target).toMatchObject({ provider: { slug: 'claude' }, secret: 'secret-text' });
    expect(target.url.href).toBe('https://api.anthropic.com/');
  });

  it('does its work once for each version, and again for the next', () => {
    let snapshot = snapshotOf(1, credential());
    const resolve = createTargetResolver({ current: () => snapshot }, keyring);
    const first = resolve('c1');
    expect(resolve('c1')).toBe(first);
    snapshot = snapshotOf(2, credential({ sealedSecret: sealSecret(keyring, 'rotated', 'c1') }));
    expect(resolve('c1').secret).toBe('rotated');
  });

  it('has no secret for a keyless credential', () => {
    const snapshot = snapshotOf(1, credential({ sealedSecret: undefined }));
    expect(createTargetResolver({ current: () => snapshot }, keyring)('c1').secret).toBeUndefined();
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
  ])('refuses %s', (_case, snapshot, code, message) => {
    const resolve = createTargetResolver({ current: () => snapshot }, keyring);
    expect(() => resolve('c1')).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });
});
