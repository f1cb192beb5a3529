import { indexSnapshot, resolve, type RoutingSnapshot } from '@switchyard/routing';

import type { Caller } from '../authenticate/authenticate.js';
import { ModelLabels } from './model-labels.js';

type RoutingCredential = RoutingSnapshot['credentials'][number];

function credential(prefix: string, more: Partial<RoutingCredential>): RoutingCredential {
  return {
    id: prefix,
    provider: 'openai',
    prefix,
    priority: 0,
    models: [],
    discovered: [],
    nativeModels: [],
    excludedModels: [],
    ...more,
  };
}

const KEY = { id: 'k', hash: 'h', tenantId: 't' };
const INDEX = indexSnapshot({
  format: 1,
  version: 1,
  tenants: [
    {
      id: 't',
      name: 'one',
      prefixes: '*',
      shared: true,
      aliases: [{ name: 'quick', targets: [{ model: 'open/x', weight: 1 }] }],
    },
  ],
  keys: [KEY],
  credentials: [
    credential('named', { models: [{ name: 'm' }] }),
    credential('found', { discovered: ['d'] }),
    credential('open', {}),
  ],
  aliases: [],
  settings: {
    forceModelPrefix: true,
    requestRetry: 0,
    maxRetryCredentials: 0,
    deadlines: { connectMs: 1, headersMs: 1, firstContentMs: 1, idleMs: 1, totalMs: 1 },
    passthroughHeaders: false,
    keepaliveSeconds: 0,
  },
});

function caller(): Caller {
  const view = INDEX.tenants.get('t');
  if (view === undefined) throw new Error('no tenant');
  return { key: KEY, view };
}

function labelOf(labels: ModelLabels, name: string, answered: boolean): string {
  const asking = caller();
  return labels.labelOf({ caller: asking, resolution: resolve(asking.view, asking.key, name) }, answered);
}

describe('what metrics call a model', () => {
  it.each(['named/m', 'found/d', 'quick'])('is %s, which is listed', (name) => {
    expect(labelOf(new ModelLabels(10), name, false)).toBe(name);
  });

  it('has no thinking suffix', () => {
    expect(labelOf(new ModelLabels(10), 'named/m(high)', false)).toBe('named/m');
  });

  it('is nothing for a name that does not resolve', () => {
    expect(labelOf(new ModelLabels(10), 'nobody/m', false)).toBe('');
  });

  it('is other behind a prefix that passes every name, until a provider has answered under it', () => {
    const labels = new ModelLabels(10);
    expect(labelOf(labels, 'open/y', false)).toBe('other');
    expect(labelOf(labels, 'open/y', true)).toBe('open/y');
    expect(labelOf(labels, 'open/y', false)).toBe('open/y');
  });

  it('is other for what is no text', () => {
    expect(labelOf(new ModelLabels(10), 'open/\ud800', true)).toBe('other');
  });

  it('is other for what is too long, and for more names than there may be', () => {
    const labels = new ModelLabels(2);
    expect(labelOf(labels, `open/${'x'.repeat(200)}`, true)).toBe('other');
    for (const name of ['open/1', 'open/2']) expect(labelOf(labels, name, true)).toBe(name);
    for (const name of ['open/3', 'named/m']) expect(labelOf(labels, name, true)).toBe('other');
  });
});
