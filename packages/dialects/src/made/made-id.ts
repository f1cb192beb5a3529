import type { Block } from '@switchyard/canonical';

/**
 * What stands in every id and proof that we made for a client: no upstream knows them, so wherever a conversation goes byte
 * for byte, whether there is anything to take out of it is one search for this. Letters that every dialect takes in an id.
 */
export const MADE_MARK = 'switchyard_';

/** The id of a step that its own provider calls otherwise, or not at all. `seed` makes it unlike others. */
export function madeId(prefix: string, seed: string): string {
  return `${prefix}_${MADE_MARK}${seed}`;
}

export function isMadeId(id: unknown): boolean {
  return typeof id === 'string' && id.includes(MADE_MARK);
}

/** Whether a block tells a step that we told a client of in its own dialect's words. */
export function isMadeStep(block: Block): boolean {
  return block.type === 'opaque' && (isMadeId(block.value['id']) || isMadeId(block.value['tool_use_id']));
}
