import { REASONING_EFFORTS, type ReasoningRequest } from '@switchyard/canonical';
import fc from 'fast-check';

import { fitThinking, type ThinkingLimits } from './fit-thinking.js';

const off: ReasoningRequest = { type: 'off' };
const auto: ReasoningRequest = { type: 'auto' };
const effort = (word: (typeof REASONING_EFFORTS)[number]): ReasoningRequest => ({ type: 'effort', effort: word });
const budget = (tokens: number): ReasoningRequest => ({ type: 'budget', tokens });

const byLevel: ThinkingLimits = { levels: ['low', 'high'] };
const byBudget: ThinkingLimits = { budget: { min: 128, max: 20_000 } };
const eitherWay: ThinkingLimits = { levels: ['low', 'high'], budget: { min: 128, max: 20_000 } };

describe('fitting a wish for thinking to a model', () => {
  it.each([
    ['the nearest level', effort('xhigh'), byLevel, effort('high')],
    ['the lesser of two levels that are equally near', effort('medium'), byLevel, effort('low')],
    ['the level that a budget stands for', budget(30_000), byLevel, effort('high')],
    ['the budget that an effort stands for', effort('low'), byBudget, budget(1024)],
    ['a budget within the limits', budget(64_000), byBudget, budget(20_000)],
    ['a budget as a budget where it takes both', budget(500), eitherWay, budget(500)],
    ['the least level where it cannot stop', off, eitherWay, effort('low')],
    ['the least budget where it cannot stop', off, byBudget, budget(128)],
    ['nothing where it can stop', off, { ...byBudget, canStop: true }, off],
    ['a medium level where it cannot decide', auto, byLevel, effort('low')],
    ['the middle of its budgets where it cannot decide', auto, byBudget, budget(10_064)],
    ['its own decision where it can', auto, { ...byLevel, canDecide: true }, auto],
  ])('asks for %s', (_what, wanted, limits, given) => {
    expect(fitThinking(wanted, limits).reasoning).toEqual(given);
  });

  it('asks a model that does not think for nothing, and tells whoever asked for something', () => {
    expect(fitThinking(effort('low'), {})).toEqual({ reasoning: undefined, reason: 'this model does not think' });
    expect(fitThinking(off, {})).toEqual({ reasoning: undefined });
  });

  it('tells what it changed, and nothing where it changed nothing', () => {
    expect(fitThinking(effort('xhigh'), byLevel).reason).toBe(
      'this model cannot be asked for effort xhigh; it is asked for effort high',
    );
    expect(fitThinking(effort('low'), byBudget).reason).toBeUndefined();
    expect(fitThinking(effort('high'), byBudget).reason).toContain('20000 tokens');
  });

  it('never changes a wish twice', () => {
    const wishes = fc.oneof(
      fc.constantFrom(off, auto),
      fc.constantFrom(...REASONING_EFFORTS).map(effort),
      fc.nat(200_000).map(budget),
    );
    const limits = fc.constantFrom(byLevel, byBudget, eitherWay, { ...eitherWay, canStop: true, canDecide: true });
    fc.assert(
      fc.property(wishes, limits, (wanted, model) => {
        const { reasoning } = fitThinking(wanted, model);
        if (reasoning === undefined) throw new Error('a model that thinks is asked for something');
        expect(fitThinking(reasoning, model)).toEqual({ reasoning });
      }),
    );
  });
});
