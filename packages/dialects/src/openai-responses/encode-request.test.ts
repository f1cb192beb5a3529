import type { Block, CanonicalRequest } from '@switchyard/canonical';

import { anthropicMessages } from '../anthropic-messages/dialect.js';
import { openaiChat } from '../openai-chat/dialect.js';
import { decodeRequest } from './decode-request.js';
import { encodeRequest, repeatedFields } from './encode-request.js';

const REQUEST: CanonicalRequest = { model: 'm', stream: false, messages: [], tools: [] };

function encode(changes: Partial<CanonicalRequest>) {
  const { value, warnings } = encodeRequest({ ...REQUEST, ...changes }, { model: 'up' });
  return { ...value, input: value['input'], warnings: warnings.map(({ type, field }) => `${type} ${field}`) };
}

function inputOf(role: 'user' | 'assistant', content: readonly Block[]) {
  return encode({ messages: [{ role, content }] });
}

describe('encodeRequest', () => {
  it('sends tools under names that OpenAI takes, and repeats them to the client under their own', () => {
    const name = 'mcp.files/read';
    const body = encode({
      tools: [{ type: 'function', name }],
      toolChoice: { type: 'tool', name },
      messages: [{ role: 'assistant', content: [{ type: 'tool-call', id: 'a', name, arguments: '{}' }] }],
    });
    const legal = expect.stringMatching(/^mcp_files_read_[0-9a-f]{8}$/);
    expect(body).toMatchObject({ tools: [{ name: legal }], tool_choice: { name: legal }, input: [{ name: legal }] });
    expect(repeatedFields({ ...REQUEST, tools: [{ type: 'function', name }] })).toMatchObject({ tools: [{ name }] });
  });

  it('asks that nothing be kept, and gives the leading system messages as instructions', () => {
    const text = (said: string) => [{ type: 'text', text: said } as const];
    const body = encode({
      messages: [
        { role: 'system', content: text('One.') },
        { role: 'system', content: text('Two.') },
        { role: 'developer', content: text('Three.') },
        { role: 'user', content: text('Hi') },
        { role: 'system', content: text('Four.') },
      ],
    });
    expect(body).toEqual({
      model: 'up',
      store: false,
      instructions: 'One.\n\nTwo.',
      input: [
        { role: 'developer', content: [{ type: 'input_text', text: 'Three.' }] },
        { role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
        { role: 'system', content: [{ type: 'input_text', text: 'Four.' }] },
      ],
      warnings: [],
    });
  });

  it('gives text and calls of an assistant turn as items, and drops reasoning that another family made', () => {
    const { input, warnings } = inputOf('assistant', [
      { type: 'reasoning', text: 'Hm', signature: 's', provenance: 'anthropic-messages' },
      { type: 'text', text: 'Let me ' },
      { type: 'text', text: 'look.' },
      { type: 'tool-call', id: 'a'.repeat(80), name: 'look', arguments: '{"at":1}' },
      { type: 'tool-call', id: 'b', name: 'edit', arguments: '{"input":"x"}', freeform: true },
    ]);
    expect(input).toEqual([
      {
        type: 'message',
        role: 'assistant',
        content: [
          { type: 'output_text', text: 'Let me ' },
          { type: 'output_text', text: 'look.' },
        ],
      },
      { type: 'function_call', call_id: `${'a'.repeat(55)}_5143e6d5`, name: 'look', arguments: '{"at":1}' },
      { type: 'custom_tool_call', call_id: 'b', name: 'edit', input: 'x' },
    ]);
    expect(warnings).toEqual(['dropped messages[assistant].content[reasoning]']);
  });

  it('puts the outputs of calls before what else the user says', () => {
    const image = { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } } as const;
    const { input, warnings } = inputOf('user', [
      { type: 'text', text: 'And?', cache: {} },
      { type: 'tool-result', toolCallId: 'a', content: [{ type: 'text', text: 'no such thing' }], isError: true },
      { type: 'tool-result', toolCallId: 'b', content: [image] },
      { type: 'tool-result', toolCallId: 'c', content: [], freeform: true },
    ]);
    expect(input).toEqual([
      { type: 'function_call_output', call_id: 'a', output: 'Error:\n\nno such thing' },
      {
        type: 'function_call_output',
        call_id: 'b',
        output: [{ type: 'input_image', image_url: 'https://example.com/a.png', detail: 'auto' }],
      },
      { type: 'custom_tool_call_output', call_id: 'c', output: '' },
      { role: 'user', content: [{ type: 'input_text', text: 'And?' }] },
    ]);
    expect(warnings).toEqual([
      'dropped messages[user].content[text].cache',
      'approximated messages[user].content[tool-result].isError',
    ]);
  });

  it('hashes an id of the user that is longer than OpenAI takes', () => {
    expect(encode({ userId: 'u'.repeat(64) })).toMatchObject({ user: 'u'.repeat(64), warnings: [] });
    expect(encode({ userId: 'u'.repeat(65) })).toMatchObject({
      user: expect.stringMatching(/^[0-9a-f]{64}$/),
      warnings: ['approximated user'],
    });
  });

  it('sends the words of a block that only another dialect understands', () => {
    const { input, warnings } = inputOf('user', [
      { type: 'opaque', dialect: 'anthropic-messages', value: { type: 'tool_reference' }, text: 'It can be called.' },
    ]);
    expect(input).toEqual([{ role: 'user', content: [{ type: 'input_text', text: 'It can be called.' }] }]);
    expect(warnings).toEqual(['approximated messages[user].content[opaque tool_reference]']);
  });

  it('names every parameter it has no place for, and keeps to the least ceiling', () => {
    const { warnings, ...body } = encode({
      stopSequences: ['x'],
      seed: 1,
      choiceCount: 2,
      topK: 3,
      frequencyPenalty: 1,
      presencePenalty: 1,
      maxOutputTokens: 5,
      toolChoice: { type: 'required' },
      reasoning: { type: 'budget', tokens: 9000 },
      serviceTier: 'standard_only',
      extensions: { 'openai-chat': { logit_bias: { 1: 2 }, prompt_cache_key: 'k', verbosity: 'low' } },
    });
    expect(body).toMatchObject({
      max_output_tokens: 16,
      reasoning: { effort: 'high' },
      service_tier: 'default',
      prompt_cache_key: 'k',
      text: { verbosity: 'low' },
    });
    expect(warnings).toEqual([
      'dropped logit_bias',
      'dropped stopSequences',
      'dropped choiceCount',
      'dropped seed',
      'dropped topK',
      'dropped frequencyPenalty',
      'dropped presencePenalty',
      'approximated reasoningEffort',
      'dropped toolChoice',
      'approximated maxOutputTokens',
      'approximated serviceTier',
    ]);
  });

  it('gives back all that its own dialect said', () => {
    const body = {
      model: 'up',
      stream: true,
      store: false,
      instructions: 'Be brief.',
      tools: [
        { type: 'function', name: 'look', parameters: { type: 'object' }, strict: true, defer_loading: true },
        {
          type: 'namespace',
          name: 'files',
          description: 'Files.',
          tools: [
            { type: 'function', name: 'list', parameters: null, strict: null },
            { type: 'custom', name: 'edit', format: { type: 'text' } },
          ],
        },
        { type: 'web_search', filters: { allowed_domains: ['example.com'] } },
      ],
      tool_choice: { type: 'custom', name: 'edit', namespace: 'files' },
      include: ['reasoning.encrypted_content', 'web_search_call.results'],
      reasoning: { effort: 'high', summary: 'auto', context: 'auto' },
      text: { format: { type: 'json_object' }, verbosity: 'high' },
      metadata: { a: 'b' },
      service_tier: 'flex',
      previous_response_id: 'resp_0',
      truncation: 'auto',
      max_tool_calls: 3,
      safety_identifier: 'u',
      input: [
        { type: 'message', role: 'system', content: [{ type: 'input_text', text: 'Mind the gap.' }] },
        { type: 'item_reference', id: 'msg_0' },
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'Look', prompt_cache_breakpoint: { mode: 'explicit' } },
            { type: 'input_hologram', depth: 3 },
          ],
        },
        {
          type: 'reasoning',
          id: 'rs_1',
          encrypted_content: 'gAAA',
          summary: [
            { type: 'summary_text', text: 'One' },
            { type: 'summary_text', text: 'Two' },
          ],
        },
        { type: 'reasoning', id: 'rs_2', summary: [] },
        {
          type: 'message',
          id: 'msg_1',
          phase: 'commentary',
          role: 'assistant',
          content: [
            { type: 'output_text', text: 'Looking', annotations: [{ type: 'file_path', file_id: 'f', index: 0 }] },
          ],
        },
        { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'x' } },
        { type: 'function_call', call_id: 'a', name: 'list', namespace: 'files', id: 'fc_1', arguments: '{}' },
        { type: 'custom_tool_call', call_id: 'b', name: 'edit', namespace: 'files', input: 'a "b"\n' },
        { type: 'function_call_output', call_id: 'a', output: 'none' },
        { type: 'custom_tool_call_output', call_id: 'b', output: [{ type: 'input_file', file_id: 'file-1' }] },
        { type: 'computer_call_output', call_id: 'c', output: { type: 'computer_screenshot' } },
      ],
    };
    const { value, warnings } = encodeRequest(decodeRequest(body).value, { model: 'up' });
    expect(value).toEqual(body);
    expect(warnings).toEqual([]);
  });
});

