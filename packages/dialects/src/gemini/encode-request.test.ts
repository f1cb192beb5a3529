import type { Block, CanonicalRequest, Message } from '@switchyard/canonical';
import fc from 'fast-check';

import type { JsonObject } from '../dialect.js';
import { readJsonFixture } from './__fixtures__/read-fixture.js';
import { decodeRequest } from './decode-request.js';
import { encodeRequest } from './encode-request.js';

function encode(request: Partial<CanonicalRequest>, model = 'gemini-2.5-flash') {
  const { value, warnings } = encodeRequest(
    { model: 'x', stream: true, messages: [user({ type: 'text', text: 'hi' })], tools: [], ...request },
    { model },
  );
  return { value, lost: warnings.map(({ type, field }) => `${type} ${field}`) };
}

function encodeMessages(messages: readonly Message[], model?: string) {
  const { value, lost } = encode({ messages }, model);
  return { contents: value['contents'], lost };
}

function user(...content: readonly Block[]): Message {
  return { role: 'user', content };
}

function text(said: string): Block {
  return { type: 'text', text: said };
}

function result(toolCallId: string, said: string): Block {
  return { type: 'tool-result', toolCallId, content: [{ type: 'text', text: said }] };
}

const CALLS: Message = {
  role: 'assistant',
  content: [
    { type: 'tool-call', id: 'a', name: 'f', arguments: '{"x":1}' },
    { type: 'tool-call', id: 'b', name: 'g', arguments: '' },
  ],
};

