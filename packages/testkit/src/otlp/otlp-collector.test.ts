import { gzipSync } from 'node:zlib';

import { startOtlpCollector, type OtlpCollector } from './otlp-collector.js';

const BODY = JSON.stringify({
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'gateway' } }] },
      scopeSpans: [
        {
          scope: { name: 'switchyard' },
          spans: [
            {
              traceId: 'a'.repeat(32),
              spanId: 'b'.repeat(16),
              parentSpanId: '',
              name: 'chat',
              kind: 2,
              status: { code: 2 },
              attributes: [
                { key: 'http.response.status_code', value: { intValue: '502' } },
                { key: 'tags', value: { arrayValue: { values: [{ stringValue: 'x' }, { boolValue: true }] } } },
              ],
            },
          ],
        },
      ],
    },
  ],
});

let collector: OtlpCollector;

beforeEach(async () => {
  collector = await startOtlpCollector();
});

afterEach(async () => {
  await collector.close();
});

describe('an OTLP collector', () => {
  it('tells the spans of plain and gzipped exports', async () => {
    const waiting = collector.waitForSpans((spans) => spans.length === 2);
    await fetch(`${collector.url}/v1/traces`, { method: 'POST', body: BODY });
    const headers = { 'content-encoding': 'gzip' };
    await fetch(`${collector.url}/v1/traces`, { method: 'POST', body: gzipSync(BODY), headers });
    const [first, second] = await waiting;
    expect(second).toEqual(first);
    expect(first).toEqual({
      traceId: 'a'.repeat(32),
      spanId: 'b'.repeat(16),
      parentSpanId: undefined,
      name: 'chat',
      kind: 'server',
      attributes: { 'http.response.status_code': 502, tags: ['x', true] },
      status: 'error',
      resource: { 'service.name': 'gateway' },
    });
  });

  it('says which spans came when the expected ones do not', async () => {
    await fetch(`${collector.url}/v1/traces`, { method: 'POST', body: BODY });
    await expect(collector.waitForSpans((spans) => spans.length > 1, 20)).rejects.toThrow('only: server chat');
  });

  it('refuses what is not JSON', async () => {
    const answer = await fetch(`${collector.url}/v1/traces`, { method: 'POST', body: '\x0a\x00' });
    expect(answer.status).toBe(400);
  });
});