describe('a Responses request for other upstreams', () => {
  const { value } = decodeRequest({
    model: 'm',
    input: [
      { role: 'user', content: 'Edit.' },
      { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAA' },
      { type: 'custom_tool_call', id: 'ctc_1', call_id: 'b', name: 'edit', input: 'x' },
      { role: 'developer', content: 'Mind the gap.' },
      { type: 'custom_tool_call_output', call_id: 'b', output: 'ok' },
    ],
    tools: [{ type: 'custom', name: 'edit' }],
    text: { verbosity: 'low' },
    prompt_cache_key: 'k',
    include: ['reasoning.encrypted_content'],
    truncation: 'disabled',
    store: false,
  });

  it('reaches openai-chat with functions for freeform tools, and loses nothing but the reasoning', () => {
    const { value: body, warnings } = openaiChat.encodeRequest(value, { model: 'up' });
    expect(body).toMatchObject({
      messages: [
        { role: 'user', content: 'Edit.' },
        {
          role: 'assistant',
          tool_calls: [{ id: 'b', type: 'function', function: { name: 'edit', arguments: '{"input":"x"}' } }],
        },
        { role: 'tool', tool_call_id: 'b', content: 'ok' },
        { role: 'developer', content: 'Mind the gap.' },
      ],
      tools: [{ type: 'function', function: { name: 'edit', parameters: { required: ['input'] } } }],
      verbosity: 'low',
      prompt_cache_key: 'k',
    });
    expect(warnings.map(({ field }) => field)).toEqual([
      'includeReasoningProof',
      'messages[assistant].content[reasoning]',
      'tools[function].freeform',
    ]);
  });

  it('reaches anthropic-messages, which has no verbosity', () => {
    const { value: body, warnings } = anthropicMessages.encodeRequest(value, { model: 'claude-sonnet-4-5' });
    expect(body).toMatchObject({ tools: [{ name: 'edit' }] });
    expect(warnings.filter(({ type }) => type === 'dropped').map(({ field }) => field)).toEqual([
      'prompt_cache_key',
      'text.verbosity',
      'messages[assistant].content[reasoning]',
    ]);
  });

  it('asks for proofs of the reasoning that a client of another dialect hands back, where the model reasons', () => {
    const include = (thinking: unknown) => {
      const body = { model: 'c', max_tokens: 9000, messages: [{ role: 'user', content: 'hi' }], thinking };
      const { value } = anthropicMessages.decodeRequest(body);
      return encodeRequest(value, { model: 'gpt-5' }).value['include'];
    };
    expect(include({ type: 'enabled', budget_tokens: 4096 })).toEqual(['reasoning.encrypted_content']);
    expect(include({ type: 'adaptive' })).toBeUndefined();
    expect(include({ type: 'disabled' })).toBeUndefined();
  });
});
