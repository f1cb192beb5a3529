import fc from 'fast-check';

import type { AttemptEnd, AttemptError, AttemptHead, AttemptOpen } from '../attempt.js';
import { COPY_LIMIT_BYTES } from '../frame/frame-batch.js';
import { WireProtocolError } from '../frame/protocol-error.js';
import { decodeEnd, encodeEnd } from './end-payload.js';
import { decodeHead, encodeHead } from './head-payload.js';
import { decodeOpen, encodeOpen } from './open-payload.js';
import { Misunderstood } from './payload-reader.js';
import { PayloadWriter } from './payload-writer.js';

const RUNS = process.env['SWITCHYARD_TEST_LONG'] === '1' ? 20_000 : 1_000;

// `Required` makes a field that is new in the contract fail to compile here, and then fail until its payload has it.
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
  requestedModel: 'sonnet ✓ 🚃',
  modelAt: 9,
  thinking: 'high',
  answerModel: 'core-sonnet',
  strict: true,
  deadlines: { connectMs: 1, headersMs: 2, firstContentMs: 3, idleMs: 4.5, totalMs: 5 },
  headers: { 'anthropic-beta': 'a,b', 'x-ü': 'ö', empty: '' },
  rescuable: true,
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
  answer: { status: 429, headers: { 'retry-after': '2' }, body: '{"error":"✓"}' },
};

const QUOTA = { remaining: 1, limit: 2, resetAtMs: 3 };

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
    raw: { total_tokens: 15, deep: { a: [1] } },
  },
  finish: { reason: 'stop-sequence', raw: 'end_turn', stopSequence: 'END' },
  headroom: { requests: QUOTA, tokens: { remaining: 9 }, inputTokens: QUOTA, outputTokens: QUOTA, observedAtMs: 13 },
  answeredModel: 'claude-x-1',
  dropped: ['logit_bias', 'response.x'],
  timings: { preparedMs: 0.5, headersMs: 10, firstContentMs: 12.25, totalMs: 20 },
  rescue: { hasToolCalls: true, isStructured: false, state: { any: ['thing'] } },
};

const HEAD: Required<AttemptHead> = { status: 200, headers: { a: 'b', c: 'd' }, waitedMs: 1.5 };

/** As an `end` frame would carry it. */
function throughEnd(end: AttemptEnd): AttemptEnd | Misunderstood {
  return decodeEnd(Buffer.from(encodeEnd(end)));
}

describe('a payload', () => {
  it('brings every field of open', () => {
    expect(decodeOpen(encodeOpen(7, OPEN))).toEqual({ bodyBytes: 7, attempt: OPEN });
  });

  it('brings every field of head and end', () => {
    expect(decodeHead(encodeHead(HEAD))).toEqual(HEAD);
    expect(decodeEnd(encodeEnd(END))).toEqual(END);
  });

  it('leaves out what is absent', () => {
    const { traceparent, tracestate, framing, thinking, answerModel, rescuable, resume, ...open } = OPEN;
    expect([traceparent, tracestate, framing, thinking, answerModel, rescuable, resume]).not.toContain(undefined);
    expect(decodeOpen(encodeOpen(0, open))).toEqual({ bodyBytes: 0, attempt: open });
    expect(decodeHead(encodeHead({ status: 204, headers: {} }))).toEqual({ status: 204, headers: {} });
    const end = { outcome: 'cancelled', dropped: [], timings: { preparedMs: 0, totalMs: 0 } } as const;
    expect(decodeEnd(encodeEnd(end))).toEqual(end);
    const sparse = {
      ...end,
      usage: { inputUncached: 1, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0 },
      finish: { reason: 'stop' },
      headroom: { observedAtMs: 1 },
    } as const;
    expect(decodeEnd(encodeEnd(sparse))).toEqual(sparse);
  });

  it('brings any text, short or long', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 50 }),
      fc.nat({ max: 3 * COPY_LIMIT_BYTES }).map((length) => 'ü'.repeat(length)),
    );
    fc.assert(
      fc.property(fc.dictionary(texts, texts, { maxKeys: 5, noNullPrototype: true }), texts, (headers, model) => {
        const { ['__proto__']: _left, ...expected } = headers;
        const opened = decodeOpen(encodeOpen(0, { ...OPEN, headers, model }));
        expect(opened).toEqual({ bodyBytes: 0, attempt: { ...OPEN, headers: expected, model } });
      }),
      { numRuns: 200 },
    );
  });

  it('does not change when the next one is written, once it is too long to be copied into a frame', () => {
    const dropped = Array.from({ length: 3000 }, (_, index) => `field-${index}`);
    const long = encodeEnd({ ...END, dropped });
    expect(long.length).toBeGreaterThan(COPY_LIMIT_BYTES);
    encodeEnd(END);
    expect(decodeEnd(long)).toEqual({ ...END, dropped });
  });

  it('is not spoilt by one before it that could not be written', () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const rescue = { hasToolCalls: false, isStructured: false, state: circular };
    expect(() => encodeEnd({ ...END, rescue })).toThrow(TypeError);
    expect(decodeEnd(encodeEnd(END))).toEqual(END);
  });

  it('may have fields at its end that are not known yet', () => {
    const writer = new PayloadWriter().natural(200).number(1.5).headers({ a: 'b' });
    const newer = writer.string('what later versions say').number(7).finish();
    expect(decodeHead(newer)).toEqual({ status: 200, headers: { a: 'b' }, waitedMs: 1.5 });
  });
});

