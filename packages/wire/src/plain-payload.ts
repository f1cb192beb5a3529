import { DIALECT_IDS, OPERATIONS, type Finish, type Headroom, type Quota, type Usage } from '@switchyard/canonical';

import type { AttemptDeadlines, AttemptEnd, AttemptHead, AttemptOpen, AttemptTimings } from './attempt.js';
import { FINISH_REASONS, type OpenPayload } from './schema.js';

/*
 * Payloads as nearly all of them are: every field known and of its type, nothing failed, nothing resumed. Checked like this
 * they cost a tenth of what the schemas take. Whatever is not plain goes to its schema, which has the last word.
 */

type Check = (value: unknown) => boolean;

const isString: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => Number.isFinite(value);
const isInteger: Check = (value) => Number.isSafeInteger(value);
const isNatural: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isBoolean: Check = (value) => typeof value === 'boolean';
const isAbsent: Check = (value) => value === undefined;

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function optional(check: Check): Check {
  return (value) => value === undefined || check(value);
}

function oneOf(words: readonly string[]): Check {
  const known: ReadonlySet<unknown> = new Set(words);
  return (value) => known.has(value);
}

/** A check for each field that the type has, so that a new field does not compile until it has one too. */
function shape<T>(checks: { readonly [Field in keyof T]-?: Check }): Check {
  const fields = Object.entries<Check>(checks);
  const names = new Set(Object.keys(checks));
  return (value) => {
    if (!isRecord(value)) return false;
    for (const name in value) if (!names.has(name)) return false;
    for (const [name, check] of fields) if (!check(value[name])) return false;
    return true;
  };
}

const isHeaders: Check = (value) => {
  if (!isRecord(value)) return false;
  // As the schemas leave `__proto__` out, it is theirs.
  for (const name in value) if (typeof value[name] !== 'string' || name === '__proto__') return false;
  return true;
};

const isQuota = optional(
  shape<Quota>({ remaining: isNumber, limit: optional(isNumber), resetAtMs: optional(isNumber) }),
);

const OPEN = shape<OpenPayload>({
  bodyBytes: isNatural,
  attempt: shape<AttemptOpen>({
    requestId: isString,
    ordinal: (value) => isNatural(value) && value !== 0,
    traceparent: optional(isString),
    tracestate: optional(isString),
    dialect: oneOf(DIALECT_IDS),
    operation: oneOf(OPERATIONS),
    stream: isBoolean,
    framing: optional(oneOf(['json-array'])),
    provider: isString,
    credentialId: isString,
    model: isString,
    requestedModel: isString,
    modelAt: optional(isNatural),
    thinking: optional(isString),
    answerModel: optional(isString),
    strict: isBoolean,
    deadlines: shape<AttemptDeadlines>({
      connectMs: isNumber,
      headersMs: isNumber,
      firstContentMs: isNumber,
      idleMs: isNumber,
      totalMs: isNumber,
    }),
    headers: isHeaders,
    rescuable: optional(isBoolean),
    resume: isAbsent,
  }),
});

const HEAD = shape<AttemptHead>({
  status: (value) => isNatural(value) && Number(value) >= 100 && Number(value) <= 999,
  headers: isHeaders,
  waitedMs: optional(isNumber),
});

const END = shape<AttemptEnd>({
  outcome: oneOf(['success', 'error', 'cancelled']),
  error: isAbsent,
  upstreamStatus: optional(isInteger),
  usage: optional(
    shape<Usage>({
      inputUncached: isNumber,
      cacheRead: isNumber,
      cacheWrite5m: isNumber,
      cacheWrite1h: isNumber,
      output: isNumber,
      reasoning: optional(isNumber),
      audioInput: optional(isNumber),
      audioOutput: optional(isNumber),
      raw: optional(isRecord),
    }),
  ),
  isUsageEstimated: optional(isBoolean),
  finish: optional(
    shape<Finish>({ reason: oneOf(FINISH_REASONS), raw: optional(isString), stopSequence: optional(isString) }),
  ),
  headroom: optional(
    shape<Headroom>({
      requests: isQuota,
      tokens: isQuota,
      inputTokens: isQuota,
      outputTokens: isQuota,
      observedAtMs: isNumber,
    }),
  ),
  answeredModel: optional(isString),
  dropped: (value) => Array.isArray(value) && value.every(isString),
  timings: shape<AttemptTimings>({
    preparedMs: isNumber,
    headersMs: optional(isNumber),
    firstContentMs: optional(isNumber),
    totalMs: isNumber,
  }),
  rescue: isAbsent,
});

export function isPlainOpen(value: unknown): value is OpenPayload {
  return OPEN(value);
}

export function isPlainHead(value: unknown): value is AttemptHead {
  return HEAD(value);
}

export function isPlainEnd(value: unknown): value is AttemptEnd {
  return END(value);
}
