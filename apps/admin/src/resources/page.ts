import { GatewayError } from '@switchyard/canonical';
import { z } from 'zod';

export const pageQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z.string().optional(),
});

export type PageQuery = z.infer<typeof pageQuerySchema>;

export interface Page<Item> {
  readonly data: readonly Item[];
  /** For the next page; absent on the last. */
  readonly nextCursor?: string | undefined;
}

/** The items after the cursor, by id: a page stays right when items before it come or go. */
export function pageOf<Item extends { readonly id: string }>(items: readonly Item[], query: PageQuery): Page<Item> {
  const after = query.cursor === undefined ? undefined : openCursor(query.cursor);
  const rest = items
    .filter(({ id }) => after === undefined || id > after)
    .toSorted((left, right) => (left.id < right.id ? -1 : 1));
  const data = rest.slice(0, query.limit);
  const last = data.at(-1);
  const isLast = last === undefined || data.length === rest.length;
  return isLast ? { data } : { data, nextCursor: Buffer.from(last.id).toString('base64url') };
}

function openCursor(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString('utf8');
  if (Buffer.from(id).toString('base64url') !== cursor) {
    throw new GatewayError('invalid_request', 'cursor: give a nextCursor as it was given to you');
  }
  return id;
}
