import type { CanonicalResponse, DialectId } from '@switchyard/canonical';
import { foldStream, unfoldResponse } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { decodeStream, encodeStream, options, scan } from '../laws/stream-bytes.js';
import { inClientWords } from '../losses/name-field.js';
import { dialectById } from '../registry/dialects.js';

const SEARCH = {
  type: 'web_search_20250305',
  name: 'web_search',
  max_uses: 8,
  allowed_domains: ['example.com'],
  user_location: { type: 'approximate', city: 'Oslo', country: 'NO' },
};

function fromAnthropic(changes: JsonObject, to: DialectId, model = 'm') {
  const body = { model: 'c', max_tokens: 100, messages: [{ role: 'user', content: 'hi' }], ...changes };
  const { value } = dialectById('anthropic-messages').decodeRequest(body);
  const encoded = dialectById(to).encodeRequest(value, { model });
  const lost = inClientWords('anthropic-messages', encoded.warnings).map(({ type, field }) => `${type} ${field}`);
  return { body: encoded.value, lost };
}

describe('a request for tools of the provider', () => {
  it('asks for the search of the target, with the options that it has', () => {
    const forced = { tools: [SEARCH], tool_choice: { type: 'tool', name: 'web_search' } };
    expect(fromAnthropic(forced, 'openai-responses')).toMatchObject({
      body: {
        tools: [
          {
            type: 'web_search',
            filters: { allowed_domains: ['example.com'] },
            user_location: { type: 'approximate', city: 'Oslo', country: 'NO' },
          },
        ],
        tool_choice: 'required',
        include: ['web_search_call.action.sources'],
      },
      lost: ['dropped tools[].max_uses'],
    });
    const gemini = fromAnthropic({ tools: [SEARCH] }, 'gemini');
    expect(gemini.body['tools']).toEqual([{ googleSearch: {} }]);
    expect(gemini.lost).toEqual([
      'dropped tools[].max_uses',
      'dropped tools[].allowed_domains',
      'dropped tools[].user_location',
    ]);
  });

  it('searches in openai-chat with the models that search, and says so of the others', () => {
    const { body, lost } = fromAnthropic({ tools: [SEARCH] }, 'openai-chat', 'gpt-5-search-api');
    expect(body['web_search_options']).toEqual({
      user_location: { type: 'approximate', approximate: { city: 'Oslo', country: 'NO' } },
    });
    expect(lost).toEqual(['dropped tools[].max_uses', 'dropped tools[].allowed_domains']);
    const other = fromAnthropic({ tools: [SEARCH] }, 'openai-chat', 'gpt-5');
    expect(other.body).not.toHaveProperty('web_search_options');
    expect(other.lost).toEqual(['dropped tools[].web_search_20250305']);
  });

  it('keeps the functions and drops the search where gemini takes only one of them', () => {
    const tools = [SEARCH, { name: 'look', input_schema: { type: 'object' } }];
    const { body, lost } = fromAnthropic({ tools }, 'gemini');
    expect(body['tools']).toMatchObject([{ functionDeclarations: [{ name: 'look' }] }]);
    expect(lost).toEqual(['dropped tools[].web_search_20250305']);
  });

  it.each([
    ['anthropic-messages', { tools: [{ ...SEARCH, type: 'web_search_20260209', allowed_callers: ['direct'] }] }],
    ['anthropic-messages', { tools: [{ type: 'web_fetch_20250910', name: 'web_fetch', max_content_tokens: 9 }] }],
    ['openai-responses', { tools: [{ type: 'web_search_preview', search_context_size: 'low' }] }],
    ['openai-responses', { tools: [{ type: 'code_interpreter', container: 'cntr_1' }] }],
    ['gemini', { tools: [{ googleSearch: { excludeDomains: ['a'] } }, { codeExecution: {} }, { urlContext: {} }] }],
    ['openai-chat', { web_search_options: { search_context_size: 'low' } }],
  ] as const)('of %s comes out of it as it went in: %j', (id, asked) => {
    const dialect = dialectById(id);
    const contents = [{ role: 'user', parts: [{ text: 'hi' }] }];
    const messages = [{ role: 'user', content: 'hi' }];
    const body = { model: 'm', max_tokens: 9, input: 'hi', messages, contents, ...asked };
    const { value } = dialect.decodeRequest(body, { model: 'm', stream: false });
    const encoded = dialect.encodeRequest(value, { model: 'm' });
    expect(encoded.value).toMatchObject(asked);
  });
});

