import type { CanonicalRequest, ReasoningRequest } from '@switchyard/canonical';

import type { ThinkingLimits } from '../thinking/fit-thinking.js';
import { encodeRequest } from './encode-request.js';

const OLD = 'claude-sonnet-4-5-20250929';
const BOTH = 'anthropic/claude-opus-4.6';
const NEW = 'us.anthropic.claude-opus-4-7';
const ALWAYS = 'claude-fable-5';

function encode(
  model: string,
  reasoning: ReasoningRequest,
  more: Partial<CanonicalRequest> = {},
  defaultMaxOutputTokens?: number,
) {
  const request: CanonicalRequest = {
    model,
    stream: false,
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
    tools: [],
    reasoning,
    ...more,
  };
  const { value, warnings } = encodeRequest(request, { model, defaultMaxOutputTokens });
  return { value, fields: warnings.map((warning) => `${warning.type} ${warning.field}`) };
}

describe('thinking', () => {
  it.each<[string, ReasoningRequest, object, string[]]>([
    [OLD, { type: 'off' }, { thinking: { type: 'disabled' } }, []],
    [OLD, { type: 'effort', effort: 'minimal' }, { thinking: { type: 'enabled', budget_tokens: 1024 } }, []],
    [OLD, { type: 'effort', effort: 'low' }, { thinking: { type: 'enabled', budget_tokens: 1024 } }, []],
    [OLD, { type: 'effort', effort: 'medium' }, { thinking: { type: 'enabled', budget_tokens: 8192 } }, []],
    [OLD, { type: 'effort', effort: 'high' }, { thinking: { type: 'enabled', budget_tokens: 24_576 } }, []],
    [OLD, { type: 'effort', effort: 'xhigh' }, { thinking: { type: 'enabled', budget_tokens: 32_768 } }, []],
    [OLD, { type: 'effort', effort: 'max' }, { thinking: { type: 'enabled', budget_tokens: 128_000 } }, []],
    [OLD, { type: 'budget', tokens: 5000 }, { thinking: { type: 'enabled', budget_tokens: 5000 } }, []],
    [OLD, { type: 'auto' }, { thinking: { type: 'enabled', budget_tokens: 8192 } }, ['approximated reasoningEffort']],
    [BOTH, { type: 'budget', tokens: 5000 }, { thinking: { type: 'enabled', budget_tokens: 5000 } }, []],
    [BOTH, { type: 'auto' }, { thinking: { type: 'adaptive' } }, []],
    [BOTH, { type: 'effort', effort: 'max' }, { thinking: { type: 'adaptive' }, output_config: { effort: 'max' } }, []],
    [
      BOTH,
      { type: 'effort', effort: 'xhigh' },
      { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
      ['approximated reasoningEffort'],
    ],
    [
      NEW,
      { type: 'effort', effort: 'xhigh' },
      { thinking: { type: 'adaptive' }, output_config: { effort: 'xhigh' } },
      [],
    ],
    [
      NEW,
      { type: 'effort', effort: 'minimal' },
      { thinking: { type: 'adaptive' }, output_config: { effort: 'low' } },
      ['approximated reasoningEffort'],
    ],
    [
      NEW,
      { type: 'budget', tokens: 8192 },
      { thinking: { type: 'adaptive' }, output_config: { effort: 'medium' } },
      ['approximated reasoningEffort'],
    ],
    [NEW, { type: 'off' }, { thinking: { type: 'disabled' } }, []],
    [ALWAYS, { type: 'off' }, { output_config: { effort: 'low' } }, ['approximated reasoningEffort']],
    ['deepseek-chat', { type: 'budget', tokens: 5000 }, { thinking: { type: 'enabled', budget_tokens: 5000 } }, []],
  ])('asks %s for %j', (model, reasoning, expected, expectedFields) => {
    const { value, fields } = encode(model, reasoning, { maxOutputTokens: 200_000 });
    const { thinking, output_config } = value;
    expect(JSON.parse(JSON.stringify({ thinking, output_config }))).toEqual(expected);
    expect(fields).toEqual(expectedFields);
  });

  it('cuts a budget to stay below max_tokens', () => {
    const { value, fields } = encode(OLD, { type: 'effort', effort: 'high' }, { maxOutputTokens: 3000 });
    expect(value).toMatchObject({ max_tokens: 3000, thinking: { type: 'enabled', budget_tokens: 2999 } });
    expect(fields).toEqual(['approximated reasoningEffort']);
  });

  it.each([{ maxOutputTokens: 1024 }, { maxOutputTokens: 16 }])(
    'does not think when %j leaves no room for it',
    (more) => {
      const { value, fields } = encode(OLD, { type: 'effort', effort: 'low' }, { ...more, temperature: 0.5 });
      expect(value).toMatchObject({ thinking: { type: 'disabled' }, temperature: 0.5 });
      expect(fields).toEqual(['approximated reasoningEffort']);
    },
  );

  it('takes a budget below the minimum for off', () => {
    const { value, fields } = encode(OLD, { type: 'budget', tokens: 100 });
    expect(value).toMatchObject({ max_tokens: 32_000, thinking: { type: 'disabled' } });
    expect(fields).toEqual(['approximated reasoningEffort']);
  });

  it('leaves room for the answer where nobody set a ceiling', () => {
    expect(encode(OLD, { type: 'effort', effort: 'max' }).value).toMatchObject({
      max_tokens: 32_000,
      thinking: { type: 'enabled', budget_tokens: 27_904 },
    });
  });

  it('raises the ceiling of a provider, but not that of a client, to make room for thinking', () => {
    const medium: ReasoningRequest = { type: 'effort', effort: 'medium' };
    expect(encode(OLD, medium, {}, 8192).value).toMatchObject({
      max_tokens: 32_000,
      thinking: { type: 'enabled', budget_tokens: 8192 },
    });
    expect(encode(BOTH, medium, {}, 8192).value).toMatchObject({ max_tokens: 32_000, thinking: { type: 'adaptive' } });
    expect(encode('m', medium, {}, 64_000).value).toMatchObject({ max_tokens: 64_000 });
    expect(encode(OLD, medium, { maxOutputTokens: 9000 }, 8192).value).toMatchObject({ max_tokens: 9000 });
    expect(encode('m', { type: 'off' }, {}, 8192).value).toMatchObject({ max_tokens: 8192 });
    expect(encode('m', { type: 'budget', tokens: 1 }, {}, 8192).value).toMatchObject({ max_tokens: 8192 });
  });

  it('thinks only at the default temperature, a high top_p and without top_k', () => {
    const sampling = { temperature: 0.2, topP: 0.5, topK: 4, maxOutputTokens: 9000 };
    const { value, fields } = encode('claude-3-7-sonnet', { type: 'effort', effort: 'low' }, sampling);
    expect(value).toMatchObject({ top_p: 0.95 });
    expect(value).not.toHaveProperty('temperature');
    expect(value).not.toHaveProperty('top_k');
    expect(fields).toEqual(['approximated temperature', 'approximated topP', 'dropped topK']);
  });

  it.each([
    [OLD, false, 'disabled'],
    [OLD, true, 'enabled'],
    [BOTH, false, 'adaptive'],
  ])('answers a tool call for %s, its thinking kept: %s, with thinking %s', (model, isKept, type) => {
    const thought = { type: 'reasoning', text: 'hm', signature: 'sig', provenance: 'anthropic-messages' } as const;
    const call = { type: 'tool-call', id: 'a', name: 'now', arguments: '{}' } as const;
    const { value } = encode(
      model,
      { type: 'effort', effort: 'low' },
      {
        messages: [
          { role: 'user', content: [{ type: 'text', text: 'time?' }] },
          { role: 'assistant', content: isKept ? [thought, call] : [call] },
          { role: 'user', content: [{ type: 'tool-result', toolCallId: 'a', content: [] }] },
        ],
      },
    );
    expect(value).toMatchObject({ thinking: { type } });
  });

  it('goes by what the operator says of the model rather than by its name', () => {
    const ask = (reasoning: ReasoningRequest, thinking: ThinkingLimits) => {
      const request: CanonicalRequest = { model: OLD, stream: false, messages: [], tools: [], reasoning };
      return encodeRequest(request, { model: OLD, thinking });
    };
    const byLevel = { levels: ['low', 'high'] } as const;
    const high = ask({ type: 'budget', tokens: 30_000 }, byLevel);
    expect(high.value).toMatchObject({ thinking: { type: 'adaptive' }, output_config: { effort: 'high' } });
    expect(high.warnings).toContainEqual(expect.objectContaining({ field: 'reasoningEffort', type: 'approximated' }));
    const off = ask({ type: 'off' }, { budget: { min: 2000, max: 9000 } });
    expect(off.value).toMatchObject({ thinking: { type: 'enabled', budget_tokens: 2000 } });
    const none = ask({ type: 'effort', effort: 'low' }, {});
    expect(none.value).not.toHaveProperty('thinking');
    expect(none.warnings).toContainEqual(expect.objectContaining({ field: 'reasoningEffort', type: 'dropped' }));
  });
});
