import type { Operation } from '@switchyard/canonical';

/** A request's size before it is known, in tokens. */
export interface Estimate {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

// English prose has about four characters to a token (OpenAI's and Anthropic's guides); JSON around it has more.
const BYTES_PER_TOKEN = 4;
// What an image or a page of a document costs at most in the usual sizes. (Anthropic, "Vision": about 1,600)
const TOKENS_PER_ATTACHMENT = 1_600;
// An answer's usual bound where the client names none.
const DEFAULT_OUTPUT_TOKENS = 1_024;
/** What is answered with tokens of its own. */
const WRITES_TEXT: ReadonlySet<Operation> = new Set(['chat', 'completions', 'responses-compact']);
// Below this no attachment makes a difference worth the search.
const SEARCHED_FROM_BYTES = 16_384;
const DATA_URL_MARK = Buffer.from(';base64,');
const FIELD_MARKS: readonly string[] = ['"data":"', '"data": "'];
const LONGEST_FIELD_MARK = Math.max(...FIELD_MARKS.map((mark) => mark.length));
// Short texts behind such a mark are texts.
const SHORTEST_ATTACHMENT_BYTES = 1_024;
const QUOTE = 0x22;

export interface SizeFacts {
  readonly body: Buffer;
  readonly operation: Operation;
  /** The ceiling that the client named, whatever its dialect calls it. */
  readonly maxOutputTokens?: number | undefined;
}

/**
 * Guesses a request's tokens from its bytes, without parsing it: text by its length, what is attached in base64 by the
 * piece. Limits hold this back until the provider tells the truth.
 */
export function estimateTokens({ body, operation, maxOutputTokens }: SizeFacts): Estimate {
  const attached = body.length < SEARCHED_FROM_BYTES ? NOTHING_ATTACHED : findAttachments(body);
  const textTokens = Math.ceil((body.length - attached.bytes) / BYTES_PER_TOKEN);
  return {
    inputTokens: textTokens + attached.count * TOKENS_PER_ATTACHMENT,
    outputTokens: WRITES_TEXT.has(operation) ? Math.max(0, Math.ceil(maxOutputTokens ?? DEFAULT_OUTPUT_TOKENS)) : 0,
  };
}

const NOTHING_ATTACHED = { count: 0, bytes: 0 };

/**
 * What is attached is a long stretch without a quote, so only one place in each so many bytes is looked at, and the marks are
 * searched for where such a stretch is.
 */
function findAttachments(body: Buffer): typeof NOTHING_ATTACHED {
  let count = 0;
  let bytes = 0;
  for (let place = SHORTEST_ATTACHMENT_BYTES - 1; place < body.length;) {
    const start = body.lastIndexOf(QUOTE, place) + 1;
    const quote = body.indexOf(QUOTE, place);
    const end = quote === -1 ? body.length : quote;
    const length = end - attachmentStart(body, start, end);
    if (length >= SHORTEST_ATTACHMENT_BYTES) {
      count += 1;
      bytes += length;
    }
    place = end + SHORTEST_ATTACHMENT_BYTES;
  }
  return { count, bytes };
}

/** Where in what stands between two quotes an attachment begins; its end if there is none. */
function attachmentStart(body: Buffer, start: number, end: number): number {
  if (end - start < SHORTEST_ATTACHMENT_BYTES) return end;
  const before = body.toString('latin1', Math.max(0, start - LONGEST_FIELD_MARK), start);
  if (FIELD_MARKS.some((mark) => before.endsWith(mark))) return start;
  const at = body.subarray(start, end).indexOf(DATA_URL_MARK);
  return at === -1 ? end : start + at + DATA_URL_MARK.length;
}
