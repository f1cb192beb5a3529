import type { JsonObject } from '../dialect.js';
import { createItemState, type ItemState } from './decoder-state.js';

/** Which item of a stream each item of the finished response is: the one of its id, else the next of its kind, else a new one. */
export function matchOutput(
  items: readonly ItemState[],
  output: readonly JsonObject[],
): (readonly [ItemState, JsonObject])[] {
  const left = new Set(items);
  const matches = output.map((whole) => {
    return { whole, item: take(left, ({ item }) => item['id'] !== undefined && item['id'] === whole['id']) };
  });
  return matches.map(({ whole, item }) => {
    return [item ?? take(left, (known) => known.item['type'] === whole['type']) ?? createItemState(whole), whole];
  });
}

function take(left: Set<ItemState>, fits: (item: ItemState) => boolean): ItemState | undefined {
  const found = [...left].find(fits);
  if (found !== undefined) left.delete(found);
  return found;
}
