import type { CanonicalRequest, Message } from '@switchyard/canonical';

import { decodeRequest } from './decode-request.js';
import { encodeRequest } from './encode-request.js';

const hello: Message = { role: 'user', content: [{ type: 'text', text: 'Hello' }] };

function request(more: Partial<CanonicalRequest> = {}): CanonicalRequest {
  return { model: 'alias', stream: false, messages: [hello], tools: [], ...more };
}

function encode(more: Partial<CanonicalRequest> = {}, model = 'claude-sonnet-4-5') {
  const { value, warnings } = encodeRequest(request(more), { model });
  return { value, fields: warnings.map((warning) => `${warning.type} ${warning.field}`) };
}

const calls = (...ids: string[]): Message => ({
  role: 'assistant',
  content: ids.map((id) => ({ type: 'tool-call', id, name: 'now', arguments: '' })),
});
const result = (toolCallId: string): Message => ({
  role: 'user',
  content: [{ type: 'tool-result', toolCallId, content: [{ type: 'text', text: 'noon' }] }],
});

describe('encodeRequest: the conversation', () => {
  it('puts leading instructions on top in their order, and later ones where they stood as user text', () => {
    const { value, fields } = encode({
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'one', cache: { ttl: '1h' } }] },
        { role: 'developer', content: [{ type: 'text', text: 'two' }] },
        hello,
        { role: 'assistant', content: [{ type: 'text', text: 'Hi' }] },
        { role: 'system', content: [{ type: 'text', text: 'be brief' }] },
        hello,
      ],
    });
    expect(value['system']).toEqual([
      { type: 'text', text: 'one', cache_control: { type: 'ephemeral', ttl: '1h' } },
      { type: 'text', text: 'two' },
    ]);
    expect(value['messages']).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'Hello' }] },
      { role: 'assistant', content: [{ type: 'text', text: 'Hi' }] },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'be brief' },
          { type: 'text', text: 'Hello' },
        ],
      },
    ]);
    expect(fields).toEqual(['approximated messages[system].role']);
  });

  it('gathers the results of parallel calls in one user turn, before everything else in it', () => {
    const { value } = encode({
      messages: [
        hello,
        calls('a', 'b'),
        { role: 'user', content: [{ type: 'text', text: 'well?' }] },
        result('a'),
        result('b'),
      ],
    });
    const messages = value['messages'];
    expect(messages).toHaveLength(3);
    expect(Array.isArray(messages) ? messages[2] : undefined).toMatchObject({
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'a' },
        { type: 'tool_result', tool_use_id: 'b' },
        { type: 'text', text: 'well?' },
      ],
    });
  });

  it('begins with a user turn when the client began otherwise', () => {
    const { value, fields } = encode({
      messages: [{ role: 'assistant', content: [{ type: 'text', text: 'So, \n' }] }],
    });
    expect(value['messages']).toEqual([
      { role: 'user', content: [{ type: 'text', text: '.' }] },
      { role: 'assistant', content: [{ type: 'text', text: 'So,' }] },
    ]);
    expect(fields).toEqual(['approximated messages', 'approximated messages']);
  });

  it('leaves out empty text and turns that hold nothing else', () => {
    const empty: Message = { role: 'assistant', content: [{ type: 'text', text: '' }] };
    const { value } = encode({ messages: [hello, empty, hello] });
    expect(value['messages']).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Hello' },
          { type: 'text', text: 'Hello' },
        ],
      },
    ]);
  });

  it('gives a call and its result the same legal id, and different calls different ones', () => {
    const { value } = encode({
      messages: [hello, calls('call.1', 'call:1', 'ok-1'), result('call.1'), result('call:1')],
    });
    const text = JSON.stringify(value);
    const ids = [...text.matchAll(/"(?:tool_use_)?id":"([^"]*)"/g)].map((match) => match[1]);
    expect(ids).toHaveLength(5);
    expect(new Set(ids).size).toBe(3);
    expect(ids).toContain('ok-1');
    for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9_-]+$/);
  });

  it.each([
    ['', {}, []],
    ['{"a":1}', { a: 1 }, []],
    [JSON.stringify('{"a":1}'), { a: 1 }, ['approximated messages[assistant].content[tool-call]']],
    ['{"a":', {}, ['approximated messages[assistant].content[tool-call]']],
    ['[1]', {}, ['approximated messages[assistant].content[tool-call]']],
  ])('turns the arguments %j into the object %j', (text, input, expected) => {
    const call: Message = {
      role: 'assistant',
      content: [{ type: 'tool-call', id: 'a', name: 'now', arguments: text }],
    };
    const { value, fields } = encode({ messages: [hello, call, result('a')] });
    expect(value).toMatchObject({ messages: [{}, { content: [{ input }] }, {}] });
    expect(fields).toEqual(expected);
  });

  it('sends signed reasoning back to its maker only', () => {
    const turn: Message = {
      role: 'assistant',
      content: [
        { type: 'reasoning', text: 'signed', signature: 'sig', provenance: 'anthropic-messages' },
        { type: 'reasoning', text: 'unsigned', provenance: 'anthropic-messages' },
        { type: 'reasoning', text: 'foreign', signature: 'sig', provenance: 'openai-chat' },
        { type: 'redacted-reasoning', data: 'x', provenance: 'anthropic-messages' },
        { type: 'redacted-reasoning', data: 'y', provenance: 'openai-chat' },
        { type: 'text', text: 'Hi' },
      ],
    };
    const { value, fields } = encode({ messages: [hello, turn, hello] });
    expect(value).toMatchObject({
      messages: [
        {},
        {
          content: [
            { type: 'thinking', thinking: 'signed', signature: 'sig' },
            { type: 'redacted_thinking', data: 'x' },
            { type: 'text', text: 'Hi' },
          ],
        },
        {},
      ],
    });
    expect(fields).toEqual([
      'dropped messages[assistant].content[reasoning]',
      'dropped messages[assistant].content[reasoning]',
      'dropped messages[assistant].content[redacted-reasoning]',
    ]);
  });

  it('carries images and documents in every form, and drops what Anthropic cannot take', () => {
    const { value, fields } = encode({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image', source: { type: 'data', mediaType: 'image/png', data: 'aGk=' }, detail: 'low' },
            { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
            { type: 'image', source: { type: 'file', fileId: 'file_1' } },
            { type: 'document', source: { type: 'data', mediaType: 'application/pdf', data: 'aGk=' }, title: 'T' },
            { type: 'document', source: { type: 'data', mediaType: 'text/csv', data: 'aGk=' } },
            { type: 'document', source: { type: 'text', text: 'hi' } },
            { type: 'document', source: { type: 'data', mediaType: 'application/zip', data: 'aGk=' } },
            { type: 'audio', source: { type: 'data', mediaType: 'audio/wav', data: 'aGk=' } },
            { type: 'opaque', dialect: 'openai-chat', value: { type: 'input_audio' } },
          ],
        },
      ],
    });
    expect(value).toMatchObject({
      messages: [
        {
          content: [
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'aGk=' } },
            { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
            { type: 'image', source: { type: 'file', file_id: 'file_1' } },
            { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'aGk=' }, title: 'T' },
            { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'hi' } },
            { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'hi' } },
          ],
        },
      ],
    });
    expect(fields).toEqual([
      'dropped messages[user].content[image data].detail',
      'dropped messages[user].content[document data]',
      'dropped messages[user].content[audio data]',
      'dropped messages[user].content[opaque input_audio]',
    ]);
  });
});

