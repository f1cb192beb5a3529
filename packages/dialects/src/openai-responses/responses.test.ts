import { GatewayError, type CanonicalResponse } from '@switchyard/canonical';

import { decodeRequest } from './decode-request.js';
import { decodeResponse } from './decode-response.js';
import { encodeResponse } from './encode-response.js';

const BODY = {
  id: 'resp_1',
  object: 'response',
  created_at: 1_700_000_000,
  status: 'completed',
  error: null,
  incomplete_details: null,
  model: 'gpt',
  output: [],
  usage: { input_tokens: 1, output_tokens: 2, total_tokens: 3 },
  service_tier: 'default',
};

const options = { model: 'mine', includeUsage: false, nowSeconds: 1_700_000_000 };

describe('decodeResponse', () => {
  it('reads the items as blocks, those of the server as they are', () => {
    const search = { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search' } };
    const response = decodeResponse({
      ...BODY,
      output: [
        { type: 'reasoning', id: 'rs_1', summary: [], content: [{ type: 'reasoning_text', text: 'Hm' }] },
        search,
        {
          type: 'message',
          id: 'msg_1',
          status: 'completed',
          role: 'assistant',
          phase: 'final_answer',
          content: [
            { type: 'output_text', text: 'Yes', annotations: [{ type: 'file_path' }], logprobs: [] },
            { type: 'refusal', refusal: 'No' },
          ],
        },
      ],
    });
    expect(response).toMatchObject({ id: 'resp_1', extensions: { 'openai-responses': { service_tier: 'default' } } });
    expect(response.choices).toEqual([
      {
        content: [
          {
            type: 'reasoning',
            text: 'Hm',
            form: 'text',
            provenance: 'openai-responses',
            extensions: { 'openai-responses': { item: { id: 'rs_1' } } },
          },
          { type: 'opaque', dialect: 'openai-responses', value: search },
          {
            type: 'text',
            text: 'Yes',
            citations: [{ type: 'opaque', dialect: 'openai-responses', value: { type: 'file_path' } }],
            extensions: { 'openai-responses': { item: { id: 'msg_1' } } },
          },
          {
            type: 'refusal',
            text: 'No',
            extensions: { 'openai-responses': { item: { id: 'msg_1' }, message: { phase: 'final_answer' } } },
          },
        ],
        finish: { reason: 'stop', raw: 'completed' },
      },
    ]);
  });

  it.each([
    ['max_output_tokens', 'length'],
    ['content_filter', 'content-filter'],
    ['boredom', 'other'],
  ])('says why an answer is incomplete: %s', (reason, meant) => {
    const { choices } = decodeResponse({ ...BODY, status: 'incomplete', incomplete_details: { reason } });
    expect(choices[0]?.finish).toEqual({ reason: meant, raw: reason });
  });

  it.each([
    [{ status: 'failed', error: { code: 'rate_limit_exceeded', message: 'slow' } }, 'upstream_rate_limited'],
    [{ status: 'failed', error: { code: 'server_error', message: 'oops' } }, 'upstream_server_error'],
    [{ status: 'in_progress' }, 'upstream_malformed'],
    [{ output: 'text' }, 'upstream_malformed'],
  ])('throws what is no finished answer: %j', (changes, code) => {
    expect(() => decodeResponse({ ...BODY, ...changes })).toThrow(expect.objectContaining({ code }));
    expect(() => decodeResponse({ ...BODY, ...changes })).toThrow(GatewayError);
  });
});

const CLAUDE: CanonicalResponse = {
  id: 'msg_1',
  model: 'claude',
  choices: [
    {
      content: [
        { type: 'reasoning', text: 'Hm', signature: 'c2ln', provenance: 'anthropic-messages' },
        { type: 'redacted-reasoning', data: 'ZGF0YQ==', provenance: 'anthropic-messages' },
        { type: 'text', text: 'Let me ' },
        { type: 'text', text: 'see.' },
        { type: 'tool-call', id: 'a', name: 'files__list', arguments: '{}' },
        { type: 'tool-call', id: 'b', name: 'edit', arguments: '{"input": "x"}' },
      ],
      finish: { reason: 'tool-calls' },
    },
  ],
};

describe('encodeResponse', () => {
  const { value: request } = decodeRequest({
    model: 'mine',
    input: 'Go',
    instructions: 'Be brief.',
    tools: [
      { type: 'namespace', name: 'files', description: 'Files.', tools: [{ type: 'function', name: 'list' }] },
      { type: 'custom', name: 'edit' },
    ],
    temperature: 0.5,
  });

  it('gives tools their own names and kinds back, and repeats the request', () => {
    const { value } = encodeResponse(CLAUDE, { ...options, request });
    expect(value).toMatchObject({
      id: 'msg_1',
      object: 'response',
      status: 'completed',
      model: 'mine',
      instructions: 'Be brief.',
      temperature: 0.5,
      tools: [
        { type: 'namespace', name: 'files' },
        { type: 'custom', name: 'edit' },
      ],
      output: [
        { type: 'reasoning', id: 'rs_msg1_0', summary: [{ type: 'summary_text', text: 'Hm' }] },
        { type: 'reasoning', id: 'rs_msg1_1', summary: [] },
        { type: 'message', id: 'msg_msg1_2', status: 'completed', content: [{ text: 'Let me ' }, { text: 'see.' }] },
        { type: 'function_call', id: 'fc_msg1_3', call_id: 'a', name: 'list', namespace: 'files', arguments: '{}' },
        { type: 'custom_tool_call', id: 'ctc_msg1_4', call_id: 'b', name: 'edit', input: 'x' },
      ],
    });
  });

  it("keeps another family's proof so that it comes back as that family's, and as no other's", () => {
    const { value } = encodeResponse(CLAUDE, { ...options, request });
    const { messages } = decodeRequest({ model: 'm', input: value['output'] }).value;
    const [thought, redacted] = messages[0]?.content ?? [];
    expect(thought).toMatchObject({ text: 'Hm', signature: 'c2ln', provenance: 'anthropic-messages' });
    expect(redacted).toMatchObject({ data: 'ZGF0YQ==', provenance: 'anthropic-messages' });
  });

  it('tells which part of an answer broke off', () => {
    const { value } = encodeResponse(
      { ...CLAUDE, choices: [{ content: [{ type: 'text', text: 'Once' }], finish: { reason: 'length' } }] },
      options,
    );
    expect(value).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      output: [{ status: 'incomplete' }],
    });
  });

  it('names what it has no place for', () => {
    const image = { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } } as const;
    const opaque = { type: 'opaque', dialect: 'anthropic-messages', value: { type: 'server_tool_use' } } as const;
    const choice = { content: [image, opaque], finish: { reason: 'stop-sequence', stopSequence: 'END' } } as const;
    const { value, warnings } = encodeResponse({ ...CLAUDE, choices: [choice, choice] }, options);
    expect(value['output']).toEqual([]);
    expect(warnings.map(({ field }) => field)).toEqual([
      'choices[].content[image url]',
      'choices[].content[opaque server_tool_use]',
      'choices[].stopSequence',
      'choices[]',
    ]);
  });
});
