import { type AbortListener, Cancellation } from './cancellation.js';

const REASON = new Error('enough');

function listener(name: string, told: string[], then: () => void = () => {}): AbortListener {
  const hear = (): void => {
    told.push(name);
    then();
  };
  return name === 'two' ? hear : { handleEvent: hear };
}

describe('a cancellation', () => {
  it('tells its listeners once, in their order, and those that have left not at all', () => {
    const cancellation = new Cancellation();
    const told: string[] = [];
    const [one, two, three, four] = ['one', 'two', 'three', 'four'].map((name) => listener(name, told));
    for (const each of [one, two, three, four]) if (each) cancellation.addEventListener('abort', each);
    if (one) cancellation.removeEventListener('abort', one);
    if (three) cancellation.removeEventListener('abort', three);
    if (one) cancellation.addEventListener('abort', one);
    cancellation.abort(REASON);
    cancellation.abort(new Error('again'));
    expect(told).toEqual(['two', 'four', 'one']);
    expect([cancellation.aborted, cancellation.reason]).toEqual([true, REASON]);
  });

  it('does not tell whom another listener removes, nor who comes too late', () => {
    const cancellation = new Cancellation();
    const told: string[] = [];
    const last = listener('last', told);
    const late = listener('late', told);
    cancellation.addEventListener(
      'abort',
      listener('first', told, () => {
        cancellation.removeEventListener('abort', last);
        cancellation.addEventListener('abort', late);
      }),
    );
    cancellation.addEventListener('abort', last);
    cancellation.abort(REASON);
    cancellation.addEventListener('abort', late);
    expect(told).toEqual(['first']);
  });

  it('is a real signal for whom needs one, made before the abort or after it', () => {
    const cancellation = new Cancellation();
    const before = cancellation.abortSignal;
    expect([before.aborted, cancellation.abortSignal]).toEqual([false, before]);
    cancellation.abort(REASON);
    expect([before.aborted, before.reason]).toEqual([true, REASON]);

    const aborted = new Cancellation();
    aborted.abort(REASON);
    expect([aborted.abortSignal.aborted, aborted.abortSignal.reason]).toEqual([true, REASON]);
  });
});
