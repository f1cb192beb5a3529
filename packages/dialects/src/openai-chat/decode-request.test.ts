import { GatewayError, type CanonicalRequest } from '@switchyard/canonical';

import { readJsonFixture } from './__fixtures__/read-fixture.js';
import { decodeRequest } from './decode-request.js';

function decode(fields: Record<string, unknown>): CanonicalRequest {
  return decodeRequest({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...fields }).value;
}

function paramOf(body: unknown): string | undefined {
  try {
    decodeRequest(body);
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'invalid_request') return error.param;
    throw error;
  }
  throw new Error('the request was accepted');
}

describe('decodeRequest', () => {
  it('reads every field of a request that uses them all, and loses nothing', () => {
    const { value, warnings } = decodeRequest(readJsonFixture('request.json'));
    expect(warnings).toEqual([]);
    const { messages, tools, ...rest } = value;
    expect(rest).toEqual({
      model: 'gpt-4.1',
      stream: true,
      includeUsage: true,
      toolChoice: { type: 'tool', name: 'weather' },
      parallelToolCalls: false,
      maxOutputTokens: 300,
      temperature: 0.5,
      topP: 0.9,
      stopSequences: ['END'],
      seed: 7,
      frequencyPenalty: 0.1,
      presencePenalty: -0.1,
      choiceCount: 2,
      logprobs: { top: 3 },
      reasoning: { type: 'effort', effort: 'low' },
      responseFormat: { type: 'json-schema', name: 'answer', schema: { type: 'object' }, strict: true },
      userId: 'u-1',
      metadata: { team: 'blue' },
      serviceTier: 'flex',
      extensions: {
        'openai-chat': {
          logit_bias: { '50256': -100 },
          prompt_cache_key: 'thread-1',
          stream_options: { include_obfuscation: false },
        },
      },
    });
    expect(tools).toEqual([
      {
        type: 'function',
        name: 'weather',
        description: 'Now',
        parameters: { type: 'object', properties: {} },
        strict: true,
      },
      {
        type: 'function',
        name: 'shell',
        parameters: {
          type: 'object',
          properties: { input: { type: 'string' } },
          required: ['input'],
          additionalProperties: false,
        },
        freeform: {},
        extensions: { 'openai-chat': { custom: {} } },
      },
    ]);
    expect(messages).toEqual([
      { role: 'system', content: [{ type: 'text', text: 'Be brief.' }], name: 'ops' },
      { role: 'developer', content: [{ type: 'text', text: 'Use metric units.', cache: { ttl: '1h' } }] },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Weather here and there?' },
          { type: 'image', source: { type: 'url', url: 'https://example.com/here.png' }, detail: 'low' },
          { type: 'image', source: { type: 'data', mediaType: 'image/png', data: 'iVBORw0K' } },
          { type: 'audio', source: { type: 'data', mediaType: 'audio/mpeg', data: 'UklGRg==' } },
          {
            type: 'document',
            source: { type: 'data', mediaType: 'application/pdf', data: 'JVBERi0=' },
            title: 'map.pdf',
          },
          { type: 'document', source: { type: 'file', fileId: 'file-1' } },
          {
            type: 'opaque',
            dialect: 'openai-chat',
            value: { type: 'video_url', video_url: { url: 'https://example.com/v.mp4' } },
          },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'Two cities, two calls.', provenance: 'openai-chat' },
          { type: 'tool-call', id: 'call_a', name: 'weather', arguments: '{"city":"Bern"}' },
          { type: 'tool-call', id: 'call_b', name: 'weather', arguments: '{}' },
          {
            type: 'tool-call',
            id: 'call_c',
            name: 'shell',
            arguments: '{"input":"date"}',
            freeform: true,
            extensions: { 'openai-chat': { custom: {} } },
          },
        ],
        extensions: { 'openai-chat': { reasoning_details: [{ type: 'reasoning.encrypted', data: 'b3BhcXVl' }] } },
      },
      {
        role: 'user',
        content: [
          { type: 'tool-result', toolCallId: 'call_a', content: [{ type: 'text', text: '12 °C' }] },
          { type: 'tool-result', toolCallId: 'call_b', content: [{ type: 'text', text: 'no city' }] },
        ],
      },
      { role: 'user', content: [{ type: 'text', text: 'And the time?', cache: {} }] },
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'Noon?', provenance: 'openai-chat' },
          { type: 'text', text: 'Noon.' },
        ],
      },
      { role: 'assistant', content: [{ type: 'refusal', text: 'I cannot say.' }] },
    ]);
  });

  it('takes null for not given', () => {
    const nothing = { stream: null, tools: null, stop: null, n: null, logprobs: null, tool_choice: null, user: null };
    expect(decode({ ...nothing, stop: [] })).toEqual(decode({}));
  });

  it.each([
    ['minimal', { type: 'effort', effort: 'minimal' }],
    ['xhigh', { type: 'effort', effort: 'xhigh' }],
    ['none', { type: 'off' }],
    ['default', { type: 'auto' }],
  ])('reads the reasoning effort %s', (word, reasoning) => {
    expect(decode({ reasoning_effort: word }).reasoning).toEqual(reasoning);
  });

  it.each(['auto', 'none', 'required'])('reads the tool choice %s', (choice) => {
    expect(decode({ tool_choice: choice }).toolChoice).toEqual({ type: choice });
  });

  it('reads max_tokens, and max_completion_tokens before it', () => {
    expect(decode({ max_tokens: 5 }).maxOutputTokens).toBe(5);
    expect(decode({ max_tokens: 5, max_completion_tokens: 6 }).maxOutputTokens).toBe(6);
  });

  it('keeps values that only this dialect knows', () => {
    const only = {
      tool_choice: { type: 'allowed_tools', allowed_tools: { mode: 'auto', tools: [] } },
      reasoning_effort: 'heroic',
      response_format: { type: 'grammar', grammar: 'x' },
    };
    expect(decode(only).extensions).toEqual({ 'openai-chat': only });
    expect(decode({ response_format: { type: 'json_object' } }).responseFormat).toEqual({ type: 'json-object' });
  });

  it('keeps unknown fields of messages, parts, tools and tool calls where they stood', () => {
    const { messages, tools } = decode({
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'a', x: 1 }], y: 2 },
        { role: 'assistant', content: null, tool_calls: [{ id: 'c', function: { name: 'f', arguments: '{}', q: 3 } }] },
        { role: 'tool', tool_call_id: 'c', content: '', name: 'f' },
      ],
      tools: [{ type: 'function', function: { name: 'f' }, z: 4 }],
    });
    expect(messages[0]).toMatchObject({
      content: [{ extensions: { 'openai-chat': { x: 1 } } }],
      extensions: { 'openai-chat': { y: 2 } },
    });
    expect(messages[1]?.content[0]?.extensions).toEqual({ 'openai-chat': { function: { q: 3 } } });
    expect(messages[2]?.content[0]?.extensions).toEqual({ 'openai-chat': { name: 'f' } });
    expect(tools[0]).toMatchObject({ extensions: { 'openai-chat': { z: 4 } } });
  });

  it('takes the cache mark of a message for its last block, and of a tool for the tool', () => {
    const { messages, tools } = decode({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b' },
          ],
          cache_control: { type: 'ephemeral', ttl: '5m' },
        },
      ],
      tools: [{ type: 'function', function: { name: 'f' }, cache_control: { type: 'ephemeral' } }],
    });
    expect(messages[0]?.content.map((block) => block.cache)).toEqual([undefined, { ttl: '5m' }]);
    expect(tools[0]).toEqual({ type: 'function', name: 'f', cache: {} });
  });

  it.each([
    [null, undefined],
    [{ messages: [{ role: 'user', content: 'x' }] }, 'model'],
    [{ model: 'm' }, 'messages'],
    [{ model: 'm', messages: [] }, 'messages'],
    [{ model: 'm', messages: [{ role: 'function', content: 'x' }] }, 'messages[0].role'],
    [{ model: 'm', messages: [{ role: 'user', content: 7 }] }, 'messages[0].content'],
    [{ model: 'm', messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].tool_call_id'],
    [
      { model: 'm', messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { detail: 'low' } }] }] },
      'messages[0].content[0].image_url',
    ],
    [{ model: 'm', messages: [{ role: 'user', content: [{ type: 'text' }] }] }, 'messages[0].content[0].text'],
    [{ model: 'm', messages: [{ role: 'user', content: 'x' }], temperature: 'hot' }, 'temperature'],
    [
      { model: 'm', messages: [{ role: 'user', content: 'x' }], tools: [{ type: 'function', function: {} }] },
      'tools[0].function.name',
    ],
  ])('refuses %j, naming the parameter', (body, param) => {
    expect(paramOf(body)).toBe(param);
  });
});
