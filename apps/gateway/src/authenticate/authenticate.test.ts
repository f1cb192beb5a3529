import { indexSnapshot } from '@switchyard/routing';

import { authenticate, type Caller } from './authenticate.js';
import { clientKeyOf } from './client-key.js';

const index = indexSnapshot({
  format: 1,
  version: 1,
  tenants: [{ id: 't1', name: 'core', prefixes: '*', shared: true, aliases: [] }],
  keys: [
    { id: 'k1', hash: 'hash:good', tenantId: 't1' },
    { id: 'k2', hash: 'hash:old', tenantId: 't1', expiresAtMs: 1_000 },
    { id: 'k3', hash: 'hash:orphan', tenantId: 'gone' },
  ],
  credentials: [],
  aliases: [],
  settings: {
    forceModelPrefix: false,
    requestRetry: 0,
    maxRetryCredentials: 0,
    deadlines: { connectMs: 1, headersMs: 1, firstContentMs: 1, idleMs: 1, totalMs: 1 },
    passthroughHeaders: false,
    keepaliveSeconds: 0,
  },
});

const ask = (presented: string | undefined): Caller =>
  authenticate(index, { presented, hash: (key) => `hash:${key}`, nowMs: 2_000 });

describe('authenticate', () => {
  it('finds the tenant behind a key', () => {
    const { key, view } = ask('good');
    expect([key.id, view.tenant.name]).toEqual(['k1', 'core']);
  });

  it.each([
    [undefined, 'missing_api_key', 401],
    ['', 'missing_api_key', 401],
    ['wrong', 'invalid_api_key', 401],
    ['orphan', 'invalid_api_key', 401],
    ['your-api-key-1', 'example_api_key', 403],
  ])('answers %s with %s', (presented, code, status) => {
    expect(() => ask(presented)).toThrow(expect.objectContaining({ code, status }));
  });

  it('tells the owner of an expired key when it expired', () => {
    expect(() => ask('old')).toThrow('expired at 1970-01-01T00:00:01.000Z');
  });

  it('never repeats the key it was given', () => {
    expect(() => ask('wrong')).toThrow(expect.objectContaining({ message: expect.not.stringContaining('wrong') }));
  });
});

describe('clientKeyOf', () => {
  it.each([
    [{ authorization: 'Bearer a' }, 'a'],
    [{ authorization: 'bearer  a ' }, 'a'],
    [{ authorization: 'Bearer a', 'x-api-key': 'b' }, 'a'],
    [{ 'x-api-key': 'b' }, 'b'],
    [{ 'x-goog-api-key': 'c' }, 'c'],
    [{ authorization: 'Basic dXNlcg==' }, undefined],
    [{ authorization: 'Bearer' }, undefined],
    [{ authorization: 'Bearer a b' }, undefined],
    [{}, undefined],
  ])('%j', (headers, expected) => {
    expect(clientKeyOf({ headers, url: '/v1/x?key=z' }, 'openai-chat')).toBe(expected);
  });

  it("takes a key from the query on Gemini's routes alone, and after the headers", () => {
    const url = '/v1beta/models/m:generateContent?alt=sse&key=q%2B1';
    expect(clientKeyOf({ headers: {}, url }, 'gemini')).toBe('q+1');
    expect(clientKeyOf({ headers: { 'x-goog-api-key': 'h' }, url }, 'gemini')).toBe('h');
    expect(clientKeyOf({ headers: {}, url }, 'anthropic-messages')).toBeUndefined();
  });
});
