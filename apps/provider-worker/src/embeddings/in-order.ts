/** What came of a piece of work that may fail in a foreseen way. */
export type Outcome<Value, Failure> =
  | { readonly type: 'done'; readonly value: Value }
  | { readonly type: 'failed'; readonly error: Failure };

export interface InOrderLimits {
  readonly atOnce: number;
  readonly signal: AbortSignal;
}

/**
 * Does the same with each item, some at a time, and returns the results in the order of the items. The first that fails, or
 * throws, aborts the others and is what comes of all; nothing is under way any more by then.
 */
export async function inOrder<Item, Value, Failure>(
  items: readonly Item[],
  { atOnce, signal }: InOrderLimits,
  work: (item: Item, signal: AbortSignal) => Promise<Outcome<Value, Failure>>,
): Promise<Outcome<readonly Value[], Failure>> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const values: Value[] = [];
  const queue = items.entries();
  let end: { readonly error: Failure } | { readonly thrown: unknown } | undefined;
  const takeTurns = async (): Promise<void> => {
    for (const [place, item] of queue) {
      if (end !== undefined) return;
      try {
        signal.throwIfAborted();
        const outcome = await work(item, either);
        if (outcome.type === 'failed') end ??= { error: outcome.error };
        else values[place] = outcome.value;
      } catch (thrown) {
        end ??= { thrown };
      }
      if (end !== undefined) over.abort();
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, takeTurns));
  if (end === undefined) return { type: 'done', value: values };
  if ('thrown' in end) throw end.thrown;
  return { type: 'failed', error: end.error };
}
