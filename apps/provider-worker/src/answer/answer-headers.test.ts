import { answerHeaders } from './answer-headers.js';

const upstream = {
  'content-type': 'application/json',
  'content-length': '12',
  'set-cookie': 'a=b',
  'x-request-id': 'theirs',
  'cf-ray': '1',
  'x-litellm-model-id': '2',
  'x-switchyard-provider': '3',
  'anthropic-ratelimit-requests-remaining': '99',
  'openai-processing-ms': '5',
};

describe('answerHeaders', () => {
  it('says nothing of the upstream unless asked to', () => {
    expect(answerHeaders({ upstream, passthrough: false, contentType: 'application/json', dropped: [] })).toEqual({
      'content-type': 'application/json',
    });
  });

  it('passes on what belongs to neither a connection nor another gateway', () => {
    expect(answerHeaders({ upstream, passthrough: true, contentType: 'application/json', dropped: [] })).toEqual({
      'content-type': 'application/json',
      'anthropic-ratelimit-requests-remaining': '99',
      'openai-processing-ms': '5',
    });
  });

  it('keeps proxies from buffering a stream', () => {
    const headers = answerHeaders({ upstream, passthrough: true, contentType: 'text/event-stream', dropped: [] });
    expect(headers).toMatchObject({ 'cache-control': 'no-cache', 'x-accel-buffering': 'no' });
  });

  it('lists the lost fields so that no field name can break the header', () => {
    const dropped = ['logit_bias', 'messages[0].näme\r\nset-cookie: a', 'a,b'];
    const headers = answerHeaders({ upstream, passthrough: false, contentType: 'application/json', dropped });
    expect(headers['x-switchyard-dropped']).toBe('logit_bias, messages[0].n?me??set-cookie:?a, a?b');
    const many = Array.from({ length: 1000 }, (_, index) => `field_${index}`);
    const long = answerHeaders({ upstream, passthrough: false, contentType: 'application/json', dropped: many });
    expect(long['x-switchyard-dropped']?.length).toBeLessThan(1100);
  });
});
