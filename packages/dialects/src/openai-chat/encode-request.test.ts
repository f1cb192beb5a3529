import type { Block, CanonicalRequest, Message, ToolResultBlock } from '@switchyard/canonical';

import { readJsonFixture } from './__fixtures__/read-fixture.js';
import { decodeRequest } from './decode-request.js';
import { encodeRequest } from './encode-request.js';

function encode(request: Partial<CanonicalRequest>, model = 'm') {
  const { value, warnings } = encodeRequest(
    {
      model: 'x',
      stream: false,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
      tools: [],
      ...request,
    },
    { model },
  );
  return { value, lost: warnings.map(({ type, field }) => `${type} ${field}`) };
}

function encodeMessages(...messages: readonly Message[]) {
  const { value, lost } = encode({ messages });
  return { messages: value['messages'], lost };
}

function user(...content: readonly Block[]): Message {
  return { role: 'user', content };
}

function result(toolCallId: string, text: string): ToolResultBlock {
  return { type: 'tool-result', toolCallId, content: [{ type: 'text', text }] };
}

const CALLS: Message = {
  role: 'assistant',
  content: [
    { type: 'text', text: 'Looking.' },
    { type: 'tool-call', id: 'a', name: 'f', arguments: '{}' },
    { type: 'tool-call', id: 'b', name: 'f', arguments: '' },
  ],
};

