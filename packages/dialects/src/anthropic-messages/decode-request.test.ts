import { GatewayError } from '@switchyard/canonical';

import { decodeRequest } from './decode-request.js';

const body = { model: 'm', max_tokens: 10, messages: [{ role: 'user', content: 'Hello' }] };

function decode(more: object) {
  return decodeRequest({ ...body, ...more }).value;
}

describe('decodeRequest', () => {
  it('reads a minimal request', () => {
    expect(decodeRequest(body)).toEqual({
      value: {
        model: 'm',
        stream: false,
        maxOutputTokens: 10,
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
        tools: [],
      },
      warnings: [],
    });
  });

  it('reads the conversation of a tool user', () => {
    const { messages } = decode({
      system: 'be kind',
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'time?', cache_control: { type: 'ephemeral' } }] },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 'sig' },
            { type: 'redacted_thinking', data: 'x' },
            { type: 'tool_use', id: 't1', name: 'now', input: { zone: 'UTC' } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 't1', content: 'noon' },
            { type: 'tool_result', tool_use_id: 't2', content: [{ type: 'text', text: 'no' }], is_error: true },
            { type: 'tool_result', tool_use_id: 't3' },
          ],
        },
      ],
    });
    expect(messages).toEqual([
      { role: 'system', content: [{ type: 'text', text: 'be kind' }] },
      { role: 'user', content: [{ type: 'text', text: 'time?', cache: {} }] },
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'hm', signature: 'sig', provenance: 'anthropic-messages' },
          { type: 'redacted-reasoning', data: 'x', provenance: 'anthropic-messages' },
          { type: 'tool-call', id: 't1', name: 'now', arguments: '{"zone":"UTC"}' },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool-result', toolCallId: 't1', content: [{ type: 'text', text: 'noon' }] },
          { type: 'tool-result', toolCallId: 't2', content: [{ type: 'text', text: 'no' }], isError: true },
          { type: 'tool-result', toolCallId: 't3', content: [] },
        ],
      },
    ]);
  });

  it.each([
    [{ thinking: { type: 'enabled', budget_tokens: 2000 } }, { type: 'budget', tokens: 2000 }],
    [{ thinking: { type: 'enabled', budget_tokens: 0 } }, { type: 'off' }],
    [{ thinking: { type: 'enabled', budget_tokens: -1 } }, { type: 'auto' }],
    [{ thinking: { type: 'disabled' } }, { type: 'off' }],
    [{ thinking: { type: 'adaptive' } }, { type: 'auto' }],
    [
      { thinking: { type: 'adaptive' }, output_config: { effort: 'max' } },
      { type: 'effort', effort: 'max' },
    ],
    [{ output_config: { effort: 'low' } }, { type: 'effort', effort: 'low' }],
    [{}, undefined],
  ])('reads the thinking of %j', (more, expected) => {
    expect(decode(more).reasoning).toEqual(expected);
  });

  it.each([
    [{ thinking: { type: 'deep', level: 9 } }],
    [{ tool_choice: { type: 'maybe' } }],
    [{ output_config: { effort: 'colossal' } }],
    [{ output_config: { format: { type: 'grammar', grammar: 'x' } } }],
    [{ mcp_servers: [{ name: 'm' }], context_management: {} }],
  ])('lets what it does not understand ride along: %j', (more) => {
    expect(decode(more).extensions).toEqual({ 'anthropic-messages': more });
  });

  it("keeps the line for Anthropic's billing in its own dialect", () => {
    const billing = { type: 'text', text: 'x-anthropic-billing-header: cc_version=2.1.330.031; cc_entrypoint=cli;' };
    const { messages } = decode({ system: [billing, { type: 'text', text: 'be kind' }] });
    expect(messages[0]).toEqual({
      role: 'system',
      content: [
        { type: 'opaque', dialect: 'anthropic-messages', value: billing },
        { type: 'text', text: 'be kind' },
      ],
    });
  });

  it('says in words what a reference to a found tool means', () => {
    const reference = { type: 'tool_reference', tool_name: 'WebFetch' };
    const found = { type: 'tool_result', tool_use_id: 'toolu_1', content: [reference] };
    const { messages } = decode({ messages: [{ role: 'user', content: [found] }] });
    expect(messages[0]?.content).toEqual([
      {
        type: 'tool-result',
        toolCallId: 'toolu_1',
        content: [
          {
            type: 'opaque',
            dialect: 'anthropic-messages',
            value: reference,
            text: 'The tool WebFetch can be called now.',
          },
        ],
      },
    ]);
  });

  it('takes null for absent', () => {
    expect(decode({ system: null, temperature: null, thinking: null, tools: null, container: null })).toEqual(
      decode({}),
    );
  });

  it.each([
    ['nothing', {}],
    [[], {}],
    [{ ...body, messages: undefined }, 'messages'],
    [{ ...body, max_tokens: 'many' }, 'max_tokens'],
    [{ ...body, messages: [{ role: 'user', content: [{ text: 'no type' }] }] }, 'messages.0.content'],
    [{ ...body, messages: [{ role: 'user', content: [{ type: 'text' }] }] }, 'messages.0.content.0.text'],
    [{ ...body, messages: [{ role: 'tool', content: 'x' }] }, 'messages.0.role'],
    [{ ...body, tools: [{ input_schema: {} }] }, 'tools.0.name'],
    [{ ...body, tool_choice: { type: 'tool' } }, 'tool_choice.name'],
  ])('refuses %j, naming the parameter', (wrong, param) => {
    const thrown = catchError(() => decodeRequest(wrong));
    expect(thrown.code).toBe('invalid_request');
    if (typeof param === 'string') expect(thrown.param).toBe(param);
  });
});

function catchError(run: () => unknown): GatewayError {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof GatewayError) return thrown;
  }
  throw new Error('no GatewayError was thrown');
}
