import type { CanonicalResponse } from '@switchyard/canonical';

import { readJsonFixture } from './__fixtures__/read-fixture.js';
import { decodeResponse } from './decode-response.js';
import { encodeResponse } from './encode-response.js';

const OPTIONS = { model: 'gpt-4.1', includeUsage: false, nowSeconds: 1_800_000_000 };

describe('encodeResponse', () => {
  it('gives a decoded answer back as it was', () => {
    const body = readJsonFixture('tool-calls.response.json');
    expect(encodeResponse(decodeResponse(body), OPTIONS)).toEqual({ value: body, warnings: [] });
  });

  it('writes an answer of another dialect, and says what it cannot express', () => {
    const response: CanonicalResponse = {
      id: 'msg_1',
      model: 'claude',
      extensions: { 'anthropic-messages': { container: { id: 'c' } } },
      choices: [
        {
          content: [
            { type: 'reasoning', text: 'hm', signature: 'c2ln', provenance: 'anthropic-messages' },
            { type: 'redacted-reasoning', data: 'x', provenance: 'anthropic-messages' },
            { type: 'text', text: 'One', extensions: { 'anthropic-messages': { citations: [] } } },
            { type: 'opaque', dialect: 'anthropic-messages', value: { type: 'server_tool_use', id: 's' } },
            { type: 'text', text: ' two.' },
          ],
          finish: { reason: 'stop-sequence', stopSequence: 'END' },
        },
      ],
    };
    const { value, warnings } = encodeResponse(response, { ...OPTIONS, model: 'alias' });
    expect(value).toEqual({
      id: 'msg_1',
      object: 'chat.completion',
      created: 1_800_000_000,
      model: 'alias',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'One two.', refusal: null, reasoning_content: 'hm' },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
    });
    expect(warnings.map(({ field }) => field)).toEqual([
      'container',
      'choices[].content[reasoning].signature',
      'choices[].content[redacted-reasoning]',
      'choices[].content[opaque server_tool_use]',
      'choices[].stopSequence',
    ]);
  });

  it('brings unknown fields back to where they stood', () => {
    const body = {
      id: 'x',
      object: 'chat.completion',
      created: 5,
      model: 'gpt-4.1',
      citations: ['https://example.com'],
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'a', refusal: null, annotations: [{ type: 'url_citation' }] },
          logprobs: { content: [{ token: 'a', logprob: -1, bytes: [97], top_logprobs: [] }], refusal: null, x: 1 },
          finish_reason: 'stop',
        },
      ],
    };
    expect(encodeResponse(decodeResponse(body), OPTIONS).value).toEqual(body);
  });

  it.each([
    ['stop', 'stop'],
    ['stop-sequence', 'stop'],
    ['length', 'length'],
    ['context-window', 'length'],
    ['tool-calls', 'tool_calls'],
    ['content-filter', 'content_filter'],
    ['refusal', 'content_filter'],
    ['pause', 'stop'],
    ['other', 'stop'],
  ] as const)('writes the finish reason %s as %s', (reason, word) => {
    const response = { id: '', model: '', choices: [{ content: [], finish: { reason } }] };
    expect(encodeResponse(response, OPTIONS).value).toMatchObject({
      id: 'chatcmpl-1800000000',
      choices: [{ message: { content: '' }, finish_reason: word }],
    });
  });
});
