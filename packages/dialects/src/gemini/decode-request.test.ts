import type { Block } from '@switchyard/canonical';

import { readJsonFixture } from './__fixtures__/read-fixture.js';
import { decodeRequest } from './decode-request.js';

const OUTSIDE = { model: 'gemini-2.5-pro', stream: true };

function decode(fields: Record<string, unknown>) {
  const body = { contents: [{ role: 'user', parts: [{ text: 'hi' }] }], ...fields };
  return decodeRequest(body, OUTSIDE).value;
}

function decodeParts(...parts: readonly unknown[]): readonly Block[] {
  return decode({ contents: [{ role: 'user', parts }] }).messages[0]?.content ?? [];
}

function refused(body: unknown): unknown {
  try {
    return decodeRequest(body, OUTSIDE);
  } catch (error) {
    return error;
  }
}

describe('decodeRequest', () => {
  it('reads everything, and keeps what the canonical form has no place for', () => {
    const { value, warnings } = decodeRequest(readJsonFixture('request.json'), OUTSIDE);
    expect(warnings).toEqual([]);
    expect(value).toMatchSnapshot();
  });

  it('takes model and stream from outside, not from the body', () => {
    const value = decode({ model: 'models/other' });
    expect(value).toMatchObject(OUTSIDE);
    expect(value.extensions).toBeUndefined();
    expect(() => decodeRequest({ contents: [] })).toThrow(expect.objectContaining({ param: 'model' }));
  });

  it('puts a turn together that the SDK kept event by event', () => {
    const model = (...parts: readonly unknown[]) => ({ role: 'model', parts });
    const call = { functionCall: { name: 'f', args: {} } };
    const { messages } = decode({
      contents: [
        { role: 'user', parts: [{ text: 'hi' }] },
        model({ text: 'Let' }),
        model({ text: ' me.', thoughtSignature: 's' }),
        model({ text: 'No' }),
        model({ text: '\n' }, { text: 'w' }),
        model(call),
        model({ text: '' }),
        { role: 'user', parts: [{ functionResponse: { name: 'f', response: { output: 'ok' } } }] },
      ],
    });
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(messages[1]?.content).toEqual([
      { type: 'text', text: 'Let' },
      { type: 'text', text: ' me.', extensions: { gemini: { thoughtSignature: 's' } } },
      { type: 'text', text: 'No\nw' },
      { type: 'tool-call', id: 'call_0', name: 'f', arguments: '{}' },
    ]);
  });

  it('takes snake case as well, but leaves what clients name themselves', () => {
    const value = decodeRequest(
      {
        system_instruction: { parts: [{ text: 'Be brief.' }] },
        contents: [
          { role: 'model', parts: [{ function_call: { name: 'f', args: { my_arg: 1 } }, thought_signature: 's' }] },
          { role: 'user', parts: [{ inline_data: { mime_type: 'image/png', data: 'AA==' } }] },
        ],
        tools: [
          {
            function_declarations: [
              { name: 'f', parameters: { type: 'OBJECT', properties: { my_arg: { type: 'STRING', max_items: '3' } } } },
            ],
          },
        ],
        tool_config: { function_calling_config: { mode: 'any', allowed_function_names: ['f'] } },
        generation_config: { max_output_tokens: 5, thinking_config: { thinking_budget: 0 } },
      },
      OUTSIDE,
    ).value;
    expect(value).toMatchObject({
      messages: [
        { role: 'system' },
        {
          role: 'assistant',
          content: [{ arguments: '{"my_arg":1}', extensions: { gemini: { thoughtSignature: 's' } } }],
        },
        { content: [{ type: 'image', source: { mediaType: 'image/png', data: 'AA==' } }] },
      ],
      tools: [{ parameters: { type: 'object', properties: { my_arg: { type: 'string', maxItems: 3 } } } }],
      toolChoice: { type: 'tool', name: 'f' },
      maxOutputTokens: 5,
      reasoning: { type: 'off' },
    });
  });

  it('matches results without ids to the oldest open call of their name', () => {
    const { messages } = decode({
      contents: [
        { role: 'user', parts: [{ text: 'go' }] },
        {
          role: 'model',
          parts: ['a', 'b', 'a'].map((name) => ({ functionCall: { name } })),
        },
        {
          role: 'function',
          parts: ['a', 'a', 'b', 'c'].map((name) => ({ functionResponse: { name, response: { output: name } } })),
        },
      ],
    });
    expect(messages[1]?.content).toMatchObject([{ id: 'call_0' }, { id: 'call_1' }, { id: 'call_2' }]);
    expect(messages[2]).toMatchObject({
      role: 'user',
      content: [
        { toolCallId: 'call_0', content: [{ text: 'a' }] },
        { toolCallId: 'call_2' },
        { toolCallId: 'call_1' },
        { toolCallId: 'call_of_c' },
      ],
    });
  });

  it.each<[string, unknown, unknown]>([
    ['output', { output: 'sunny' }, { content: [{ type: 'text', text: 'sunny' }] }],
    ['structured output', { output: { sky: 'blue' } }, { content: [{ type: 'text', text: '{"sky":"blue"}' }] }],
    ['anything', { sky: 'blue' }, { content: [{ type: 'text', text: '{"sky":"blue"}' }] }],
    ['an error', { error: 'no sky' }, { content: [{ type: 'text', text: 'no sky' }], isError: true }],
    ['nothing', {}, { content: [] }],
  ])('reads a result that is %s', (_name, response, expected) => {
    expect(decodeParts({ functionResponse: { name: 'f', response } })).toEqual([
      { type: 'tool-result', toolCallId: 'call_of_f', ...Object(expected) },
    ]);
  });

  it('keeps for itself what no other dialect has', () => {
    const parts = [
      { inlineData: { mimeType: 'video/mp4', data: 'AA==' } },
      { fileData: { mimeType: 'image/png', fileUri: 'gs://bucket/a.png' } },
      { fileData: { fileUri: 'https://www.youtube.com/watch?v=1' } },
      { toolCall: { toolType: 'GOOGLE_MAPS', id: 't' } },
    ];
    expect(decodeParts(...parts)).toEqual(parts.map((value) => ({ type: 'opaque', dialect: 'gemini', value })));
  });

  it('reads the code that Google ran, and what it gave', () => {
    const call = { executableCode: { language: 'PYTHON', code: '1' } };
    const given = { codeExecutionResult: { outcome: 'OUTCOME_FAILED', output: 'no' } };
    expect(decodeParts(call, given)).toEqual([
      { type: 'opaque', dialect: 'gemini', value: call, step: { tool: 'code-execution', call: { code: '1' } } },
      {
        type: 'opaque',
        dialect: 'gemini',
        value: given,
        step: { tool: 'code-execution', result: { output: 'no', isError: true } },
      },
    ]);
  });

  it.each([
    [{ mode: 'AUTO' }, { type: 'auto' }, undefined],
    [{ mode: 'NONE' }, { type: 'none' }, undefined],
    [{ mode: 'ANY' }, { type: 'required' }, undefined],
    [{ mode: 'ANY', allowedFunctionNames: ['f'] }, { type: 'tool', name: 'f' }, undefined],
    [{ mode: 'ANY', allowedFunctionNames: ['f', 'g'] }, { type: 'required' }, { allowedFunctionNames: ['f', 'g'] }],
    [{ mode: 'VALIDATED' }, undefined, { mode: 'VALIDATED' }],
  ])('reads the calling mode %j', (functionCallingConfig, toolChoice, rest) => {
    const value = decode({ toolConfig: { functionCallingConfig } });
    expect(value.toolChoice).toEqual(toolChoice);
    expect(value.extensions?.gemini).toEqual(rest && { toolConfig: { functionCallingConfig: rest } });
  });

  it.each([
    [{ responseMimeType: 'application/json' }, { type: 'json-object' }],
    [{ responseMimeType: 'text/plain' }, { type: 'text' }],
    [
      { responseMimeType: 'application/json', responseSchema: { type: 'STRING', nullable: true } },
      { type: 'json-schema', schema: { type: ['string', 'null'] } },
    ],
  ])('reads the response format %j', (generationConfig, responseFormat) => {
    expect(decode({ generationConfig })).toMatchObject({ responseFormat });
    expect(decode({ generationConfig }).extensions).toBeUndefined();
  });

  it('keeps a response type that is its own', () => {
    const generationConfig = { responseMimeType: 'text/x.enum', responseSchema: { type: 'STRING', enum: ['a'] } };
    expect(decode({ generationConfig }).extensions?.gemini).toEqual({ generationConfig });
  });

  it.each([
    [{ contents: [] }, 'contents'],
    [{ contents: [{ role: 'assistant', parts: [] }] }, 'contents[0].role'],
    [{ contents: [{ parts: [{ text: 5 }] }] }, 'contents[0].parts[0].text'],
    [{ contents: [{ parts: [] }], generationConfig: { temperature: 'hot' } }, 'generationConfig.temperature'],
    [{ contents: [{ parts: [] }], tools: [{ functionDeclarations: [{}] }] }, 'tools[0].functionDeclarations[0].name'],
    ['text', undefined],
  ])('names what does not fit: %j', (body, param) => {
    expect(refused(body)).toMatchObject({ code: 'invalid_request', status: 400, param });
  });
});
