import { parseThinking } from './parse-thinking.js';

describe('parseThinking', () => {
  it.each([
    ['high', { type: 'effort', effort: 'high' }],
    ['minimal', { type: 'effort', effort: 'minimal' }],
    ['8192', { type: 'budget', tokens: 8192 }],
    ['none', { type: 'off' }],
    ['0', { type: 'off' }],
    ['auto', { type: 'auto' }],
    ['-1', { type: 'auto' }],
  ])('reads (%s)', (suffix, reasoning) => {
    expect(parseThinking(suffix)).toEqual(reasoning);
  });

  it('refuses anything else', () => {
    expect(() => parseThinking('loud')).toThrow(/\(loud\) behind the model is not an effort/);
  });
});
