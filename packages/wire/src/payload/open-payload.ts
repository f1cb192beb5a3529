import { DIALECT_IDS, OPERATIONS, type DialectId, type Operation } from '@switchyard/canonical';

import type { AttemptDeadlines, AttemptOpen, Resume } from '../attempt.js';
import { describeIssues, resumeSchema } from '../schema.js';
import { Misunderstood, PayloadReader } from './payload-reader.js';
import { PayloadWriter } from './payload-writer.js';

/** The payload of `open`: the attempt, and how many bytes of body follow. */
export interface OpenPayload {
  readonly bodyBytes: number;
  readonly attempt: AttemptOpen;
}

const DIALECTS: ReadonlyMap<string, DialectId> = new Map(DIALECT_IDS.map((id) => [id, id]));
const KNOWN_OPERATIONS: ReadonlyMap<string, Operation> = new Map(OPERATIONS.map((name) => [name, name]));
const JSON_ARRAY = 'json-array';

const writer = new PayloadWriter();

/** A short one is good until the next is encoded: a frame takes it by copy. */
export function encodeOpen(bodyBytes: number, attempt: AttemptOpen): Buffer {
  const { deadlines } = attempt;
  return writer
    .begin()
    .natural(bodyBytes)
    .natural(attempt.ordinal)
    .flag(attempt.stream)
    .flag(attempt.strict)
    .flag(attempt.rescuable)
    .number(deadlines.connectMs)
    .number(deadlines.headersMs)
    .number(deadlines.firstContentMs)
    .number(deadlines.idleMs)
    .number(deadlines.totalMs)
    .string(attempt.requestId)
    .string(attempt.traceparent)
    .string(attempt.tracestate)
    .string(attempt.dialect)
    .string(attempt.operation)
    .string(attempt.framing)
    .string(attempt.provider)
    .string(attempt.credentialId)
    .string(attempt.model)
    .string(attempt.requestedModel)
    .string(attempt.thinking)
    .string(attempt.answerModel)
    .number(attempt.modelAt)
    .headers(attempt.headers)
    .json(attempt.resume)
    .finish();
}

/** Throws a WireProtocolError where the bytes are no payload. */
export function decodeOpen(payload: Buffer): OpenPayload | Misunderstood {
  const reader = new PayloadReader(payload);
  const bodyBytes = reader.natural();
  const ordinal = reader.natural();
  const stream = reader.flag('stream');
  const strict = reader.flag('strict');
  const rescuable = reader.optionalFlag();
  const deadlines = readDeadlines(reader);
  const requestId = reader.string('requestId');
  const traceparent = reader.optionalString();
  const tracestate = reader.optionalString();
  const dialect = DIALECTS.get(reader.string('dialect'));
  const operation = KNOWN_OPERATIONS.get(reader.string('operation'));
  const framing = reader.optionalString();
  const provider = reader.string('provider');
  const credentialId = reader.string('credentialId');
  const model = reader.string('model');
  const requestedModel = reader.string('requestedModel');
  const thinking = reader.optionalString();
  const answerModel = reader.optionalString();
  const modelAt = reader.optionalNumber('modelAt');
  const headers = reader.headers();
  const resume = readResume(reader);
  if (dialect === undefined) return new Misunderstood('dialect');
  if (operation === undefined) return new Misunderstood('operation');
  if (framing !== undefined && framing !== JSON_ARRAY) return new Misunderstood('framing');
  if (ordinal === 0) return new Misunderstood('ordinal');
  if (resume instanceof Misunderstood) return resume;
  if (reader.problem !== undefined) return new Misunderstood(reader.problem);
  return {
    bodyBytes,
    attempt: {
      requestId,
      ordinal,
      traceparent,
      tracestate,
      dialect,
      operation,
      stream,
      framing,
      provider,
      credentialId,
      model,
      requestedModel,
      modelAt,
      thinking,
      answerModel,
      strict,
      deadlines,
      headers,
      rescuable,
      resume,
    },
  };
}

function readDeadlines(reader: PayloadReader): AttemptDeadlines {
  return {
    connectMs: reader.number('deadlines.connectMs'),
    headersMs: reader.number('deadlines.headersMs'),
    firstContentMs: reader.number('deadlines.firstContentMs'),
    idleMs: reader.number('deadlines.idleMs'),
    totalMs: reader.number('deadlines.totalMs'),
  };
}

function readResume(reader: PayloadReader): Resume | Misunderstood | undefined {
  const value = reader.json();
  if (value === undefined) return undefined;
  const resume = resumeSchema.safeParse(value);
  return resume.success ? resume.data : new Misunderstood(`resume: ${describeIssues(resume.error)}`);
}
