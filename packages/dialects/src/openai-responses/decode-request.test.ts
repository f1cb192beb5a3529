import { GatewayError } from '@switchyard/canonical';

import { decodeRequest } from './decode-request.js';

const decode = (body: Record<string, unknown>) => decodeRequest({ model: 'm', ...body }).value;

describe('decodeRequest', () => {
  it('reads a bare text as what the user says, after the instructions', () => {
    const { messages, store, stream } = decode({ input: 'Hi', instructions: 'Be brief.' });
    expect(messages).toEqual([
      { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
      { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
    ]);
    expect({ store, stream }).toEqual({ store: true, stream: false });
  });

  it('makes one assistant turn of reasoning, text and calls in a row, and one user turn of their outputs', () => {
    const { messages } = decode({
      input: [
        { role: 'user', content: 'Look.' },
        { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Hm' }], encrypted_content: 'gAAA' },
        { type: 'message', id: 'msg_1', role: 'assistant', content: [{ type: 'output_text', text: 'Looking' }] },
        { type: 'function_call', id: 'fc_1', call_id: 'a', name: 'look', arguments: '' },
        { type: 'custom_tool_call', call_id: 'b', name: 'edit', input: 'say "x"' },
        { type: 'function_call_output', call_id: 'a', output: 'seen' },
        { type: 'custom_tool_call_output', call_id: 'b', output: [{ type: 'input_text', text: 'done' }] },
      ],
    });
    const item = (id: string) => ({ 'openai-responses': { item: { id } } });
    expect(messages.slice(1)).toEqual([
      {
        role: 'assistant',
        content: [
          {
            type: 'reasoning',
            text: 'Hm',
            form: 'summary',
            signature: 'gAAA',
            provenance: 'openai-responses',
            extensions: item('rs_1'),
          },
          { type: 'text', text: 'Looking', extensions: item('msg_1') },
          { type: 'tool-call', id: 'a', name: 'look', arguments: '{}', extensions: item('fc_1') },
          { type: 'tool-call', id: 'b', name: 'edit', arguments: '{"input":"say \\"x\\""}', freeform: true },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool-result', toolCallId: 'a', content: [{ type: 'text', text: 'seen' }] },
          { type: 'tool-result', toolCallId: 'b', content: [{ type: 'text', text: 'done' }], freeform: true },
        ],
      },
    ]);
  });

  it('begins another turn with another message, unless calls wait for their outputs', () => {
    const said = (text: string) => ({ type: 'message', role: 'assistant', content: text });
    const call = { type: 'function_call', call_id: 'a', name: 'look', arguments: '{}' };
    expect(decode({ input: [said('one'), said('two')] }).messages).toHaveLength(2);
    expect(decode({ input: [call, said('one'), call] }).messages).toHaveLength(1);
  });

  it('reads images and files by URL, by data and by id', () => {
    const { messages } = decode({
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'low' },
            { type: 'input_image', file_id: 'file-1' },
            { type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' },
            { type: 'input_file', file_url: 'https://example.com/a.pdf' },
            { type: 'input_text', text: 'Cached', prompt_cache_breakpoint: { mode: 'explicit' } },
            { type: 'input_hologram', depth: 3 },
          ],
        },
      ],
    });
    expect(messages[0]?.content).toEqual([
      { type: 'image', source: { type: 'data', mediaType: 'image/png', data: 'AAAA' }, detail: 'low' },
      { type: 'image', source: { type: 'file', fileId: 'file-1' } },
      { type: 'document', source: { type: 'data', mediaType: 'application/pdf', data: 'AAAA' }, title: 'a.pdf' },
      { type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } },
      {
        type: 'text',
        text: 'Cached',
        cache: {},
        extensions: { 'openai-responses': { prompt_cache_breakpoint: { mode: 'explicit' } } },
      },
      {
        type: 'opaque',
        dialect: 'openai-responses',
        value: { type: 'input_hologram', depth: 3 },
        extensions: { 'openai-responses': { item: {} } },
      },
    ]);
  });

  it('gives the tools of a namespace flat names, and a freeform tool the parameters of a text', () => {
    const { tools, toolChoice } = decode({
      tools: [
        { type: 'function', name: 'look', parameters: { type: 'object' }, strict: true },
        { type: 'function', name: 'look', description: 'the second of its name' },
        { type: 'namespace', name: 'files', description: 'Files.', tools: [{ type: 'function', name: 'list' }] },
        { type: 'custom', name: 'edit', format: { type: 'grammar', syntax: 'lark', definition: 'start: /x/' } },
        { type: 'web_search' },
      ],
      tool_choice: { type: 'custom', name: 'edit' },
    });
    expect(toolChoice).toEqual({ type: 'tool', name: 'edit' });
    expect(tools).toEqual([
      { type: 'function', name: 'look', parameters: { type: 'object' }, strict: true },
      {
        type: 'function',
        name: 'files__list',
        namespaced: { namespace: 'files', name: 'list' },
        extensions: { 'openai-responses': { item: {}, namespace: { description: 'Files.' } } },
      },
      {
        type: 'function',
        name: 'edit',
        freeform: { format: { type: 'grammar', syntax: 'lark', definition: 'start: /x/' } },
        parameters: {
          type: 'object',
          properties: { input: { type: 'string', description: 'Must follow this lark grammar:\nstart: /x/' } },
          required: ['input'],
          additionalProperties: false,
        },
      },
      { type: 'server-tool', kind: 'web-search', native: { dialect: 'openai-responses', type: 'web_search' } },
    ]);
  });

  it('reads reasoning, format, includes and the rest, and keeps what has no neutral place', () => {
    const {
      messages: _messages,
      tools: _tools,
      ...rest
    } = decode({
      stream: true,
      reasoning: { effort: 'max', summary: 'auto', context: 'all_turns' },
      text: { format: { type: 'json_schema', name: 'n', schema: { type: 'object' }, strict: true }, verbosity: 'low' },
      include: ['reasoning.encrypted_content', 'message.output_text.logprobs', 'web_search_call.results'],
      top_logprobs: 3,
      max_output_tokens: 50,
      store: false,
      truncation: 'disabled',
      max_tool_calls: 4,
      tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [] },
      prompt_cache_key: 'k',
    });
    expect(rest).toEqual({
      model: 'm',
      stream: true,
      reasoning: { type: 'effort', effort: 'max' },
      reasoningSummary: 'auto',
      includeReasoningProof: true,
      responseFormat: { type: 'json-schema', name: 'n', schema: { type: 'object' }, strict: true },
      logprobs: { top: 3 },
      maxOutputTokens: 50,
      store: false,
      extensions: {
        'openai-responses': {
          reasoning: { context: 'all_turns' },
          text: { verbosity: 'low' },
          include: ['web_search_call.results'],
          max_tool_calls: 4,
          tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [] },
          prompt_cache_key: 'k',
        },
      },
    });
  });

  it.each([
    [{ previous_response_id: 'resp_1', input: 'x' }, ['previous_response_id']],
    [{ conversation: 'conv_1', input: 'x' }, ['conversation']],
    [{ prompt: { id: 'pmpt_1' } }, ['prompt']],
    [
      {
        input: [
          { role: 'user', content: 'x' },
          { type: 'item_reference', id: 'msg_1' },
        ],
      },
      ['input[1]'],
    ],
    [{ input: 'x', store: true, background: true }, ['store', 'background']],
    [{ input: 'x', store: false, background: false }, undefined],
  ])('names what only the server of its own API keeps: %j', (body, names) => {
    expect(decode(body).serverState).toEqual(names);
  });

  it.each([
    [{ model: '' }, 'model'],
    [{ input: 3 }, 'input'],
    [{ input: [{ role: 'boss', content: 'x' }] }, 'input[0].role'],
    [{ input: [{ role: 'user', content: [{ type: 'input_text' }] }] }, 'input[0].content[0].text'],
    [{ input: [{ type: 'function_call', call_id: 'a', name: 'x' }] }, 'input[0].arguments'],
    [{ tools: [{ type: 'namespace', name: 'n', tools: [{ type: 'function' }] }] }, 'tools[0].tools[0].name'],
  ])('refuses %j and names the parameter', (body, param) => {
    const refusal = expect.objectContaining({ code: 'invalid_request', param });
    expect(() => decode(body)).toThrow(refusal);
    expect(() => decode(body)).toThrow(GatewayError);
  });
});
