import { OPERATIONS } from '@switchyard/canonical';
import type { StoredState } from '@switchyard/database';

import { compileSnapshot } from './compile-snapshot.js';

const DEADLINES = { connectMs: 1, headersMs: 2, firstContentMs: 3, idleMs: 4, totalMs: 5 };
const SETTINGS = {
  forceModelPrefix: true,
  requestRetry: 2,
  maxRetryCredentials: 0,
  deadlines: DEADLINES,
  passthroughHeaders: true,
  keepaliveSeconds: 0,
};

const RULE = { status: 400, pattern: 'quota', action: 'continue' };

const STATE: StoredState = {
  version: 42,
  tenants: [
    {
      id: 'tnt_a',
      name: 'a',
      prefixes: ['core'],
      shared: false,
      defaultPrefix: 'core',
      limits: { concurrent: 3 },
      source: 'file',
    },
    { id: 'tnt_b', name: 'b', prefixes: '*', shared: true, source: 'file' },
  ],
  keys: [{ id: 'key_1', tenantId: 'tnt_a', hash: 'aa', visiblePrefix: 'sw-abcd', models: ['core-*'], source: 'file' }],
  aliases: [
    {
      id: 'als_1',
      name: 'fast',
      targets: [{ model: 'core/m', weight: 1, deadlines: { idleMs: 7 } }],
      policy: { strategy: 'weighted' },
      source: 'file',
    },
    { id: 'als_2', tenantId: 'tnt_a', name: 'own', targets: [{ model: 'm', weight: 2 }], source: 'file' },
  ],
  providers: [
    { id: 'claude', slug: 'claude', source: 'file' },
    { id: 'openai-compatibility/local', slug: 'openai-compatibility', label: 'local', source: 'file' },
  ],
  credentials: [
    {
      id: 'cred_1',
      providerId: 'claude',
      prefix: 'core',
      priority: 1,
      position: 0,
      baseUrl: 'https://upstream.example',
      sealedSecret: 'v1.k1.sealed',
      masterKeyId: 'k1',
      headers: { 'x-secret': 'header-secret' },
      proxyUrl: 'http://user:proxy-secret@proxy.example',
      models: [{ name: 'm', alias: 'n', thinking: { levels: ['low'], budget: { min: 1, max: 9 } } }],
      excludedModels: ['*-beta'],
      deadlines: { connectMs: 9 },
      policy: { weight: 3, disableCooling: true, errorRules: [RULE] },
      source: 'file',
    },
    {
      id: 'cred_2',
      providerId: 'openai-compatibility/local',
      priority: 0,
      position: 1,
      baseUrl: 'http://local.example/v1',
      headers: {},
      models: [],
      excludedModels: [],
      source: 'file',
    },
  ],
  settings: SETTINGS,
  discovered: new Map([['cred_2', ['x', 'y']]]),
};

describe('compileSnapshot', () => {
  it('compiles a state into both halves of one version', () => {
    expect(compileSnapshot(STATE)).toEqual({
      routing: {
        format: 1,
        version: 42,
        tenants: [
          {
            id: 'tnt_a',
            name: 'a',
            prefixes: ['core'],
            shared: false,
            defaultPrefix: 'core',
            limits: { concurrent: 3 },
            aliases: [{ name: 'own', targets: [{ model: 'm', weight: 2 }] }],
          },
          { id: 'tnt_b', name: 'b', prefixes: '*', shared: true, aliases: [] },
        ],
        keys: [{ id: 'key_1', hash: 'aa', tenantId: 'tnt_a', models: ['core-*'] }],
        credentials: [
          {
            id: 'cred_1',
            provider: 'claude',
            prefix: 'core',
            priority: 1,
            models: [{ name: 'm', alias: 'n' }],
            discovered: [],
            nativeModels: ['claude-*'],
            operations: ['chat', 'completions', 'count-tokens'],
            quotaScope: 'model',
            prefillModels: expect.arrayContaining(['claude-3-*']),
            weight: 3,
            disableCooling: true,
            excludedModels: ['*-beta'],
            deadlines: { connectMs: 9 },
          },
          {
            id: 'cred_2',
            provider: 'openai-compatibility',
            priority: 0,
            models: [],
            discovered: ['x', 'y'],
            nativeModels: [],
            operations: OPERATIONS,
            quotaScope: 'model',
            excludedModels: [],
          },
        ],
        aliases: [
          { name: 'fast', strategy: 'weighted', targets: [{ model: 'core/m', weight: 1, deadlines: { idleMs: 7 } }] },
        ],
        settings: SETTINGS,
      },
      credentials: {
        format: 1,
        version: 42,
        credentials: [
          {
            id: 'cred_1',
            provider: 'claude',
            baseUrl: 'https://upstream.example',
            sealedSecret: 'v1.k1.sealed',
            headers: { 'x-secret': 'header-secret' },
            proxyUrl: 'http://user:proxy-secret@proxy.example',
            thinking: { m: { levels: ['low'], budget: { min: 1, max: 9 } } },
            errorRules: [RULE],
          },
          {
            id: 'cred_2',
            provider: 'openai-compatibility',
            label: 'local',
            baseUrl: 'http://local.example/v1',
            headers: {},
          },
        ],
        settings: { passthroughHeaders: true },
      },
    });
  });

  it('gives the gateway no secret, not even a sealed one, and no address', () => {
    const text = JSON.stringify(compileSnapshot(STATE).routing);
    for (const secret of ['v1.k1.sealed', 'header-secret', 'proxy-secret', 'upstream.example']) {
      expect(text).not.toContain(secret);
    }
  });

  it('refuses settings that no gateway could work with', () => {
    expect(() => compileSnapshot({ ...STATE, settings: {} })).toThrow(/forceModelPrefix/);
  });
});
