import { ERROR_SCOPES, type ErrorCode, isErrorCode } from '@switchyard/canonical';
import { z } from 'zod';

import { ERROR_RULE_ACTIONS, type AttemptError, type RescueState, type Resume } from './attempt.js';
import { WireProtocolError } from './frame/protocol-error.js';

/** The version of docs/wire-protocol.md that this code speaks. Both sides must speak the same. */
export const WIRE_VERSION = 2;

const headersSchema = z.record(z.string(), z.string());

const rescueStateSchema: z.ZodType<RescueState> = z.object({
  hasToolCalls: z.boolean(),
  isStructured: z.boolean(),
  state: z.unknown(),
});

/** What `open` has of an attempt that goes on with a stream. */
export const resumeSchema: z.ZodType<Resume> = z.object({
  how: z.enum(['prefill', 'replay']),
  state: rescueStateSchema,
});

// A newer worker may know codes that we do not: to us they are unexpected.
const errorCodeSchema = z.string().transform((code): ErrorCode => (isErrorCode(code) ? code : 'internal'));

const errorSchema: z.ZodType<AttemptError> = z.object({
  // A newer worker may blame whom we do not know: the code decides then.
  scope: z.enum(ERROR_SCOPES).optional().catch(undefined),
  rule: z.enum(ERROR_RULE_ACTIONS).optional().catch(undefined),
  code: errorCodeSchema,
  message: z.string(),
  status: z.number().int(),
  param: z.string().optional(),
  retryAfterMs: z.number().optional(),
  upstream: z
    .object({ status: z.number().optional(), code: z.string().optional(), type: z.string().optional() })
    .optional(),
  answer: z.object({ status: z.number().int(), headers: headersSchema, body: z.string() }).optional(),
});

/** What `end` has of an attempt that did not go well. */
export const misfortuneSchema = z.object({ error: errorSchema.optional(), rescue: rescueStateSchema.optional() });

export const FINISH_REASONS = [
  'stop',
  'stop-sequence',
  'length',
  'context-window',
  'tool-calls',
  'content-filter',
  'refusal',
  'pause',
  'other',
] as const;

/** The client's `hello`. */
export const clientHelloSchema = z.object({ version: z.number().int(), token: z.string() });

/** The server's `hello`. */
export const serverHelloSchema = z.object({ version: z.number().int(), providers: z.array(z.string()) });

/** The payload of `goaway`. `lastStreamId` is the last stream the server took; later ones were never begun. */
export const goawaySchema = z.object({
  reason: z.enum(['draining', 'unauthorized', 'unsupported-version', 'protocol-error']),
  message: z.string(),
  lastStreamId: z.number().int().nonnegative(),
});

export type ClientHello = z.infer<typeof clientHelloSchema>;
export type ServerHello = z.infer<typeof serverHelloSchema>;
export type Goaway = z.infer<typeof goawaySchema>;

/** A frame's JSON. Throws a WireProtocolError. */
function parseJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch {
    throw new WireProtocolError('bad-payload', 'a payload that must be JSON is not');
  }
}

/** A frame's JSON in the shape it must have. Throws a WireProtocolError that names the field, never its value. */
export function parseJsonAs<T>(schema: z.ZodType<T>, payload: Buffer): T {
  const parsed = schema.safeParse(parseJson(payload));
  if (parsed.success) return parsed.data;
  throw new WireProtocolError('bad-payload', `a payload is not as its version has it: ${describeIssues(parsed.error)}`);
}

/** Where a value differs from its schema, in few words; holds no value. */
export function describeIssues(error: z.ZodError): string {
  return error.issues
    .map((issue) => `${issue.path.join('.')} (${issue.code})`)
    .join(', ')
    .slice(0, 300);
}

export function encodeJson(value: ClientHello | ServerHello | Goaway): Buffer {
  return Buffer.from(JSON.stringify(value));
}
