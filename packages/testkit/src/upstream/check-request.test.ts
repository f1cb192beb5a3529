import { checkAnthropicRequest } from './check-anthropic-request.js';
import { checkGeminiRequest } from './check-gemini-request.js';
import { checkOpenaiChatRequest } from './check-openai-chat-request.js';

const TOOL = { type: 'function', function: { name: 'weather', parameters: { type: 'object' } } };
const CALL = { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{}' } };
const USER = { role: 'user', content: 'hi' };

describe('checkOpenaiChatRequest', () => {
  const request = (rest: Record<string, unknown>) => ({ model: 'm', messages: [USER], ...rest });
  const turns = (...messages: unknown[]) => request({ messages });

  it('accepts a conversation with images, parallel calls and their answers', () => {
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'low' } };
    const other = { ...CALL, id: 'call_2' };
    const body = {
      ...turns(
        { role: 'developer', content: [{ type: 'text', text: 'be brief' }] },
        { role: 'user', content: [{ type: 'text', text: 'look' }, image] },
        { role: 'assistant', content: null, tool_calls: [CALL, other] },
        { role: 'tool', tool_call_id: 'call_2', content: 'rain' },
        { role: 'tool', tool_call_id: 'call_1', content: '' },
        USER,
      ),
      tools: [TOOL],
      tool_choice: { type: 'function', function: { name: 'weather' } },
      parallel_tool_calls: true,
      stream: true,
      stream_options: { include_usage: true },
      max_completion_tokens: 5,
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema: {} } },
      reasoning_effort: 'low',
    };
    expect(checkOpenaiChatRequest(body)).toEqual([]);
  });

  it.each([
    ['no messages', request({ messages: [] }), 'messages: must be a list'],
    ['an unknown role', turns({ role: 'model', content: 'x' }), 'messages[0].role'],
    ['an empty assistant turn', turns(USER, { role: 'assistant', content: null }), 'messages[1].content'],
    [
      'an unanswered call',
      turns(USER, { role: 'assistant', tool_calls: [CALL] }),
      'before tool calls call_1 are answered',
    ],
    [
      'a turn before the answers',
      turns(USER, { role: 'assistant', tool_calls: [CALL] }, USER),
      'comes before the answers',
    ],
    ['an answer to nothing', turns(USER, { role: 'tool', tool_call_id: 'x', content: '' }), 'answers no open call'],
    [
      'an image for the model to speak',
      turns({ role: 'system', content: [{ type: 'image_url' }] }),
      'not allowed here',
    ],
    [
      'a bad image',
      turns({ role: 'user', content: [{ type: 'image_url', image_url: { url: 'AAAA' } }] }),
      'image_url.url',
    ],
    ['a bad tool name', request({ tools: [{ type: 'function', function: { name: 'a b' } }] }), 'not a function name'],
    ['an empty list of tools', request({ tools: [] }), 'tools: must be a list'],
    ['a choice without tools', request({ tool_choice: 'auto' }), 'only allowed beside tools'],
    [
      'a choice of another tool',
      request({ tools: [TOOL], tool_choice: { type: 'function', function: { name: 'x' } } }),
      'not an offered tool',
    ],
    ['two ceilings', request({ max_tokens: 1, max_completion_tokens: 1 }), 'exclude each other'],
    ['stream options without a stream', request({ stream_options: {} }), 'beside stream: true'],
    ['a foreign field', request({ stop_sequences: ['x'] }), 'is not of this dialect'],
    ['a user of 65 characters', request({ user: 'u'.repeat(65) }), 'user: has at most 64'],
  ])('finds %s', (_name, body, problem) => {
    expect(checkOpenaiChatRequest(body).join('\n')).toContain(problem);
  });
});