describe('encodeRequest: parameters', () => {
  it('names every field that Anthropic has no place for', () => {
    const { value, fields } = encode({
      choiceCount: 2,
      seed: 1,
      frequencyPenalty: 0.5,
      presencePenalty: 0.5,
      logprobs: { top: 2 },
      responseFormat: { type: 'json-object' },
      serviceTier: 'flex',
      stopSequences: ['END', ' \n'],
      metadata: { run: '7' },
      userId: 'u1',
      extensions: { 'openai-chat': { logit_bias: { 1: 2 } }, 'anthropic-messages': { container: 'c1' } },
    });
    expect(value).toEqual({
      model: 'claude-sonnet-4-5',
      max_tokens: 32_000,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
      stop_sequences: ['END'],
      metadata: { user_id: 'u1' },
      container: 'c1',
    });
    expect(fields.toSorted()).toEqual(
      [
        'dropped logit_bias',
        'dropped responseFormat',
        'dropped stopSequences',
        'dropped metadata.run',
        'dropped serviceTier',
        'dropped frequencyPenalty',
        'dropped seed',
        'dropped choiceCount',
        'dropped presencePenalty',
        'dropped logprobs',
      ].toSorted(),
    );
  });

  it('says nothing about values that ask for what happens anyway', () => {
    const { fields } = encode({
      choiceCount: 1,
      frequencyPenalty: 0,
      presencePenalty: 0,
      responseFormat: { type: 'text' },
    });
    expect(fields).toEqual([]);
  });

  it('sends a schema as structured output', () => {
    const schema = { type: 'object', properties: {}, additionalProperties: false };
    const { value, fields } = encode({ responseFormat: { type: 'json-schema', name: 'answer', strict: true, schema } });
    expect(value['output_config']).toEqual({ format: { type: 'json_schema', schema } });
    expect(fields).toEqual(['approximated responseFormat.name']);
  });

  it.each<[Partial<CanonicalRequest>, string, object, string[]]>([
    [{ temperature: 1.7 }, 'claude-sonnet-4-5', { temperature: 1 }, ['approximated temperature']],
    [{ temperature: 0.2, topP: 0.5 }, 'claude-sonnet-4-5', { temperature: 0.2 }, ['dropped topP']],
    [{ temperature: 0.2, topP: 0.5, topK: 3 }, 'claude-3-haiku', { temperature: 0.2, top_p: 0.5, top_k: 3 }, []],
    [{ temperature: 0.2, topK: 3 }, 'claude-opus-4-7', {}, ['dropped temperature', 'dropped topK']],
    [{ temperature: 1, topP: 1 }, 'claude-opus-4-7', {}, []],
  ])('fits the sampling of %j to %s', (more, model, expected, expectedFields) => {
    const { value, fields } = encode(more, model);
    const { temperature, top_p, top_k } = value;
    expect(JSON.parse(JSON.stringify({ temperature, top_p, top_k }))).toEqual(expected);
    expect(fields).toEqual(expectedFields);
  });

  it('takes the ceiling from the client, else from the name of the model, else from the options, else its own', () => {
    const ceiling = (model: string, more: Partial<CanonicalRequest>, defaultMaxOutputTokens?: number) =>
      encodeRequest(request(more), { model, defaultMaxOutputTokens }).value['max_tokens'];
    expect(ceiling('claude-opus-4-1', { maxOutputTokens: 7 }, 9000)).toBe(7);
    expect(ceiling('claude-opus-4-1', {}, 9000)).toBe(32_000);
    expect(ceiling('claude-3-5-haiku-latest', {}, 9000)).toBe(8192);
    expect(ceiling('claude-3-haiku-20240307', {}, 9000)).toBe(4096);
    expect(ceiling('m', {}, 9000)).toBe(9000);
    expect(ceiling('m', {})).toBe(4096);
  });
});

