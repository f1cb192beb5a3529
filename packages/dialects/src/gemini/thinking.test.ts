import type { ReasoningRequest } from '@switchyard/canonical';

import { LossLog } from '../losses/loss-log.js';
import { modelTraits } from './model-traits.js';
import { decodeThinking, encodeThinking } from './thinking.js';

function encode(model: string, reasoning: ReasoningRequest) {
  const log = new LossLog('gemini');
  const config = encodeThinking(reasoning, modelTraits(model), log);
  return { config, lost: log.warnings.map(({ type }) => type) };
}

const effort = (word: 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max') =>
  ({ type: 'effort', effort: word }) as const;

describe('decodeThinking', () => {
  it.each([
    [{ thinkingLevel: 'HIGH' }, effort('high')],
    [{ thinkingLevel: 'minimal', includeThoughts: true }, effort('minimal')],
    [{ thinkingBudget: 0 }, { type: 'off' }],
    [{ thinkingBudget: -1 }, { type: 'auto' }],
    [{ thinkingBudget: 2048 }, { type: 'budget', tokens: 2048 }],
    [{ includeThoughts: true }, { type: 'auto' }],
    [{}, undefined],
  ])('reads %j', (config, reasoning) => {
    expect(decodeThinking(config)).toEqual({ reasoning, rest: undefined });
  });

  it('keeps that thoughts are not to be seen, and levels that it does not know', () => {
    const config = { thinkingLevel: 'EXTREME', includeThoughts: false };
    expect(decodeThinking(config)).toEqual({ reasoning: undefined, rest: config });
  });
});

describe('encodeThinking', () => {
  it.each<[string, ReasoningRequest, unknown, readonly string[]]>([
    ['gemini-2.5-flash', effort('high'), { thinkingBudget: 24_576, includeThoughts: true }, []],
    ['gemini-2.5-flash', effort('max'), { thinkingBudget: 24_576, includeThoughts: true }, []],
    ['gemini-2.5-flash', { type: 'off' }, { thinkingBudget: 0 }, []],
    ['gemini-2.5-flash', { type: 'auto' }, { thinkingBudget: -1, includeThoughts: true }, []],
    [
      'gemini-2.5-flash',
      { type: 'budget', tokens: 30_000 },
      { thinkingBudget: 24_576, includeThoughts: true },
      ['approximated'],
    ],
    [
      'gemini-2.5-flash-lite',
      { type: 'budget', tokens: 100 },
      { thinkingBudget: 512, includeThoughts: true },
      ['approximated'],
    ],
    ['gemini-2.5-pro', { type: 'off' }, { thinkingBudget: 128 }, ['approximated']],
    ['gemini-2.5-pro', effort('xhigh'), { thinkingBudget: 32_768, includeThoughts: true }, []],
    ['gemini-3-flash-preview', effort('minimal'), { thinkingLevel: 'minimal', includeThoughts: true }, []],
    ['gemini-3-flash-preview', { type: 'off' }, { thinkingLevel: 'minimal' }, ['approximated']],
    ['gemini-3-flash-preview', { type: 'auto' }, { includeThoughts: true }, []],
    [
      'gemini-3-flash-preview',
      { type: 'budget', tokens: 8192 },
      { thinkingLevel: 'medium', includeThoughts: true },
      ['approximated'],
    ],
    ['gemini-3-pro-preview', effort('medium'), { thinkingLevel: 'high', includeThoughts: true }, ['approximated']],
    ['gemini-3-pro-preview', effort('minimal'), { thinkingLevel: 'low', includeThoughts: true }, ['approximated']],
    ['gemini-3.1-pro-preview', effort('medium'), { thinkingLevel: 'medium', includeThoughts: true }, []],
    ['gemini-3.1-pro-preview', effort('max'), { thinkingLevel: 'high', includeThoughts: true }, ['approximated']],
    ['gemini-2.0-flash', effort('high'), undefined, ['dropped']],
    ['gemini-2.0-flash', { type: 'off' }, undefined, []],
    ['some-model', effort('low'), { thinkingBudget: 1024, includeThoughts: true }, []],
  ])('asks %s for %j', (model, reasoning, config, lost) => {
    expect(encode(model, reasoning)).toEqual({ config, lost });
  });
});

describe('thinking of a model that the operator describes', () => {
  const limits = { levels: ['low', 'high'], budget: { min: 128, max: 9000 }, canDecide: true } as const;

  it.each<[ReasoningRequest, object, string[]]>([
    [effort('max'), { thinkingLevel: 'high', includeThoughts: true }, ['approximated']],
    [{ type: 'budget', tokens: 20_000 }, { thinkingBudget: 9000, includeThoughts: true }, ['approximated']],
    [{ type: 'auto' }, { thinkingBudget: -1, includeThoughts: true }, []],
    [{ type: 'off' }, { thinkingLevel: 'low' }, ['approximated']],
  ])('is asked for with %j as the description says', (reasoning, config, lost) => {
    const log = new LossLog('gemini');
    const traits = { ...modelTraits('gemini-2.0-flash'), thinking: { type: 'declared', limits } } as const;
    expect(encodeThinking(reasoning, traits, log)).toEqual(config);
    expect(log.warnings.map(({ type }) => type)).toEqual(lost);
  });
});
