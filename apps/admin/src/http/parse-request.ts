import { GatewayError } from '@switchyard/canonical';
import type { z } from 'zod';

/** @throws GatewayError `invalid_request`, naming each field at fault. */
export function parseRequest<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '));
  throw new GatewayError('invalid_request', faults.join('; '));
}