describe('encodeRequest', () => {
  it('gives a decoded request back but for what the API says otherwise', () => {
    const original = readJsonFixture('request.json');
    const { value, warnings } = encodeRequest(decodeRequest(original).value, { model: 'gpt-5-mini' });
    const { messages: sent, ...fields } = value;
    const { messages: _, store: __, ...expected } = original;
    expect(fields).toEqual({ ...expected, model: 'gpt-5-mini', stop: ['END'] });
    expect(sent).toMatchSnapshot();
    expect(warnings).toEqual([
      {
        type: 'dropped',
        field: 'messages[developer].content[text].cache',
        reason: 'openai-chat caches prompts without marks',
      },
      {
        type: 'dropped',
        field: 'messages[user].content[text].cache',
        reason: 'openai-chat caches prompts without marks',
      },
    ]);
  });

  it('is stable: what it wrote decodes and encodes to the same', () => {
    const once = encodeRequest(decodeRequest(readJsonFixture('request.json')).value, { model: 'gpt-5' }).value;
    expect(encodeRequest(decodeRequest(once).value, { model: 'gpt-5' }).value).toEqual(once);
  });

  it('keeps the prefix of the conversation byte for byte when a turn is added', () => {
    const turns = decodeRequest(readJsonFixture('request.json')).value.messages;
    for (let count = 1; count < turns.length; count += 1) {
      // Tool results and attachments belong to the run of turns after an assistant, so runs are compared whole.
      if (turns[count]?.role !== 'assistant') continue;
      const shorter = JSON.stringify(encodeMessages(...turns.slice(0, count)).messages).slice(0, -1);
      expect(JSON.stringify(encodeMessages(...turns).messages).startsWith(shorter)).toBe(true);
    }
  });

  it.each([
    ['gpt-4o', 'max_tokens'],
    ['o1', 'max_completion_tokens'],
    ['o3-mini', 'max_completion_tokens'],
    ['gpt-5.1', 'max_completion_tokens'],
    ['openrouter-x', 'max_tokens'],
    ['o', 'max_tokens'],
  ])('tells %s the ceiling as %s', (model, field) => {
    expect(encode({ maxOutputTokens: 9 }, model).value).toMatchObject({ [field]: 9 });
  });

  it('asks for usage in a stream unless its own client did not, and says nothing about streams otherwise', () => {
    expect(encode({ stream: true }).value).toMatchObject({ stream: true, stream_options: { include_usage: true } });
    const { value } = decodeRequest({ model: 'm', stream: true, messages: [{ role: 'user', content: 'hi' }] });
    expect(encode(value).value).toMatchObject({ stream: true, stream_options: { include_usage: false } });
    expect(Object.keys(encode({}).value)).toEqual(['model', 'messages']);
  });

  it.each([
    [1, 'minimal'],
    [512, 'minimal'],
    [513, 'low'],
    [1024, 'low'],
    [8192, 'medium'],
    [24_576, 'high'],
    [24_577, 'xhigh'],
  ])('makes a thinking budget of %d the effort %s, and says so', (tokens, effort) => {
    const { value, lost } = encode({ reasoning: { type: 'budget', tokens } });
    expect(value['reasoning_effort']).toBe(effort);
    expect(lost).toEqual(['approximated reasoningEffort']);
  });

  it('writes the other kinds of reasoning requests', () => {
    expect(encode({ reasoning: { type: 'off' } }).value['reasoning_effort']).toBe('none');
    expect(encode({ reasoning: { type: 'auto' } }).value).not.toHaveProperty('reasoning_effort');
    expect(encode({ reasoning: { type: 'effort', effort: 'high' } }).value['reasoning_effort']).toBe('high');
    expect(encode({ reasoning: { type: 'effort', effort: 'max' } })).toMatchObject({
      value: { reasoning_effort: 'xhigh' },
      lost: ['approximated reasoningEffort'],
    });
  });

  it('places tool results right after their calls, before everything else the user said', () => {
    const { messages, lost } = encodeMessages(
      CALLS,
      user({ type: 'text', text: 'By the way' }, result('b', 'two'), { type: 'text', text: 'thanks' }),
      { role: 'system', content: [{ type: 'text', text: 'Mind the time.' }] },
      user(result('a', 'one')),
    );
    expect(messages).toEqual([
      {
        role: 'assistant',
        content: 'Looking.',
        tool_calls: [
          { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } },
          { id: 'b', type: 'function', function: { name: 'f', arguments: '{}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'b', content: 'two' },
      { role: 'tool', tool_call_id: 'a', content: 'one' },
      { role: 'user', content: 'By the way\n\nthanks' },
      { role: 'system', content: 'Mind the time.' },
    ]);
    expect(lost).toEqual([]);
  });

  it('carries the images of a tool result in the next user message', () => {
    const image: Block = { type: 'image', source: { type: 'data', mediaType: 'image/png', data: 'AA==' } };
    const withImage: Block = { type: 'tool-result', toolCallId: 'a', content: [{ type: 'text', text: 'see' }, image] };
    const carried = [
      { type: 'text', text: 'Result of tool call a:' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
    ];
    expect(encodeMessages(CALLS, user(withImage))).toMatchObject({
      messages: [{}, { role: 'tool', tool_call_id: 'a', content: 'see' }, { role: 'user', content: carried }],
      lost: ['approximated messages[user].content[tool-result].content[image data]'],
    });
    expect(encodeMessages(CALLS, user(withImage, { type: 'text', text: 'So?' })).messages).toMatchObject([
      {},
      {},
      { role: 'user', content: [...carried, { type: 'text', text: 'So?' }] },
    ]);
  });

  it('lets the text of a failed tool result say that it failed', () => {
    const failed: Block = {
      type: 'tool-result',
      toolCallId: 'a',
      isError: true,
      content: [{ type: 'text', text: 'no' }],
    };
    expect(encodeMessages(CALLS, user(failed))).toMatchObject({
      messages: [{}, { role: 'tool', content: 'Error:\n\nno' }],
      lost: ['approximated messages[user].content[tool-result].isError'],
    });
  });

  it('sends reasoning back as text, but not what another family signed', () => {
    const reply: Message = {
      role: 'assistant',
      content: [
        { type: 'reasoning', text: 'mine', provenance: 'openai-chat' },
        { type: 'reasoning', text: 'translated', provenance: 'anthropic-messages', signature: '' },
        { type: 'reasoning', text: 'theirs', provenance: 'anthropic-messages', signature: 'c2ln' },
        { type: 'redacted-reasoning', data: 'x', provenance: 'anthropic-messages' },
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ],
    };
    expect(encodeMessages(reply)).toEqual({
      messages: [{ role: 'assistant', content: 'ab', reasoning_content: 'mine\n\ntranslated' }],
      lost: [
        'dropped messages[assistant].content[reasoning]',
        'dropped messages[assistant].content[redacted-reasoning]',
      ],
    });
  });

  it('says what it cannot carry', () => {
    const { value, lost } = encode({
      topK: 5,
      serviceTier: 'standard_only',
      extensions: { 'anthropic-messages': { container: 'c' }, 'openai-chat': { logit_bias: {} } },
      tools: [
        { type: 'function', name: 'f', cache: {}, extensions: { 'anthropic-messages': { defer_loading: true } } },
        { type: 'opaque', dialect: 'anthropic-messages', value: { type: 'web_search_20250305' } },
      ],
      messages: [
        {
          role: 'user',
          extensions: { 'anthropic-messages': { m: 1 } },
          content: [
            {
              type: 'text',
              text: 'a',
              cache: { ttl: '1h' },
              extensions: { 'anthropic-messages': { citations: { enabled: true } } },
            },
            { type: 'image', source: { type: 'file', fileId: 'file_1' } },
            { type: 'audio', source: { type: 'url', url: 'https://example.com/a.wav' } },
            { type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } },
            { type: 'document', source: { type: 'text', text: 'body' }, title: 'T' },
            { type: 'opaque', dialect: 'anthropic-messages', value: { type: 'search_result' } },
          ],
        },
      ],
    });
    expect(lost).toEqual([
      'dropped container',
      'dropped topK',
      'dropped messages[user].m',
      'dropped messages[user].content[text].cache',
      'dropped messages[user].content[text].citations',
      'dropped messages[user].content[image file]',
      'dropped messages[user].content[audio url]',
      'dropped messages[user].content[document url]',
      'approximated messages[user].content[document text]',
      'dropped messages[user].content[opaque search_result]',
      'dropped tools[function].cache',
      'dropped tools[function].defer_loading',
      'dropped tools[opaque web_search_20250305]',
      'approximated serviceTier',
    ]);
    expect(value).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'a\n\nT\n\nbody' }],
      tools: [{ type: 'function', function: { name: 'f' } }],
      service_tier: 'default',
      logit_bias: {},
    });
  });

  it('sends the words of a block that only another dialect understands', () => {
    const reference: Block = {
      type: 'opaque',
      dialect: 'anthropic-messages',
      value: { type: 'tool_reference', tool_name: 'search' },
      text: 'The tool search can be called now.',
    };
    const { messages, lost } = encodeMessages(
      CALLS,
      user({ ...result('a', ''), content: [reference] }, result('b', 'x')),
    );
    expect(messages).toMatchObject([
      { role: 'assistant' },
      { role: 'tool', tool_call_id: 'a', content: 'The tool search can be called now.' },
      { role: 'tool', tool_call_id: 'b' },
    ]);
    expect(lost).toEqual(['approximated messages[user].content[tool-result].content[opaque tool_reference]']);
  });

  it('hashes an id of the user that is longer than OpenAI takes, the same every time', () => {
    const longest = 'u'.repeat(64);
    expect(encode({ userId: longest })).toMatchObject({ value: { user: longest }, lost: [] });
    const { value, lost } = encode({ userId: `${longest}v` });
    expect(value['user']).toMatch(/^[0-9a-f]{64}$/);
    expect(lost).toEqual(['approximated user']);
    expect(encode({ userId: `${longest}v` }).value['user']).toBe(value['user']);
    expect(encode({ userId: `${longest}w` }).value['user']).not.toBe(value['user']);
  });

  it('sends no tool choice without tools', () => {
    expect(encode({ toolChoice: { type: 'auto' }, parallelToolCalls: true })).toMatchObject({
      lost: ['dropped toolChoice', 'dropped parallelToolCalls'],
    });
  });

  it('writes documents as files, with a name where there is none', () => {
    const pdf: Block = { type: 'document', source: { type: 'data', mediaType: 'application/pdf', data: 'JVBE' } };
    expect(encodeMessages(user(pdf)).messages).toEqual([
      {
        role: 'user',
        content: [{ type: 'file', file: { filename: 'document.pdf', file_data: 'data:application/pdf;base64,JVBE' } }],
      },
    ]);
  });
});