describe('a payload from a newer peer', () => {
  it('has errors, finish reasons and scopes that become known ones', () => {
    const newer: object = {
      error: { code: 'dreamt', message: 'm', status: 500, scope: 'moon' },
      finish: { reason: 'bored' },
    };
    expect(throughEnd({ ...END, ...newer })).toMatchObject({
      error: { code: 'internal', scope: undefined },
      finish: { reason: 'other' },
    });
  });

  it.each<[string, object]>([
    ['dialect', { dialect: 'latin' }],
    ['operation', { operation: 'dream' }],
    ['framing', { framing: 'knots' }],
    ['ordinal', { ordinal: 0 }],
    ['deadlines.totalMs', { deadlines: { ...OPEN.deadlines, totalMs: Number.NaN } }],
    ['deadlines.idleMs', { deadlines: { ...OPEN.deadlines, idleMs: Number.POSITIVE_INFINITY } }],
    ['resume: how (invalid_value)', { resume: { ...OPEN.resume, how: 'prayer' } }],
    ['provider', { provider: undefined }],
  ])('is not understood for its %s', (field, change) => {
    expect(decodeOpen(encodeOpen(0, { ...OPEN, ...change }))).toEqual(new Misunderstood(field));
  });

  it.each<[string, object]>([
    ['outcome', { outcome: 'dreamt' }],
    ['timings.totalMs', { timings: { preparedMs: 1, totalMs: Number.NaN } }],
    ['usage.output', { usage: { ...END.usage, output: Number.NaN } }],
    ['usage.raw', { usage: { ...END.usage, raw: [1] } }],
    ['error.message (invalid_type)', { error: { code: 'internal', status: 500 } }],
  ])('is an end that is not understood for its %s', (field, change) => {
    expect(throughEnd({ ...END, ...change })).toEqual(new Misunderstood(field));
  });

  it('is a head that is not understood for its status', () => {
    expect(decodeHead(encodeHead({ ...HEAD, status: 7 }))).toEqual(new Misunderstood('status'));
  });
});

describe('bytes that are no payload', () => {
  const decoders = [decodeOpen, decodeHead, decodeEnd] as const;
  const samples = [encodeOpen(7, OPEN), encodeHead(HEAD), encodeEnd(END)].map((payload) => Buffer.from(payload));

  function outcomeOf(bytes: Buffer): void {
    for (const decode of decoders) {
      try {
        decode(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(WireProtocolError);
      }
    }
  }

  it('throw nothing but a protocol error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => outcomeOf(Buffer.from(bytes))),
      { numRuns: RUNS },
    );
  });

  it('throw nothing but a protocol error when they were one', () => {
    const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.constantFrom(...samples), flips, fc.nat(), (sample, damage, cut) => {
        const bytes = Buffer.from(sample);
        for (const [at, value] of damage) bytes[at % bytes.length] = value;
        outcomeOf(bytes);
        outcomeOf(bytes.subarray(0, cut % bytes.length));
      }),
      { numRuns: RUNS },
    );
  });

  it('are refused where they end too soon', () => {
    for (const [index, sample] of samples.entries()) {
      expect(() => decoders[index]?.(sample.subarray(0, -1))).toThrow(WireProtocolError);
      expect(() => decoders[index]?.(sample.subarray(0, 3))).toThrow(WireProtocolError);
    }
  });

  it('cannot make a list that is longer than they are', () => {
    const writer = new PayloadWriter().natural(200).number(1).natural(0xffff_fff0);
    expect(() => decodeHead(writer.finish())).toThrow(WireProtocolError);
  });
});
