import type { AttemptEnd, AttemptError, AttemptHead, AttemptOpen } from './attempt.js';
import { WireProtocolError } from './frame/protocol-error.js';
import { encodePayload, endSchema, headSchema, openSchema, parsePayload } from './schema.js';

// `Required` makes a field that is new in the contract fail to compile here, and then fail until the schema has it.
const OPEN: Required<AttemptOpen> = {
  requestId: 'request-1',
  ordinal: 2,
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'a=b',
  dialect: 'anthropic-messages',
  operation: 'chat',
  stream: true,
  framing: 'json-array',
  provider: 'claude',
  credentialId: 'credential-1',
  model: 'claude-x',
  requestedModel: 'sonnet',
  modelAt: 9,
  thinking: 'high',
  strict: true,
  deadlines: { connectMs: 1, headersMs: 2, firstContentMs: 3, idleMs: 4, totalMs: 5 },
  headers: { 'anthropic-beta': 'a,b' },
  rescuable: true,
  answerModel: 'core-sonnet',
  resume: { how: 'replay', state: { hasToolCalls: false, isStructured: true, state: { text: 'Hel' } } },
};

const ERROR: Required<AttemptError> = {
  scope: 'provider',
  rule: 'continue',
  code: 'upstream_rate_limited',
  message: 'refused',
  status: 429,
  param: 'model',
  retryAfterMs: 1500,
  upstream: { status: 429, code: 'rate_limit', type: 'rate_limit_error' },
  answer: { status: 429, headers: { 'retry-after': '2' }, body: '{"error":{}}' },
};

const END: Required<AttemptEnd> = {
  outcome: 'error',
  error: ERROR,
  upstreamStatus: 429,
  isUsageEstimated: true,
  usage: {
    inputUncached: 1,
    cacheRead: 2,
    cacheWrite5m: 3,
    cacheWrite1h: 4,
    output: 5,
    reasoning: 6,
    audioInput: 7,
    audioOutput: 8,
    raw: { prompt_tokens: 3, details: { cached: [1] } },
  },
  finish: { reason: 'stop-sequence', raw: 'stop_sequence', stopSequence: 'END' },
  headroom: {
    requests: { remaining: 1, limit: 2, resetAtMs: 3 },
    tokens: { remaining: 4, limit: 5, resetAtMs: 6 },
    inputTokens: { remaining: 7, limit: 8, resetAtMs: 9 },
    outputTokens: { remaining: 10, limit: 11, resetAtMs: 12 },
    observedAtMs: 13,
  },
  answeredModel: 'claude-x-1',
  dropped: ['logit_bias'],
  timings: { preparedMs: 0.5, headersMs: 10, firstContentMs: 12.25, totalMs: 20 },
  rescue: { hasToolCalls: true, isStructured: false, state: { text: 'Hel' } },
};

describe('the wire schemas', () => {
  it('carry every field of an attempt', () => {
    const payload = { bodyBytes: 7, attempt: OPEN };
    expect(parsePayload(openSchema, encodePayload(payload))).toEqual(payload);
  });

  it('carry every field of an end', () => {
    expect(parsePayload(endSchema, encodePayload(END))).toEqual(END);
  });

  it('carry every field of a head', () => {
    const head: Required<AttemptHead> = { status: 200, headers: { a: 'b' }, waitedMs: 1.5 };
    expect(parsePayload(headSchema, encodePayload(head))).toEqual(head);
  });

  it('read the codes and reasons of a newer worker as the unexpected ones', () => {
    const newer = { ...END, error: { ...ERROR, code: 'from_the_future' }, finish: { reason: 'bored' }, extra: true };
    const end = parsePayload(endSchema, Buffer.from(JSON.stringify(newer)));
    expect(end.error?.code).toBe('internal');
    expect(end.finish?.reason).toBe('other');
    expect(end).not.toHaveProperty('extra');
  });

  it('name the field that is wrong, and not its value', () => {
    const wrong = { bodyBytes: 7, attempt: { ...OPEN, model: { secret: 'prompt' } } };
    const parse = (): unknown => parsePayload(openSchema, Buffer.from(JSON.stringify(wrong)));
    expect(parse).toThrow(WireProtocolError);
    expect(parse).toThrow(/attempt\.model/);
    expect(parse).not.toThrow(/prompt/);
  });

  it('refuse what is not JSON', () => {
    expect(() => parsePayload(headSchema, Buffer.from('{"status":'))).toThrow(WireProtocolError);
  });
});
