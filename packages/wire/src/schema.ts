import {
  DIALECT_IDS,
  ERROR_SCOPES,
  type ErrorCode,
  type Finish,
  type Headroom,
  isErrorCode,
  OPERATIONS,
  type Quota,
  type Usage,
} from '@switchyard/canonical';
import { z } from 'zod';

import {
  ERROR_RULE_ACTIONS,
  type AttemptEnd,
  type AttemptError,
  type AttemptHead,
  type AttemptOpen,
  type RescueState,
} from './attempt.js';
import { WireProtocolError } from './frame/protocol-error.js';

/** The version of docs/wire-protocol.md that this code speaks. Both sides must speak the same. */
export const WIRE_VERSION = 1;

const headersSchema = z.record(z.string(), z.string());

const rescueStateSchema: z.ZodType<RescueState> = z.object({
  hasToolCalls: z.boolean(),
  isStructured: z.boolean(),
  state: z.unknown(),
});

const attemptSchema: z.ZodType<AttemptOpen> = z.object({
  requestId: z.string(),
  ordinal: z.number().int().positive(),
  traceparent: z.string().optional(),
  tracestate: z.string().optional(),
  dialect: z.enum(DIALECT_IDS),
  operation: z.enum(OPERATIONS),
  stream: z.boolean(),
  framing: z.literal('json-array').optional(),
  provider: z.string(),
  credentialId: z.string(),
  model: z.string(),
  requestedModel: z.string(),
  modelAt: z.number().int().nonnegative().optional(),
  thinking: z.string().optional(),
  answerModel: z.string().optional(),
  strict: z.boolean(),
  deadlines: z.object({
    connectMs: z.number(),
    headersMs: z.number(),
    firstContentMs: z.number(),
    idleMs: z.number(),
    totalMs: z.number(),
  }),
  headers: headersSchema,
  rescuable: z.boolean().optional(),
  resume: z.object({ how: z.enum(['prefill', 'replay']), state: rescueStateSchema }).optional(),
});

/** What the server needs of `open` even when it does not understand the attempt in it. */
export const openEnvelopeSchema = z.object({ bodyBytes: z.number().int().nonnegative() });

/** The payload of `open`: the attempt, and how many bytes of body follow. */
export const openSchema = z.object({ bodyBytes: z.number().int().nonnegative(), attempt: attemptSchema });

/** The payload of `head`. */
export const headSchema: z.ZodType<AttemptHead> = z.object({
  status: z.number().int().min(100).max(999),
  headers: headersSchema,
  waitedMs: z.number().optional(),
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

const usageSchema: z.ZodType<Usage> = z.object({
  inputUncached: z.number(),
  cacheRead: z.number(),
  cacheWrite5m: z.number(),
  cacheWrite1h: z.number(),
  output: z.number(),
  reasoning: z.number().optional(),
  audioInput: z.number().optional(),
  audioOutput: z.number().optional(),
  raw: z.record(z.string(), z.unknown()).optional(),
});

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

const finishSchema: z.ZodType<Finish> = z.object({
  reason: z.enum(FINISH_REASONS).catch('other'),
  raw: z.string().optional(),
  stopSequence: z.string().optional(),
});

const quotaSchema: z.ZodType<Quota> = z.object({
  remaining: z.number(),
  limit: z.number().optional(),
  resetAtMs: z.number().optional(),
});

const headroomSchema: z.ZodType<Headroom> = z.object({
  requests: quotaSchema.optional(),
  tokens: quotaSchema.optional(),
  inputTokens: quotaSchema.optional(),
  outputTokens: quotaSchema.optional(),
  observedAtMs: z.number(),
});

/** The payload of `end`. */
export const endSchema: z.ZodType<AttemptEnd> = z.object({
  outcome: z.enum(['success', 'error', 'cancelled']),
  error: errorSchema.optional(),
  upstreamStatus: z.number().int().optional(),
  usage: usageSchema.optional(),
  isUsageEstimated: z.boolean().optional(),
  finish: finishSchema.optional(),
  headroom: headroomSchema.optional(),
  answeredModel: z.string().optional(),
  dropped: z.array(z.string()),
  timings: z.object({
    preparedMs: z.number(),
    headersMs: z.number().optional(),
    firstContentMs: z.number().optional(),
    totalMs: z.number(),
  }),
  rescue: rescueStateSchema.optional(),
});

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
export function parseJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'));
  } catch {
    throw new WireProtocolError('bad-payload', 'a payload that must be JSON is not');
  }
}

/** A frame's JSON in the shape it must have. Throws a WireProtocolError that names the field, never its value. */
export function parsePayload<T>(schema: z.ZodType<T>, payload: Buffer): T {
  const parsed = schema.safeParse(parseJson(payload));
  if (parsed.success) return parsed.data;
  throw new WireProtocolError('bad-payload', `a payload is not as version 1 has it: ${describeIssues(parsed.error)}`);
}

/** Where a value differs from its schema, in few words; holds no value. */
export function describeIssues(error: z.ZodError): string {
  return error.issues
    .map((issue) => `${issue.path.join('.')} (${issue.code})`)
    .join(', ')
    .slice(0, 300);
}

export function encodePayload(
  value: ClientHello | ServerHello | Goaway | AttemptHead | AttemptEnd | OpenPayload,
): Buffer {
  return Buffer.from(JSON.stringify(value));
}

export interface OpenPayload {
  readonly bodyBytes: number;
  readonly attempt: AttemptOpen;
}
