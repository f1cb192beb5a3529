import { GatewayError, type Warning } from '@switchyard/canonical';

/** One warning for each field that the other family has no place for. */
export function dropped(fields: readonly string[]): readonly Warning[] {
  return [...new Set(fields)].map((field) => {
    return { type: 'dropped', field, reason: 'its API for embeddings has no such field' };
  });
}

/** The numbers of a vector; undefined for what is none. */
export function numbersOf(value: unknown): readonly number[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return value.every((item) => typeof item === 'number') ? value : undefined;
}

export function malformed(place: string): GatewayError {
  return new GatewayError('upstream_malformed', `the upstream answered without embeddings: ${place} is not one`);
}