const SEARCHED: CanonicalResponse = dialectById('anthropic-messages').decodeResponse({
  id: 'msg_1',
  model: 'c',
  content: [
    { type: 'server_tool_use', id: 's1', name: 'web_search', input: { query: 'a' } },
    { type: 'server_tool_use', id: 's2', name: 'web_search', input: { query: 'b' } },
    { type: 'web_search_tool_result', tool_use_id: 's1', content: [{ type: 'web_search_result', url: 'u1' }] },
    { type: 'web_search_tool_result', tool_use_id: 's2', content: { error_code: 'unavailable' } },
    { type: 'text', text: 'so' },
  ],
  stop_reason: 'end_turn',
});

describe('the steps of an answer', () => {
  it('of searches in parallel are items of their own, each with what it found', () => {
    const { value } = dialectById('openai-responses').encodeResponse(SEARCHED, options);
    expect(value['output']).toMatchObject([
      {
        id: 'ws_switchyard_msg1_0',
        type: 'web_search_call',
        status: 'completed',
        action: { type: 'search', query: 'a', sources: [{ type: 'url', url: 'u1' }] },
      },
      { id: 'ws_switchyard_msg1_1', type: 'web_search_call', status: 'failed', action: { query: 'b' } },
      { type: 'message', content: [{ text: 'so' }] },
    ]);
  });

  it('stream as they come, and end before what follows is finished', () => {
    const bytes = encodeStream(dialectById('openai-responses'), unfoldResponse(SEARCHED)).toString();
    const types = scan([Buffer.from(bytes)]).map(({ event }) => event?.replace('response.', ''));
    expect(types.slice(2, 9)).toEqual([
      'output_item.added',
      'web_search_call.in_progress',
      'output_item.added',
      'web_search_call.in_progress',
      'web_search_call.completed',
      'output_item.done',
      'output_item.done',
    ]);
  });

  it('of gemini, told with its last chunk, reach clients that have items or blocks for them', () => {
    const answer = {
      responseId: 'r1',
      modelVersion: 'g',
      candidates: [
        {
          content: { parts: [{ text: 'so' }], role: 'model' },
          finishReason: 'STOP',
          groundingMetadata: { webSearchQueries: ['a', 'b'] },
          urlContextMetadata: {
            urlMetadata: [{ retrievedUrl: 'https://x.example', urlRetrievalStatus: 'URL_RETRIEVAL_STATUS_SUCCESS' }],
          },
        },
      ],
    };
    const response = dialectById('gemini').decodeResponse(answer);
    const toOpenai = dialectById('openai-responses').encodeResponse(response, options);
    expect(toOpenai.warnings).toEqual([]);
    expect(toOpenai.value['output']).toMatchObject([
      { type: 'message' },
      { type: 'web_search_call', status: 'completed', action: { type: 'search', query: 'a', queries: ['a', 'b'] } },
      { type: 'web_search_call', status: 'completed', action: { type: 'open_page', url: 'https://x.example' } },
    ]);
    const toClaude = dialectById('anthropic-messages').encodeResponse(response, options);
    expect(toClaude.warnings).toEqual([]);
    expect(toClaude.value['content']).toMatchObject([
      { type: 'text' },
      { type: 'server_tool_use', id: expect.stringMatching(/^srvtoolu_switchyard_\w+$/), input: { query: 'a' } },
      { type: 'server_tool_use', name: 'web_search', input: { query: 'b' } },
      { type: 'server_tool_use', name: 'web_fetch', input: { url: 'https://x.example' } },
    ]);
  });

  it('of code have one id for call and result, where gemini gives none', () => {
    const part = { executableCode: { language: 'PYTHON', code: 'print(1)' } };
    const result = { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1' } };
    const content = { parts: [part, result, part, result], role: 'model' };
    const candidates = [{ content, finishReason: 'STOP' }];
    const response = dialectById('gemini').decodeResponse({ responseId: 'r1', candidates });
    for (const to of ['anthropic-messages', 'openai-responses', 'gemini'] as const) {
      const dialect = dialectById(to);
      const whole = dialect.decodeResponse(dialect.encodeResponse(response, options).value);
      const streamed = foldStream(decodeStream(dialect, scan([encodeStream(dialect, unfoldResponse(response))])));
      expect(streamed.response?.choices[0]?.content).toEqual(whole.choices[0]?.content);
      const steps = whole.choices[0]?.content.map((block) => (block.type === 'opaque' ? block.step : undefined)) ?? [];
      expect(steps.flatMap((step) => step?.call ?? [])).toEqual([{ code: 'print(1)' }, { code: 'print(1)' }]);
      expect(steps.flatMap((step) => step?.result ?? [])).toEqual([{ output: '1' }, { output: '1' }]);
      const ids = new Set(steps.map((step) => step?.id));
      expect(ids.size).toBe(to === 'gemini' ? 1 : 2);
    }
  });
});
