import type { CanonicalResponse, DialectId } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { options } from '../laws/stream-bytes.js';
import { dialectById } from '../registry/dialects.js';
import { MADE_MARK } from './made-id.js';

/** What other providers answer, with everything that only they understand. */
const FOREIGN: Readonly<Record<'openai-responses' | 'anthropic-messages', CanonicalResponse>> = {
  'openai-responses': dialectById('openai-responses').decodeResponse({
    id: 'resp_1',
    model: 'gpt',
    status: 'completed',
    output: [
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'hm' }], encrypted_content: 'ENC' },
      { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'x' } },
      {
        type: 'message',
        id: 'm_1',
        role: 'assistant',
        content: [
          { type: 'output_text', text: 'so', annotations: [{ type: 'url_citation', url: 'https://a.example' }] },
        ],
      },
    ],
  }),
  'anthropic-messages': dialectById('anthropic-messages').decodeResponse({
    id: 'msg_1',
    model: 'c',
    content: [
      { type: 'thinking', thinking: 'hm', signature: 'SIG' },
      { type: 'redacted_thinking', data: 'RED' },
      { type: 'server_tool_use', id: 's1', name: 'web_search', input: { query: 'x' } },
      { type: 'text', text: 'so' },
    ],
    stop_reason: 'end_turn',
  }),
};

/** The next request of a client that hands the answer back as it got it. */
const NEXT: Readonly<Record<string, (answer: JsonObject) => JsonObject>> = {
  'anthropic-messages': ({ content }) => {
    const messages = [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content },
      { role: 'user', content: 'on' },
    ];
    return { model: 'm', max_tokens: 100, messages };
  },
  'openai-responses': ({ output }) => {
    const items = Array.isArray(output) ? output : [];
    return {
      model: 'm',
      store: false,
      input: [{ role: 'user', content: 'hi' }, ...items, { role: 'user', content: 'on' }],
    };
  },
};

function nextTurn(client: DialectId, answer: CanonicalResponse): JsonObject {
  const told = dialectById(client).encodeResponse(answer, options).value;
  return JSON.parse(JSON.stringify(NEXT[client]?.(told)));
}

const PAIRS = [
  ['anthropic-messages', 'openai-responses'],
  ['openai-responses', 'anthropic-messages'],
] as const;

describe('a conversation that another provider answered', () => {
  it.each(PAIRS)('of a client of %s goes to its own API without what only %s understands', (client, upstream) => {
    const body = nextTurn(client, FOREIGN[upstream]);
    expect(JSON.stringify(body)).toContain(MADE_MARK);
    const dropped = dialectById(client).dropMade?.(body);
    expect(JSON.stringify(dropped?.value)).not.toContain(MADE_MARK);
    expect(JSON.stringify(dropped?.value)).toContain('"so"');
    expect(dropped?.warnings.map(({ field }) => field)).toEqual(
      client === 'anthropic-messages'
        ? ['messages[].content[].thinking', 'messages[].content[].server_tool_use', 'messages[].content[].citations']
        : ['input[].reasoning', 'input[].web_search_call'],
    );
  });

  it.each(PAIRS)('of a client of %s brings %s its own reasoning back', (client, upstream) => {
    const { value } = dialectById(client).decodeRequest(nextTurn(client, FOREIGN[upstream]));
    const encoded = dialectById(upstream).encodeRequest(value, { model: 'm' });
    const text = JSON.stringify(encoded.value);
    expect(text).toContain(upstream === 'anthropic-messages' ? '"signature":"SIG"' : '"encrypted_content":"ENC"');
    if (upstream === 'anthropic-messages') expect(text).toContain('{"type":"redacted_thinking","data":"RED"}');
    expect(text).not.toContain(MADE_MARK);
  });

  it.each(PAIRS)(
    'of a client of %s loses the steps, and says so, even where its dialect encodes it anew',
    (client, upstream) => {
      const { value } = dialectById(client).decodeRequest(nextTurn(client, FOREIGN[upstream]));
      const encoded = dialectById(client).encodeRequest(value, { model: 'm' });
      expect(JSON.stringify(encoded.value)).not.toContain(MADE_MARK);
      expect(encoded.warnings.map(({ type }) => type)).toContain('dropped');
    },
  );

  it('leaves everything else as it is', () => {
    for (const id of ['anthropic-messages', 'openai-responses', 'openai-chat'] as const) {
      const said = `about ${MADE_MARK}requests_total`;
      const messages = [{ role: 'assistant', content: [{ type: 'text', text: said }] }, 'odd'];
      const body = { model: 'm', messages, input: [{ role: 'user', content: said }, 'odd'] };
      expect(dialectById(id).dropMade?.(body)).toEqual({ value: body, warnings: [] });
      expect(dialectById(id).dropMade?.(said)).toEqual({ value: said, warnings: [] });
    }
  });

  it('takes the signature of a call of gemini out of a chat, and brings it back to gemini', () => {
    const answer = dialectById('gemini').decodeResponse({
      responseId: 'r',
      candidates: [
        {
          content: { parts: [{ functionCall: { id: 'c1', name: 'f', args: {} }, thoughtSignature: 'U0lH' }] },
          finishReason: 'STOP',
        },
      ],
    });
    const { choices } = JSON.parse(JSON.stringify(dialectById('openai-chat').encodeResponse(answer, options).value));
    const result = { role: 'tool', tool_call_id: 'c1', content: 'ok' };
    const body = { model: 'm', messages: [{ role: 'user', content: 'hi' }, choices[0].message, result] };
    const own = dialectById('openai-chat').dropMade?.(body);
    expect(JSON.stringify(own?.value)).not.toContain('extra_content');
    expect(own?.warnings).toMatchObject([
      { type: 'dropped', field: 'messages[].tool_calls[].extra_content.google.thought_signature' },
    ]);
    const { value } = dialectById('openai-chat').decodeRequest(body);
    const encoded = dialectById('gemini').encodeRequest(value, { model: 'gemini-3-pro' });
    expect(encoded.warnings).toEqual([]);
    expect(JSON.stringify(encoded.value)).toContain('"thoughtSignature":"U0lH"');
  });
});
