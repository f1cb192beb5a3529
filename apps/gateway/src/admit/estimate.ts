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
const ATTACHMENT_MARKS: readonly Buffer[] = [';base64,', '"data":"', '"data": "'].map((mark) => Buffer.from(mark));
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

function findAttachments(body: Buffer): typeof NOTHING_ATTACHED {
  let count = 0;
  let bytes = 0;
  for (const mark of ATTACHMENT_MARKS) {
    for (let at = body.indexOf(mark); at !== -1;) {
      const start = at + mark.length;
      const quote = body.indexOf(QUOTE, start);
      const end = quote === -1 ? body.length : quote;
      if (end - start >= SHORTEST_ATTACHMENT_BYTES) {
        count += 1;
        bytes += end - start;
      }
      at = body.indexOf(mark, end);
    }
  }
  return { count, bytes: Math.min(bytes, body.length) };
}
