import type { ConfigurationRows, CredentialRow } from '../state.js';

/** A configuration of everything: two tenants, keys, aliases, providers, credentials. */
export function exampleRows(overrides: Partial<ConfigurationRows> = {}): ConfigurationRows {
  return {
    tenants: [
      { id: 'tnt_default', name: 'default', prefixes: '*', shared: true },
      { id: 'tnt_core', name: 'core', prefixes: ['core', 'batch'], shared: false, defaultPrefix: 'core', limits: { concurrent: 3 } },
    ],
    keys: [
      { id: 'key_1', tenantId: 'tnt_default', hash: 'aa'.repeat(32), visiblePrefix: 'sk-abc' },
      { id: 'key_2', tenantId: 'tnt_core', hash: 'bb'.repeat(32), name: 'ci', models: ['core-*'], expiresAtMs: 1_800_000_000_000, sourceAddresses: ['10.0.0.0/8'], limits: { requestsPerMinute: 60 } },
    ],
    aliases: [
      { id: 'als_1', name: 'fast', targets: [{ model: 'core/a', weight: 3 }, { model: 'b', weight: 0.5, deadlines: { idleMs: 5 } }], policy: { strategy: 'weighted' } },
      { id: 'als_2', tenantId: 'tnt_core', name: 'fast', targets: [{ model: 'core/a', weight: 1 }] },
    ],
    providers: [
      { id: 'claude', slug: 'claude' },
      { id: 'openai-compatibility/local', slug: 'openai-compatibility', label: 'local' },
    ],
    credentials: [
      exampleCredential(),
      exampleCredential({
        id: 'cred_2',
        providerId: 'openai-compatibility/local',
        prefix: undefined,
        position: 1,
        sealedSecret: undefined,
        masterKeyId: undefined,
        models: [],
        deadlines: undefined,
        policy: undefined,
      }),
    ],
    settings: { requestRetry: 3, deadlines: { connectMs: 5000 } },
    ...overrides,
  };
}

export function exampleCredential(overrides: Partial<CredentialRow> = {}): CredentialRow {
  return {
    id: 'cred_1',
    providerId: 'claude',
    prefix: 'core',
    priority: 1,
    position: 0,
    baseUrl: 'https://upstream.example',
    sealedSecret: 'sealed-1',
    masterKeyId: 'k1',
    headers: { 'x-team': '$X-Team' },
    proxyUrl: 'http://proxy.example:3128',
    models: [
      {
        name: 'model-1',
        alias: 'm',
        forceMapping: true,
        contextLength: 1000,
        thinking: { levels: ['low', 'high'], canStop: true },
      },
      { name: 'model-2' },
    ],
    excludedModels: ['*-beta'],
    deadlines: { connectMs: 100 },
    policy: { weight: 2 },
    ...overrides,
  };
}
