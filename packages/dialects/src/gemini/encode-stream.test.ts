import { unfoldResponse, type CanonicalResponse, type StreamEvent } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { createStreamEncoder } from './encode-stream.js';
import { encodeResponse } from './encode-response.js';

const OPTIONS = { model: 'client-model', includeUsage: false, nowSeconds: 1 };

function encode(events: Iterable<StreamEvent>): JsonObject[] {
  const encoder = createStreamEncoder(OPTIONS);
  const text = [...events].map((event) => encoder.next(event)).join('');
  return text === ''
    ? []
    : text
        .trimEnd()
        .split('\n\n')
        .map((frame) => JSON.parse(frame.replace(/^data: /, '')));
}

/** The parts of the chunks, one list per chunk, and the reasons why candidates finished. */
function partsOf(chunks: readonly JsonObject[]): unknown[] {
  return chunks.map(({ candidates }) =>
    Array.isArray(candidates) ? candidates.map((item) => item.finishReason ?? item.content?.parts) : candidates,
  );
}

const START: StreamEvent = { type: 'start', id: 'msg_1', model: 'm' };
const FINISH: StreamEvent = { type: 'finish', choice: 0, finish: { reason: 'tool-calls' } };
const END: StreamEvent = { type: 'end' };

const ANSWER: CanonicalResponse = {
  id: 'msg_1',
  model: 'm',
  choices: [
    {
      content: [
        { type: 'reasoning', text: 'hm', signature: 's', provenance: 'anthropic-messages' },
        { type: 'redacted-reasoning', data: 'x', provenance: 'anthropic-messages' },
        { type: 'text', text: 'Hello' },
        { type: 'opaque', dialect: 'anthropic-messages', value: { type: 'server_tool_use' } },
        { type: 'tool-call', id: 'a', name: 'f', arguments: '{"x":1}' },
        { type: 'refusal', text: 'No.' },
      ],
      finish: { reason: 'stop-sequence', stopSequence: 'END' },
    },
  ],
  usage: { inputUncached: 3, cacheRead: 2, cacheWrite5m: 0, cacheWrite1h: 0, output: 9, reasoning: 4 },
};

const PARTS = [
  { text: 'hm', thought: true },
  { text: 'Hello' },
  { functionCall: { id: 'a', name: 'f', args: { x: 1 } } },
  { text: 'No.' },
];

describe('createStreamEncoder', () => {
  it('writes a part in each chunk, and the finish with the usage in the last', () => {
    const chunks = encode(unfoldResponse(ANSWER));
    expect(partsOf(chunks)).toEqual([...PARTS.map((part) => [[part]]), ['STOP']]);
    for (const chunk of chunks) expect(chunk).toMatchObject({ modelVersion: 'client-model', responseId: 'msg_1' });
    expect(chunks.at(-1)).toEqual({
      candidates: [{ content: { parts: [{ text: '' }], role: 'model' }, finishReason: 'STOP', index: 0 }],
      usageMetadata: {
        promptTokenCount: 5,
        candidatesTokenCount: 5,
        totalTokenCount: 14,
        cachedContentTokenCount: 2,
        thoughtsTokenCount: 4,
      },
      modelVersion: 'client-model',
      responseId: 'msg_1',
    });
  });

  it('gathers the arguments of calls, and writes what came meanwhile after them', () => {
    const at = (index: number) => ({ choice: 0, index });
    const chunks = encode([
      START,
      { type: 'tool-call-start', id: 'a', name: 'f', ...at(0) },
      { type: 'tool-call-start', id: 'b', name: 'g', ...at(1) },
      { type: 'tool-call-delta', argumentsText: '{"y":', ...at(1) },
      { type: 'text-start', ...at(2) },
      { type: 'text-delta', text: 'later', ...at(2) },
      { type: 'tool-call-delta', argumentsText: '{"x":1}', ...at(0) },
      { type: 'tool-call-end', extensions: { gemini: { thoughtSignature: 's' } }, ...at(0) },
      { type: 'tool-call-delta', argumentsText: '2}', ...at(1) },
      { type: 'tool-call-end', ...at(1) },
      { type: 'text-end', ...at(2) },
      FINISH,
      END,
    ]);
    expect(partsOf(chunks)).toEqual([
      [[{ functionCall: { id: 'a', name: 'f', args: { x: 1 } }, thoughtSignature: 's' }]],
      [[{ functionCall: { id: 'b', name: 'g', args: { y: 2 } } }]],
      [[{ text: 'later' }]],
      ['STOP'],
    ]);
  });

  it('ends with an error in its own shape, and nothing after it', () => {
    const error = { code: 'upstream_truncated', message: 'cut', status: 502 } as const;
    const chunks = encode([
      START,
      { type: 'text-start', choice: 0, index: 0 },
      { type: 'text-delta', choice: 0, index: 0, text: 'a' },
      { type: 'error', error },
      END,
    ]);
    expect(chunks).toHaveLength(2);
    expect(chunks[1]).toMatchObject({ error: { code: 502, message: 'cut', status: 'UNAVAILABLE' } });
  });
});

describe('encodeResponse', () => {
  it('writes the same parts as the stream, and says what is lost', () => {
    const { value, warnings } = encodeResponse(ANSWER, OPTIONS);
    expect(value).toMatchObject({
      candidates: [{ content: { parts: PARTS, role: 'model' }, finishReason: 'STOP', index: 0 }],
      usageMetadata: { totalTokenCount: 14 },
      modelVersion: 'client-model',
      responseId: 'msg_1',
    });
    expect(warnings.map(({ type, field }) => `${type} ${field}`)).toEqual([
      'dropped choices[].content[reasoning].signature',
      'dropped choices[].content[redacted-reasoning]',
      'dropped choices[].content[opaque server_tool_use]',
      'approximated choices[].content[refusal]',
      'dropped choices[].stopSequence',
    ]);
  });

  it.each([
    ['stop', 'STOP'],
    ['tool-calls', 'STOP'],
    ['length', 'MAX_TOKENS'],
    ['context-window', 'MAX_TOKENS'],
    ['content-filter', 'SAFETY'],
    ['refusal', 'SAFETY'],
    ['pause', 'STOP'],
    ['other', 'OTHER'],
  ] as const)('says %s as %s', (reason, word) => {
    const response = { ...ANSWER, choices: [{ content: [], finish: { reason } }] };
    expect(encodeResponse(response, OPTIONS).value['candidates']).toMatchObject([{ finishReason: word }]);
  });
});
