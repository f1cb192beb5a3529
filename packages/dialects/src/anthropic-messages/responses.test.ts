import { GatewayError, type CanonicalResponse } from '@switchyard/canonical';

import { decodeResponse } from './decode-response.js';
import { encodeResponse } from './encode-response.js';

const options = { model: 'alias', includeUsage: false, nowSeconds: 0 };

const message = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude',
  content: [
    { type: 'thinking', thinking: 'hm', signature: 'sig' },
    { type: 'text', text: 'so', citations: [{ url: 'u' }] },
    { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'x' } },
    { type: 'tool_use', id: 'toolu_1', name: 'now', input: { a: 1 }, caller: { type: 'direct' } },
  ],
  stop_reason: 'tool_use',
  stop_sequence: null,
  stop_details: null,
  container: { id: 'c1' },
  diagnostics: { x: 1 },
  usage: { input_tokens: 1, output_tokens: 2 },
};

describe('decodeResponse', () => {
  it('reads a whole message', () => {
    expect(decodeResponse(message)).toEqual({
      id: 'msg_1',
      model: 'claude',
      choices: [
        {
          content: [
            { type: 'reasoning', text: 'hm', signature: 'sig', provenance: 'anthropic-messages' },
            {
              type: 'text',
              text: 'so',
              citations: [{ type: 'opaque', dialect: 'anthropic-messages', value: { url: 'u' } }],
            },
            {
              type: 'opaque',
              dialect: 'anthropic-messages',
              value: message.content[2],
              step: { tool: 'web-search', id: 's', call: { queries: ['x'] } },
            },
            {
              type: 'tool-call',
              id: 'toolu_1',
              name: 'now',
              arguments: '{"a":1}',
              extensions: { 'anthropic-messages': { caller: { type: 'direct' } } },
            },
          ],
          finish: { reason: 'tool-calls', raw: 'tool_use' },
          extensions: { 'anthropic-messages': { container: { id: 'c1' } } },
        },
      ],
      usage: expect.objectContaining({ inputUncached: 1, output: 2 }),
      extensions: { 'anthropic-messages': { diagnostics: { x: 1 } } },
    });
  });

  it.each([[undefined], [{}], [{ ...message, content: 3 }], [{ ...message, content: [{ type: 'tool_use' }] }]])(
    'refuses %j as malformed',
    (body) => {
      expect(() => decodeResponse(body)).toThrow(expect.objectContaining({ code: 'upstream_malformed' }));
      expect(() => decodeResponse(body)).toThrow(GatewayError);
    },
  );
});

describe('encodeResponse', () => {
  it('gives the message again under the name the client used', () => {
    const { stop_details: _none, usage, ...rest } = message;
    const { value, warnings } = encodeResponse(decodeResponse(message), options);
    expect(value).toEqual({ ...rest, model: 'alias', usage: expect.objectContaining(usage) });
    expect(warnings).toEqual([]);
  });

  it('names what an answer of another dialect loses', () => {
    const response: CanonicalResponse = {
      id: 'chatcmpl-1',
      model: 'gpt',
      choices: [
        {
          content: [
            { type: 'reasoning', text: 'hm', provenance: 'openai-chat' },
            { type: 'text', text: '' },
            { type: 'tool-call', id: 'call_1', name: 'now', arguments: '{"a":' },
            { type: 'opaque', dialect: 'openai-chat', value: {} },
          ],
          finish: { reason: 'stop' },
        },
        { content: [], finish: { reason: 'stop' } },
      ],
      extensions: { 'openai-chat': { system_fingerprint: 'fp' } },
    };
    const { value, warnings } = encodeResponse(response, options);
    expect(value).toMatchObject({
      content: [
        { type: 'thinking', thinking: 'hm', signature: 'switchyard_proof:openai-chat:reasoning:' },
        { type: 'tool_use', id: 'call_1', name: 'now', input: {} },
      ],
      stop_reason: 'tool_use',
      usage: { input_tokens: 0, output_tokens: 0 },
    });
    expect(warnings.map(({ type, field }) => `${type} ${field}`)).toEqual([
      'dropped system_fingerprint',
      'approximated choices[].content[tool-call]',
      'dropped choices[].content[opaque unknown]',
      'dropped choices[]',
    ]);
  });
});
