import { openSecret, type DesiredCredential, type DesiredState } from '@switchyard/config';

import { PEPPER, testKeyring } from '../__fixtures__/admin-harness.js';
import { rowsFromDesired } from './rows-from-desired.js';

const secrets = { pepper: PEPPER, keyring: testKeyring() };

function credential(overrides: Partial<DesiredCredential> = {}): DesiredCredential {
  return {
    provider: 'claude',
    priority: 0,
    baseUrl: 'https://upstream.example',
    secret: 'sk-provider-secret',
    headers: {},
    models: [],
    excludedModels: [],
    ...overrides,
  };
}

function desired(overrides: Partial<DesiredState> = {}): DesiredState {
  return {
    tenants: [],
    credentials: [],
    aliases: [],
    settings: {
      forceModelPrefix: false,
      requestRetry: 3,
      maxRetryCredentials: 0,
      deadlines: { connectMs: 1, headersMs: 1, firstContentMs: 1, idleMs: 1, totalMs: 1 },
      passthroughHeaders: false,
      keepaliveSeconds: 0,
    },
    listen: {},
    ...overrides,
  };
}

const idsOf = (...credentials: DesiredCredential[]): string[] =>
  rowsFromDesired(desired({ credentials }), secrets).credentials.map(({ id }) => id);

describe('rowsFromDesired', () => {
  it('keeps the id of a credential while its secret, address, prefix and provider stay', () => {
    const changed = credential({ priority: 9, models: [{ name: 'm' }], headers: { a: 'b' }, excludedModels: ['x'] });
    expect(idsOf(changed)).toEqual(idsOf(credential()));
    expect(idsOf(credential())[0]).toMatch(/^cred_[0-9a-f]{16}$/);
  });

  it.each([
    ['secret', { secret: 'sk-other' }],
    ['base URL', { baseUrl: 'https://other.example' }],
    ['prefix', { prefix: 'core' }],
    ['provider', { provider: 'groq' }],
    ['label', { label: 'local' }],
  ])('gives another %s another id', (_what, overrides) => {
    expect(idsOf(credential(overrides))).not.toEqual(idsOf(credential()));
  });

  it('gives another installation other ids', () => {
    const other = rowsFromDesired(desired({ credentials: [credential()] }), { ...secrets, pepper: 'other' });
    expect(other.credentials[0]?.id).not.toBe(idsOf(credential())[0]);
  });

  it('tells an account that is written twice apart', () => {
    const [first, second] = idsOf(credential(), credential({ models: [{ name: 'm' }] }));
    expect(second).toBe(`${first}-2`);
  });

  it('seals a secret for its own credential only', () => {
    const [row] = rowsFromDesired(desired({ credentials: [credential()] }), secrets).credentials;
    const sealed = row?.sealedSecret ?? '';
    expect(openSecret(secrets.keyring, sealed, row?.id ?? '')).toBe('sk-provider-secret');
    expect(() => openSecret(secrets.keyring, sealed, 'cred_other')).toThrow();
    expect(row?.masterKeyId).toBe('k1');
  });

  it('lets no secret and no client key through', () => {
    const tenants = [
      { name: 'a', prefixes: '*' as const, shared: true, keys: [{ key: 'sw-client-key-0123456789' }], aliases: [] },
    ];
    const text = JSON.stringify(rowsFromDesired(desired({ tenants, credentials: [credential()] }), secrets));
    expect(text).not.toContain('sk-provider-secret');
    expect(text).not.toContain('client-key-0123456789');
    expect(text).toContain('"visiblePrefix":"sw-clie"');
  });

  it('shows nothing of a short key', () => {
    const tenants = [{ name: 'a', prefixes: '*' as const, shared: true, keys: [{ key: 'short-key' }], aliases: [] }];
    expect(rowsFromDesired(desired({ tenants }), secrets).keys[0]?.visiblePrefix).toBeUndefined();
  });

  it('gives a key the same id by itself and by its hash', () => {
    const byKey = [{ name: 'a', prefixes: '*' as const, shared: true, keys: [{ key: 'client' }], aliases: [] }];
    const [row] = rowsFromDesired(desired({ tenants: byKey }), secrets).keys;
    const byHash = [
      { ...byKey[0], name: 'a', prefixes: '*' as const, shared: true, keys: [{ hash: row?.hash }], aliases: [] },
    ];
    expect(rowsFromDesired(desired({ tenants: byHash }), secrets).keys).toEqual([row]);
  });

  it('keeps aliases of the same name apart by tenant', () => {
    const aliases = [{ name: 'fast', targets: [{ model: 'm', weight: 1 }] }];
    const tenants = [{ name: 'a', prefixes: ['p'], shared: false, keys: [], aliases }];
    const rows = rowsFromDesired(desired({ tenants, aliases }), secrets);
    expect(rows.aliases.map(({ tenantId, name }) => [tenantId, name])).toEqual([
      [undefined, 'fast'],
      [rows.tenants[0]?.id, 'fast'],
    ]);
    expect(new Set(rows.aliases.map(({ id }) => id)).size).toBe(2);
  });

  it('lists each provider once', () => {
    const local = { provider: 'openai-compatibility', label: 'local' };
    const credentials = [credential(), credential({ secret: 'b' }), credential(local)];
    expect(rowsFromDesired(desired({ credentials }), secrets).providers).toEqual([
      { id: 'claude', slug: 'claude', label: undefined },
      { id: 'openai-compatibility/local', slug: 'openai-compatibility', label: 'local' },
    ]);
  });
});
