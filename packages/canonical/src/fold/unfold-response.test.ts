import { GatewayError } from '../errors/gateway-error.js';
import type { CanonicalResponse } from '../response.js';
import { checkStreamGrammar } from './check-grammar.js';
import { foldStream } from './fold-stream.js';
import { unfoldResponse } from './unfold-response.js';

const response: CanonicalResponse = {
  id: 'msg_1',
  model: 'm',
  createdAt: 1_700_000_000,
  choices: [
    {
      content: [
        { type: 'reasoning', text: '', signature: 'sig', provenance: 'anthropic-messages' },
        { type: 'redacted-reasoning', data: 'x', provenance: 'anthropic-messages' },
        { type: 'reasoning', text: 'Hm', form: 'summary', provenance: 'openai-responses' },
        {
          type: 'tool-call',
          id: 'b',
          name: 'files__edit',
          arguments: '{"input":"x"}',
          freeform: true,
          namespaced: { namespace: 'files', name: 'edit' },
        },
        { type: 'text', text: 'Hello', extensions: { 'anthropic-messages': { citations: [] } } },
        { type: 'opaque', dialect: 'anthropic-messages', value: { type: 'server_tool_use' } },
        {
          type: 'tool-call',
          id: 'a',
          name: 'now',
          arguments: '{}',
          extensions: { 'anthropic-messages': { caller: 1 } },
        },
      ],
      finish: { reason: 'tool-calls', raw: 'tool_use' },
      extensions: { 'anthropic-messages': { stop_details: {} } },
    },
    { content: [{ type: 'refusal', text: 'no' }], finish: { reason: 'refusal' } },
  ],
  usage: { inputUncached: 1, cacheRead: 2, cacheWrite5m: 3, cacheWrite1h: 4, output: 5 },
  extensions: { 'openai-chat': { system_fingerprint: 'fp' } },
};

describe('unfoldResponse', () => {
  it('gives legal events that fold to the answer again', () => {
    const events = unfoldResponse(response);
    expect(checkStreamGrammar(events)).toEqual([]);
    expect(foldStream(events)).toEqual({ response });
  });

  it('refuses a block that no stream event can carry', () => {
    const image = { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } } as const;
    const withImage = { ...response, choices: [{ content: [image], finish: { reason: 'stop' } as const }] };
    expect(() => unfoldResponse(withImage)).toThrow(GatewayError);
  });
});