describe('encodeRequest: tools', () => {
  const tool = { type: 'function', name: 'now' } as const;

  it('gives every tool a schema, and keeps those of its own dialect as they are', () => {
    const { value, fields } = encode({
      tools: [
        tool,
        { type: 'function', name: 'at', description: 'd', parameters: { properties: {} }, strict: true, cache: {} },
        { type: 'opaque', dialect: 'anthropic-messages', value: { type: 'web_search_20250305', name: 'web_search' } },
        { type: 'opaque', dialect: 'openai-chat', value: { type: 'custom' } },
      ],
    });
    expect(value['tools']).toEqual([
      { name: 'now', input_schema: { type: 'object', properties: {} } },
      {
        name: 'at',
        description: 'd',
        input_schema: { type: 'object', properties: {} },
        strict: true,
        cache_control: { type: 'ephemeral' },
      },
      { type: 'web_search_20250305', name: 'web_search' },
    ]);
    expect(fields).toEqual(['dropped tools[opaque custom]']);
  });

  it.each<[Partial<CanonicalRequest>, unknown]>([
    [{}, undefined],
    [{ toolChoice: { type: 'auto' } }, { type: 'auto' }],
    [
      { toolChoice: { type: 'required' }, parallelToolCalls: false },
      { type: 'any', disable_parallel_tool_use: true },
    ],
    [{ toolChoice: { type: 'tool', name: 'now' } }, { type: 'tool', name: 'now' }],
    [{ toolChoice: { type: 'none' }, parallelToolCalls: false }, { type: 'none' }],
    [{ parallelToolCalls: false }, { type: 'auto', disable_parallel_tool_use: true }],
  ])('says %j as %j', (more, expected) => {
    expect(encode({ tools: [tool], ...more }).value['tool_choice']).toEqual(expected);
  });

  it('does not force a tool that is not there, and says so', () => {
    const { value, fields } = encode({ toolChoice: { type: 'required' } });
    expect(value).not.toHaveProperty('tool_choice');
    expect(fields).toEqual(['dropped toolChoice']);
  });

  it('does not force a tool while the model thinks', () => {
    const { value, fields } = encode({
      tools: [tool],
      toolChoice: { type: 'required' },
      reasoning: { type: 'budget', tokens: 2000 },
    });
    expect(value['tool_choice']).toEqual({ type: 'auto' });
    expect(fields).toEqual(['approximated toolChoice']);
  });
});

describe('encodeRequest after decodeRequest', () => {
  it('gives an Anthropic request again, its unknown fields included', () => {
    const cache = { cache_control: { type: 'ephemeral', ttl: '1h' } };
    const body = {
      model: 'claude-sonnet-4-5',
      max_tokens: 20_000,
      system: [{ type: 'text', text: 'be kind', ...cache }],
      stream: true,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'document', source: { type: 'content', content: 'x' }, citations: { enabled: true } },
            { type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' }, context: 'c', title: 't' },
            { type: 'future', x: 1 },
            { type: 'text', text: 'Hello', ...cache },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 'sig' },
            { type: 'tool_use', id: 'toolu_1', name: 'now', input: { a: 1 }, caller: { type: 'direct' } },
          ],
        },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 'toolu_1',
              is_error: true,
              content: [{ type: 'search_result', source: 's' }],
            },
          ],
        },
      ],
      tools: [{ name: 'now', input_schema: { type: 'object' }, defer_loading: true, ...cache }],
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      thinking: { type: 'enabled', budget_tokens: 4000, display: 'omitted' },
      output_config: { effort: 'low', format: { type: 'json_schema', schema: { type: 'object' } } },
      metadata: { user_id: 'u', session: 's' },
      service_tier: 'standard_only',
      stop_sequences: ['END'],
      mcp_servers: [{ name: 'm' }],
    };
    const { value, warnings } = encodeRequest(decodeRequest(body).value, { model: 'claude-sonnet-4-5' });
    expect(value).toEqual(body);
    expect(warnings).toEqual([]);
  });
});