describe('checkAnthropicRequest', () => {
  const request = (rest: Record<string, unknown>) => ({ model: 'm', max_tokens: 4096, messages: [USER], ...rest });
  const turns = (...messages: unknown[]) => request({ messages });
  const use = { type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} };
  const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'rain' }] };
  const text = { type: 'text', text: 'and now?' };
  const thinking = { type: 'enabled', budget_tokens: 1024 };
  const thought = { type: 'thinking', thinking: 'hm', signature: 's' };

  it('accepts a conversation with images, tools, thinking and cache marks', () => {
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } };
    const body = {
      ...turns(
        { role: 'user', content: [{ ...text, cache_control: { type: 'ephemeral', ttl: '1h' } }, image] },
        { role: 'system', content: [{ type: 'text', text: 'be kind' }] },
        { role: 'assistant', content: [thought, use] },
        { role: 'user', content: [result, text] },
      ),
      system: [{ type: 'text', text: 'be brief', cache_control: { type: 'ephemeral' } }],
      tools: [{ name: 'weather', input_schema: { type: 'object' } }],
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      thinking,
      temperature: 1,
      stop_sequences: ['END'],
      metadata: { user_id: 'u' },
    };
    expect(checkAnthropicRequest(body)).toEqual([]);
  });

  const asked = [USER, { role: 'assistant', content: [use] }];
  it.each([
    ['a missing ceiling', { model: 'm', messages: [USER] }, 'max_tokens: is required'],
    ['an assistant first', turns({ role: 'assistant', content: 'x' }), 'messages[0].role: must be user'],
    ['two users in a row', turns(USER, USER), 'messages[1].role: must be assistant'],
    [
      'an empty text',
      turns({ role: 'user', content: [{ type: 'text', text: ' ' }] }),
      'something else than whitespace',
    ],
    ['an unanswered call', turns(...asked), 'before tool_use toolu_1 is answered'],
    ['a call answered too late', turns(...asked, USER), 'tool_use toolu_1 of the turn before is not answered'],
    ['an answer to nothing', turns({ role: 'user', content: [result] }), 'answers no tool_use'],
    ['instructions before results', turns(...asked, { role: 'system', content: 'x' }), 'stands between tool_use'],
    ['instructions that are no text', turns({ role: 'system', content: [use] }), 'instructions are text'],
    [
      'text before results',
      turns(...asked, { role: 'user', content: [text, result] }),
      'tool_result blocks must come first',
    ],
    ['a call by the user', turns({ role: 'user', content: [use] }), 'belongs to assistant turns'],
    [
      'a data URL',
      turns({
        role: 'user',
        content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'data:x' } }],
      }),
      'base64 without a prefix',
    ],
    [
      'thinking without proof',
      turns(USER, { role: 'assistant', content: [{ type: 'thinking', thinking: 'hm' }] }),
      'signature: is required',
    ],
    ['a small budget', request({ thinking: { type: 'enabled', budget_tokens: 1000 } }), 'at least 1024'],
    ['a budget above the ceiling', request({ thinking, max_tokens: 1024 }), 'below max_tokens'],
    ['a temperature while thinking', request({ thinking, temperature: 0.5 }), 'temperature: must be 1'],
    [
      'a forced tool while thinking',
      request({ thinking, tools: [{ name: 'x', input_schema: { type: 'object' } }], tool_choice: { type: 'any' } }),
      'cannot force a tool',
    ],
    [
      'calls without their thinking',
      { ...turns(...asked, { role: 'user', content: [result] }), thinking },
      'must start with its thinking',
    ],
    ['a prefill with a space', turns(USER, { role: 'assistant', content: 'So: ' }), 'cannot end in whitespace'],
    ['a schema of no object', request({ tools: [{ name: 'x', input_schema: {} }] }), 'schema of type object'],
    [
      'five cache marks',
      request({ system: Array.from({ length: 5 }, () => ({ ...text, cache_control: { type: 'ephemeral' } })) }),
      'at most 4',
    ],
    ['a foreign field', request({ stop: 'x' }), 'is not of this dialect'],
    ['a blank stop sequence', request({ stop_sequences: ['\n'] }), 'something else than whitespace in each'],
  ])('finds %s', (_name, body, problem) => {
    expect(checkAnthropicRequest(body).join('\n')).toContain(problem);
  });
});

