import { GatewayError } from '@switchyard/canonical';

import { patchSpans } from '../json/patch-spans.js';
import type { ByteSpan, RequestFacts } from '../json/scan-request.js';
import { boundaryOf } from './boundary.js';
import { parsePartName } from './part-name.js';

/** The fields that the gateway's decisions need. Every other part is walked over unread. */
const FIELDS = ['model', 'stream', 'user'] as const;
type Field = (typeof FIELDS)[number];
type Spans = Partial<Record<Field, ByteSpan>>;

const CRLF = Buffer.from('\r\n');
const BLANK_LINE = Buffer.from('\r\n\r\n');
const CLOSE = Buffer.from('--');

/** Far more than any form of these endpoints has. */
const MOST_PARTS = 1_000;
const LONGEST_HEADERS = 16 * 1024;
const LONGEST_VALUE = 4 * 1024;

/**
 * Reads the few fields the gateway decides by from a form, without taking it apart: the bytes stay as they are. Like
 * `scanRequest` it is strict where two readers could see two forms: the boundary may stand nowhere but between parts, and
 * a field that decides is there once, plainly.
 *
 * @throws GatewayError `invalid_request` or `duplicate_field`.
 */
export function scanMultipart(body: Buffer, contentType: string): RequestFacts {
  const spans: Spans = {};
  for (const part of parts(body, Buffer.from(`--${boundaryOf(contentType)}`))) readPart(part, spans);
  if (spans.model === undefined) throw missing('model');
  return {
    model: readText(body, 'model', spans.model),
    stream: readStream(body, spans.stream),
    user: spans.user && plainText(body, spans.user),
    spans: { ...spans, model: spans.model },
    conversation: {},
  };
}

/** The form with another `model`; the form itself where that is the name it has. */
export function patchMultipartModel(body: Buffer, facts: RequestFacts, model: string): Buffer {
  return model === facts.model ? body : patchSpans(body, [{ ...facts.spans.model, text: model }]);
}

interface Part {
  readonly headers: string;
  readonly value: ByteSpan;
}

/** The parts between the boundaries, in order. */
function* parts(body: Buffer, delimiter: Buffer): Generator<Part> {
  if (body.indexOf(delimiter) !== 0) throw malformed('does not begin with its boundary');
  let start = delimiter.length;
  for (let count = 0; !startsWith(body, start, CLOSE); count += 1) {
    if (count === MOST_PARTS) throw malformed(`has more than ${MOST_PARTS} parts`);
    if (!startsWith(body, start, CRLF)) throw malformed('has something behind a boundary');
    const next = body.indexOf(delimiter, start);
    if (next === -1) throw malformed('does not end with its closing boundary');
    if (!startsWith(body, next - CRLF.length, CRLF)) throw malformed('has its boundary inside of a part');
    yield partOf(body, { start: start + CRLF.length, end: next - CRLF.length });
    start = next + delimiter.length;
  }
  const rest = body.subarray(start + CLOSE.length);
  if (rest.length > 0 && !rest.equals(CRLF)) throw malformed('goes on behind its closing boundary');
}

function partOf(body: Buffer, { start, end }: ByteSpan): Part {
  const headersEnd = body.indexOf(BLANK_LINE, start);
  if (headersEnd === -1 || headersEnd + BLANK_LINE.length > end) throw malformed('has a part without headers');
  if (headersEnd - start > LONGEST_HEADERS) throw malformed('has a part with very long headers');
  return {
    headers: body.toString('latin1', start, headersEnd),
    value: { start: headersEnd + BLANK_LINE.length, end },
  };
}

function readPart({ headers, value }: Part, spans: Spans): void {
  const { name, isFile, isEncoded } = parsePartName(headers);
  const field = FIELDS.find((candidate) => candidate === name.trim().toLowerCase());
  if (field === undefined) return;
  if (spans[field] !== undefined || name !== field) throw duplicate(field);
  if (isFile || isEncoded)
    throw new GatewayError('invalid_request', `\`${field}\` must be plain text`, { param: field });
  spans[field] = value;
}

function readText(body: Buffer, field: Field, span: ByteSpan): string {
  const text = plainText(body, span);
  if (text === undefined) throw missing(field);
  return text;
}

/** One line of text that is not empty; undefined for anything else. */
function plainText(body: Buffer, { start, end }: ByteSpan): string | undefined {
  const text = end - start > LONGEST_VALUE ? '' : body.toString('utf8', start, end);
  return text === '' || /[\p{Cc}\ufffd]/u.test(text) ? undefined : text;
}

function readStream(body: Buffer, span: ByteSpan | undefined): boolean {
  if (span === undefined) return false;
  const text = readText(body, 'stream', span).toLowerCase();
  // As the form parsers of Python servers read a boolean. (Pydantic documentation, "Booleans")
  if (['true', '1', 'on', 't', 'y', 'yes'].includes(text)) return true;
  if (['false', '0', 'off', 'f', 'n', 'no'].includes(text)) return false;
  throw new GatewayError('invalid_request', '`stream` must be true or false', { param: 'stream' });
}

function startsWith(body: Buffer, position: number, prefix: Buffer): boolean {
  return position >= 0 && body.subarray(position, position + prefix.length).equals(prefix);
}

function malformed(what: string): GatewayError {
  return new GatewayError('invalid_request', `the form ${what}`);
}

function missing(field: Field): GatewayError {
  return new GatewayError('invalid_request', `\`${field}\` must be a field of the form, with text in it`, {
    param: field,
  });
}

function duplicate(field: Field): GatewayError {
  const message = `\`${field}\` must appear once, spelled plainly, so that every reader of the form sees the same value`;
  return new GatewayError('duplicate_field', message, { param: field });
}