describe('encodeRequest', () => {
  it('gives a decoded request back', () => {
    const original = readJsonFixture('request.json');
    const { value, warnings } = encodeRequest(decodeRequest(original, { model: 'm', stream: false }).value, {
      model: 'gemini-2.5-pro',
    });
    expect(value).toEqual(original);
    expect(warnings).toEqual([]);
  });

  it('has neither model nor stream in its body', () => {
    expect(encode({}).value).toEqual({ contents: [{ role: 'user', parts: [{ text: 'hi' }] }] });
  });

  it('merges turns of one speaker, puts results first and names their functions', () => {
    const messages = [user(text('go')), CALLS, user(text('and?')), user(result('b', 'no'), result('a', '{"y":2}'))];
    expect(encodeMessages(messages)).toEqual({
      contents: [
        { role: 'user', parts: [{ text: 'go' }] },
        {
          role: 'model',
          parts: [
            { functionCall: { id: 'a', name: 'f', args: { x: 1 } } },
            { functionCall: { id: 'b', name: 'g', args: {} } },
          ],
        },
        {
          role: 'user',
          parts: [
            { functionResponse: { id: 'b', name: 'g', response: { output: 'no' } } },
            { functionResponse: { id: 'a', name: 'f', response: { y: 2 } } },
            { text: 'and?' },
          ],
        },
      ],
      lost: [],
    });
  });

  it('puts instructions apart, and those amid the conversation into it', () => {
    const { value, lost } = encode({
      messages: [
        { role: 'system', content: [text('Be brief.')] },
        {
          role: 'developer',
          content: [text('Be kind.'), { type: 'image', source: { type: 'url', url: 'https://x/y' } }],
        },
        user(text('hi')),
        { role: 'system', content: [text('Be quick.')] },
      ],
    });
    expect(value).toEqual({
      systemInstruction: { parts: [{ text: 'Be brief.' }, { text: 'Be kind.' }] },
      contents: [{ role: 'user', parts: [{ text: 'hi' }, { text: 'Be quick.' }] }],
    });
    expect(lost).toEqual(['dropped messages[developer].content[image url]', 'approximated messages[system].role']);
  });

  it('begins with a user turn, and leaves empty ones out', () => {
    const messages: Message[] = [
      { role: 'assistant', content: [text('Hello')] },
      user(text('')),
      { role: 'assistant', content: [] },
    ];
    expect(encodeMessages(messages)).toEqual({
      contents: [
        { role: 'user', parts: [{ text: '.' }] },
        { role: 'model', parts: [{ text: 'Hello' }] },
      ],
      lost: ['approximated messages'],
    });
    expect(encodeMessages([]).contents).toEqual([{ role: 'user', parts: [{ text: '.' }] }]);
  });

  it('carries media of any type and address, but not the files of others', () => {
    const { contents, lost } = encodeMessages([
      user(
        { type: 'image', source: { type: 'url', url: 'https://x/y.png' }, detail: 'high' },
        { type: 'audio', source: { type: 'data', mediaType: 'audio/mpeg', data: 'AA==' } },
        { type: 'document', source: { type: 'text', text: 'hi' }, title: 'note' },
        { type: 'document', source: { type: 'file', fileId: 'file-1' } },
      ),
    ]);
    expect(contents).toEqual([
      {
        role: 'user',
        parts: [
          { fileData: { fileUri: 'https://x/y.png' } },
          { inlineData: { mimeType: 'audio/mpeg', data: 'AA==' } },
          { inlineData: { mimeType: 'text/plain', data: 'aGk=' } },
        ],
      },
    ]);
    expect(lost).toEqual([
      'dropped messages[user].content[image url].detail',
      'dropped messages[user].content[document text].title',
      'dropped messages[user].content[document file]',
    ]);
  });

  it.each<[string, Block, JsonObject]>([
    ['text', result('a', 'sunny'), { output: 'sunny' }],
    ['a JSON object', result('a', '{"sky":"blue"}'), { sky: 'blue' }],
    ['a JSON object written in another way', result('a', '{ "sky": 1.0 }'), { output: '{ "sky": 1.0 }' }],
    ['a reference', result('a', '{"$ref":"#/x"}'), { output: '{"$ref":"#/x"}' }],
    ['a list', result('a', '[1]'), { output: '[1]' }],
    ['an error', { type: 'tool-result', toolCallId: 'a', content: [], isError: true }, { error: '' }],
  ])('writes a result that is %s', (_name, block, response) => {
    const { contents } = encodeMessages([user(text('go')), CALLS, user(block)]);
    expect(contents).toMatchObject([{}, {}, { parts: [{ functionResponse: { id: 'a', name: 'f', response } }] }]);
  });

  it('sends the words of a block that only another dialect understands', () => {
    const value = { type: 'tool_reference', tool_name: 'g' };
    const reference: Block = { type: 'opaque', dialect: 'anthropic-messages', value, text: 'g can be called.' };
    const { contents, lost } = encodeMessages([user(reference)]);
    expect(contents).toEqual([{ role: 'user', parts: [{ text: 'g can be called.' }] }]);
    expect(lost).toEqual(['approximated messages[user].content[opaque tool_reference]']);
  });

  it('gives thoughts and signatures back only to their family', () => {
    const said: Message = {
      role: 'assistant',
      content: [
        { type: 'reasoning', text: 'mine', provenance: 'gemini' },
        { type: 'reasoning', text: 'theirs', signature: 's', provenance: 'anthropic-messages' },
        { type: 'redacted-reasoning', data: 'x', provenance: 'anthropic-messages' },
        { type: 'text', text: '', extensions: { gemini: { thoughtSignature: 'sig' } } },
        { type: 'refusal', text: 'No.' },
      ],
    };
    expect(encodeMessages([user(text('go')), said])).toEqual({
      contents: [
        { role: 'user', parts: [{ text: 'go' }] },
        {
          role: 'model',
          parts: [{ text: 'mine', thought: true }, { text: '', thoughtSignature: 'sig' }, { text: 'No.' }],
        },
      ],
      lost: [
        'dropped messages[assistant].content[reasoning]',
        'dropped messages[assistant].content[redacted-reasoning]',
        'approximated messages[assistant].content[refusal]',
      ],
    });
  });

  it('lets a model that asks for signatures do without where there is none', () => {
    const messages = [user(text('go')), CALLS, user(result('a', 'x'), result('b', 'y'))];
    const { contents, lost } = encodeMessages(messages, 'gemini-3-pro-preview');
    expect(contents).toMatchObject([
      {},
      { parts: [{ thoughtSignature: 'skip_thought_signature_validator' }, { functionCall: { name: 'g' } }] },
      {},
    ]);
    expect(JSON.stringify(contents).match(/skip_thought/g)).toHaveLength(1);
    expect(lost).toEqual(['approximated messages']);
  });

  it('fits the names of tools, wherever they stand', () => {
    const { value } = encode({
      messages: [
        user(text('go')),
        { role: 'assistant', content: [{ type: 'tool-call', id: 'a', name: 'x/y', arguments: '{}' }] },
      ],
      tools: [{ type: 'function', name: 'x/y', parameters: { type: 'object', properties: { a: { minLength: 1 } } } }],
      toolChoice: { type: 'tool', name: 'x/y' },
    });
    expect(JSON.stringify(value).match(/"x_y_[0-9a-f]{8}"/g)).toHaveLength(3);
    expect(value['tools']).toMatchObject([
      { functionDeclarations: [{ parametersJsonSchema: { properties: { a: { description: '(minLength: 1)' } } } }] },
    ]);
  });

  it.each([
    [{ type: 'auto' }, { mode: 'AUTO' }],
    [{ type: 'none' }, { mode: 'NONE' }],
    [{ type: 'required' }, { mode: 'ANY' }],
    [
      { type: 'tool', name: 'f' },
      { mode: 'ANY', allowedFunctionNames: ['f'] },
    ],
  ] as const)('writes the choice %j', (toolChoice, functionCallingConfig) => {
    const { value } = encode({ tools: [{ type: 'function', name: 'f' }], toolChoice });
    expect(value['tools']).toEqual([{ functionDeclarations: [{ name: 'f' }] }]);
    expect(value['toolConfig']).toEqual({ functionCallingConfig });
  });

  it('notes what it has no place for', () => {
    const { value, lost } = encode({
      tools: [
        { type: 'opaque', dialect: 'openai-chat', value: { type: 'custom' } },
        { type: 'opaque', dialect: 'gemini', value: { codeExecution: {} } },
      ],
      toolChoice: { type: 'required' },
      parallelToolCalls: false,
      stopSequences: ['1', '2', '3', '4', '5', '6'],
      userId: 'u',
      metadata: { a: 1 },
      serviceTier: 'scale',
      extensions: { 'openai-chat': { logit_bias: { 5: 1 } } },
    });
    expect(value).toMatchObject({ tools: [{ codeExecution: {} }] });
    expect(value).not.toHaveProperty('toolConfig');
    expect(lost.toSorted()).toEqual([
      'dropped logit_bias',
      'dropped metadata.a',
      'dropped parallelToolCalls',
      'dropped serviceTier',
      'dropped stopSequences',
      'dropped toolChoice',
      'dropped tools[opaque custom]',
      'dropped userId',
    ]);
  });

  it('asks for JSON of a schema', () => {
    const schema = { type: 'object', properties: { a: { const: 'x' } } };
    expect(encode({ responseFormat: { type: 'json-schema', schema, description: 'An answer' } }).value).toMatchObject({
      generationConfig: {
        responseMimeType: 'application/json',
        responseJsonSchema: {
          type: 'object',
          description: 'An answer',
          properties: { a: { type: 'string', enum: ['x'] } },
        },
      },
    });
  });

  it('writes a conversation with one turn more as the same bytes and that turn', () => {
    const name = fc.constantFrom('f', 'server/tool', 'x'.repeat(70));
    const pair = fc.record({
      said: fc.string({ minLength: 1 }),
      name,
      answer: fc.string(),
      id: fc.constantFrom('a', 'b'),
    });
    fc.assert(
      fc.property(fc.array(pair, { minLength: 2, maxLength: 5 }), (pairs) => {
        const messages = pairs.flatMap(({ said, name: called, answer, id }): Message[] => [
          user(text(said)),
          { role: 'assistant', content: [{ type: 'tool-call', id, name: called, arguments: '{}' }] },
          user(result(id, answer)),
          { role: 'assistant', content: [text('done')] },
        ]);
        const write = (count: number) => {
          const { value } = encode({ messages: messages.slice(0, count) }, 'gemini-3-flash');
          return JSON.stringify(value['contents']).slice(0, -1);
        };
        for (let count = 2; count < messages.length; count += 1) {
          expect(write(count + 1).startsWith(write(count))).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });
});