describe('checkGeminiRequest', () => {
  const user = { role: 'user', parts: [{ text: 'hi' }] };
  const request = (rest: Record<string, unknown>) => ({ contents: [user], ...rest });
  const turns = (...contents: unknown[]) => request({ contents });
  const call = { role: 'model', parts: [{ functionCall: { name: 'weather', args: {} } }] };
  const result = { functionResponse: { name: 'weather', response: { output: 'rain' } } };
  const tools = (...functionDeclarations: unknown[]) => request({ tools: [{ functionDeclarations }] });
  const schema = (parametersJsonSchema: unknown) => tools({ name: 'f', parametersJsonSchema });

  it('accepts a conversation with media, calls, thoughts and schemas', () => {
    const media = { inlineData: { mimeType: 'image/png', data: 'AAAA' } };
    const body = {
      ...turns(
        { role: 'user', parts: [{ text: 'look' }, media] },
        { role: 'model', parts: [{ text: 'hm', thought: true }, ...call.parts] },
        { role: 'user', parts: [result, { text: 'and now?' }] },
        { role: 'model', parts: call.parts },
        { role: 'model', parts: [{ text: '' }] },
        { role: 'user', parts: [result] },
        { role: 'model', parts: [{ text: '', thoughtSignature: 's' }] },
      ),
      systemInstruction: { parts: [{ text: 'be brief' }] },
      tools: [
        {
          functionDeclarations: [
            { name: 'weather', parametersJsonSchema: { type: 'object', properties: { pattern: { anyOf: [{}] } } } },
          ],
        },
        { googleSearch: {} },
      ],
      toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['weather'] } },
      generationConfig: {
        temperature: 2,
        stopSequences: ['END'],
        responseMimeType: 'application/json',
        responseJsonSchema: { type: 'string', enum: ['a'] },
        thinkingConfig: { thinkingBudget: -1, includeThoughts: true },
      },
    };
    expect(checkGeminiRequest(body)).toEqual([]);
  });

  it.each([
    ['no contents', request({ contents: [] }), 'contents: must be a list'],
    ['a model name', request({ model: 'm' }), 'model: is not of this dialect'],
    ['a model first', turns(call), 'contents[0].role: must be user'],
    ['two users in a row', turns(user, user), 'contents[1].role: must not be that'],
    ['an empty turn', turns({ role: 'user', parts: [] }), 'contents[0].parts: must be a list'],
    ['an empty text', turns({ role: 'user', parts: [{ text: '' }] }), 'text: must not be empty'],
    ['a part with two kinds', turns({ role: 'user', parts: [{ text: 'a', fileData: { fileUri: 'x' } }] }), 'not 2'],
    [
      'a data URL',
      turns({ role: 'user', parts: [{ inlineData: { mimeType: 'image/png', data: 'data:x' } }] }),
      'base64',
    ],
    ['an unanswered call', turns(user, call, user), 'answers nothing where weather was called'],
    ['an answer to nothing', turns({ role: 'user', parts: [result] }), 'answers weather where nothing was called'],
    ['a call by the user', turns({ role: 'user', parts: call.parts }), 'belongs to model turns'],
    ['a thought of the user', turns({ role: 'user', parts: [{ text: 'x', thought: true }] }), 'belongs to model turns'],
    ['a bad tool name', tools({ name: '9 lives' }), 'not a function name'],
    ['two tools of one name', tools({ name: 'f' }, { name: 'f' }), 'names must differ'],
    [
      'two schemas',
      tools({ name: 'f', parameters: {}, parametersJsonSchema: { type: 'object' } }),
      'exclude each other',
    ],
    ['an unknown keyword', schema({ type: 'object', properties: { a: { minLength: 1 } } }), 'a.minLength: is not'],
    ['a reference', schema({ type: 'object', properties: { a: { $ref: '#' } } }), 'a.$ref: is not a supported'],
    [
      'fields beside anyOf',
      schema({ type: 'object', properties: { a: { anyOf: [], type: 'string' } } }),
      'has type beside',
    ],
    ['a missing property', schema({ type: 'object', required: ['a'] }), 'names a property that is not defined'],
    ['arguments of no object', schema({ type: 'string' }), 'must be an object'],
    [
      'a choice of another tool',
      { ...tools({ name: 'f' }), toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['g'] } } },
      'not an offered function',
    ],
    ['an unknown setting', request({ generationConfig: { max_tokens: 1 } }), 'generationConfig.max_tokens: is not'],
    ['a schema without a type', request({ generationConfig: { responseJsonSchema: {} } }), 'has a schema but no type'],
    [
      'a level and a budget',
      request({ generationConfig: { thinkingConfig: { thinkingLevel: 'low', thinkingBudget: 1 } } }),
      'has a level and a budget',
    ],
  ])('finds %s', (_name, body, problem) => {
    expect(checkGeminiRequest(body).join('\n')).toContain(problem);
  });
});
