import { setTimeout as sleep } from 'node:timers/promises';

import { inOrder, type Outcome } from './in-order.js';

const never = new AbortController().signal;

function done<Value>(value: Value): Outcome<Value, string> {
  return { type: 'done', value };
}

describe('inOrder', () => {
  it('keeps the order of the items, and no more than so many under way', async () => {
    let underWay = 0;
    let most = 0;
    const items = [5, 1, 4, 2, 3, 0];
    const outcome = await inOrder(items, { atOnce: 2, signal: never }, async (item) => {
      underWay += 1;
      most = Math.max(most, underWay);
      await sleep(item * 5);
      underWay -= 1;
      return done(item * 10);
    });
    expect(outcome).toEqual(done([50, 10, 40, 20, 30, 0]));
    expect(most).toBe(2);
  });

  it.each(['failed', 'thrown'])('stops at the first that is %s, once the others are over', async (how) => {
    const begun: number[] = [];
    const aborted: number[] = [];
    const all = inOrder([0, 1, 2, 3, 4], { atOnce: 2, signal: never }, async (item, signal) => {
      begun.push(item);
      if (item === 0) {
        await sleep(10);
        if (how === 'thrown') throw new Error('it broke');
        return { type: 'failed', error: 'it broke' } as const;
      }
      await sleep(5_000, undefined, { signal }).catch(() => {});
      aborted.push(item);
      return signal.aborted ? ({ type: 'failed', error: 'aborted' } as const) : done(item);
    });
    if (how === 'thrown') await expect(all).rejects.toThrow('it broke');
    else expect(await all).toEqual({ type: 'failed', error: 'it broke' });
    expect(begun).toEqual([0, 1]);
    expect(aborted).toEqual([1]);
  });

  it('begins nothing once the signal is aborted', async () => {
    const gone = AbortSignal.abort(new Error('gone'));
    const begun: number[] = [];
    const all = inOrder([1], { atOnce: 1, signal: gone }, async (item) => done(begun.push(item)));
    await expect(all).rejects.toThrow('gone');
    expect(begun).toEqual([]);
  });
});
