import fc from 'fast-check';

import type { AttemptEnd, AttemptHead, AttemptOpen } from './attempt.js';
import { isPlainEnd, isPlainHead, isPlainOpen } from './plain-payload.js';
import { endSchema, headSchema, openSchema } from './schema.js';

const OPEN: Omit<Required<AttemptOpen>, 'resume'> = {
  requestId: 'request-1',
  ordinal: 1,
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'a=b',
  dialect: 'openai-chat',
  operation: 'chat',
  stream: true,
  framing: 'json-array',
  provider: 'claude',
  credentialId: 'credential-1',
  model: 'claude-x',
  requestedModel: 'sonnet',
  modelAt: 9,
  thinking: 'high',
  answerModel: 'core-sonnet',
  strict: true,
  deadlines: { connectMs: 1, headersMs: 2, firstContentMs: 3, idleMs: 4, totalMs: 5 },
  headers: { 'anthropic-beta': 'a,b' },
  rescuable: true,
};

const HEAD: Required<AttemptHead> = { status: 200, headers: { a: 'b' }, waitedMs: 1.5 };

const END: Omit<Required<AttemptEnd>, 'error' | 'rescue'> = {
  outcome: 'success',
  upstreamStatus: 200,
  isUsageEstimated: false,
  usage: { inputUncached: 1, cacheRead: 2, cacheWrite5m: 3, cacheWrite1h: 4, output: 5, raw: { total_tokens: 15 } },
  finish: { reason: 'stop', raw: 'stop' },
  headroom: { requests: { remaining: 1, limit: 2, resetAtMs: 3 }, observedAtMs: 13 },
  answeredModel: 'claude-x-1',
  dropped: ['logit_bias'],
  timings: { preparedMs: 0.5, headersMs: 10, firstContentMs: 12.25, totalMs: 20 },
};

const KINDS = [
  { name: 'open', value: { bodyBytes: 7, attempt: OPEN }, isPlain: isPlainOpen, schema: openSchema },
  { name: 'head', value: HEAD, isPlain: isPlainHead, schema: headSchema },
  { name: 'end', value: END, isPlain: isPlainEnd, schema: endSchema },
] as const;

const FIELDS = ['bodyBytes', 'attempt', ...Object.keys({ ...OPEN, ...HEAD, ...END })];
const DEEPER = ['connectMs', 'totalMs', 'raw', 'inputUncached', 'reason', 'remaining', 'requests', 'observedAtMs'];
const NAMES = [...FIELDS, ...DEEPER, 'resume', 'rescue', 'error', '__proto__', 'unknown', 'a', '0'];

/** The text of a value in which one name's values are others, or which has one name more. */
function damaged(value: unknown, change: { readonly name: string; readonly json: string; readonly deep: boolean }) {
  const text = JSON.stringify(value);
  const at = change.deep ? text.lastIndexOf('{') : 0;
  const added = `${text.slice(0, at + 1)}${JSON.stringify(change.name)}:${change.json},${text.slice(at + 1)}`;
  const other = (name: string, old: unknown): unknown => (name === change.name ? JSON.parse(change.json) : old);
  const replaced = JSON.stringify(JSON.parse(text, other));
  return [added.replace(',}', '}'), replaced];
}

describe.each(KINDS)('a plain $name', ({ value, isPlain, schema }) => {
  it('is what the schema takes as it is', () => {
    expect(isPlain(value)).toBe(true);
    expect(schema.parse(value)).toEqual(value);
  });

  it('is nothing that its schema would refuse or change', () => {
    const changes = fc.record({
      name: fc.constantFrom(...NAMES),
      json: fc.oneof(fc.json(), fc.constantFrom('-1', '0', '1.5', '1e999', 'null', '"chat"', '"stop"', '{"a":"b"}')),
      deep: fc.boolean(),
    });
    fc.assert(
      fc.property(changes, (change) => {
        for (const text of damaged(value, change)) {
          const payload: unknown = JSON.parse(text);
          if (isPlain(payload)) expect(schema.parse(payload)).toEqual(payload);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('what is not plain', () => {
  it.each([
    [isPlainOpen, { bodyBytes: 7, attempt: { ...OPEN, resume: { how: 'replay', state: {} } } }],
    [isPlainOpen, { bodyBytes: 7 }],
    [isPlainHead, { ...HEAD, headers: [] }],
    [isPlainEnd, { ...END, error: { code: 'internal', message: 'm', status: 500 } }],
    [isPlainEnd, { ...END, finish: { reason: 'bored' } }],
    [isPlainEnd, null],
  ])('is left to its schema: %#', (isPlain, value) => {
    expect(isPlain(value)).toBe(false);
  });
});
