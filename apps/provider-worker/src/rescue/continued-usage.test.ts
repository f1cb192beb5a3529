import type { Usage } from '@switchyard/canonical';

import { continuedUsage } from './continued-usage.js';
import type { StreamSoFar } from './stream-so-far.js';

const NONE = { inputUncached: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0 };
/** Ten tokens of text and three of reasoning, by estimate. */
const SO_FAR: StreamSoFar = { encoder: {}, model: 'm', text: 'x'.repeat(40), reasoningTokens: 3, nextIndex: 2 };
const OWN: Usage = { ...NONE, inputUncached: 50, cacheRead: 7, output: 30, reasoning: 5, raw: { all: 87 } };

describe('continuedUsage', () => {
  it('takes the prefill for output, and off the input, where nobody had told the input before', () => {
    expect(continuedUsage(SO_FAR, 'prefill', OWN)).toEqual({
      ...NONE,
      inputUncached: 40,
      cacheRead: 7,
      output: 13 + 25,
      reasoning: 3,
    });
  });

  it('keeps the input that the first attempt told', () => {
    const usage = { ...NONE, inputUncached: 9, cacheWrite1h: 2, output: 1 };
    expect(continuedUsage({ ...SO_FAR, usage }, 'prefill', OWN)).toEqual({
      ...NONE,
      inputUncached: 9,
      cacheWrite1h: 2,
      output: 13 + 25,
      reasoning: 3,
    });
  });

  it('believes the first attempt’s own count of its output where it is the higher one', () => {
    const usage = { ...NONE, inputUncached: 9, output: 21 };
    expect(continuedUsage({ ...SO_FAR, usage }, 'prefill', OWN).output).toBe(21 + 25);
  });

  it('counts the text of a replay once, and the reasoning that was shown in place of its own', () => {
    expect(continuedUsage(SO_FAR, 'replay', OWN)).toEqual({
      ...NONE,
      inputUncached: 50,
      cacheRead: 7,
      output: 3 + 25,
      reasoning: 3,
    });
  });

  it('takes no more off the input than there is', () => {
    const own = { ...NONE, inputUncached: 4, cacheRead: 3, output: 1 };
    expect(continuedUsage(SO_FAR, 'prefill', own)).toMatchObject({ inputUncached: 0, cacheRead: 0 });
  });
});
