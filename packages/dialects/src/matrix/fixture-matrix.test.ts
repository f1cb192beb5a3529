import { createHash } from 'node:crypto';

import {
  DIALECT_IDS,
  foldStream,
  GatewayError,
  totalInput,
  type CanonicalResponse,
  type DialectId,
} from '@switchyard/canonical';
import {
  validateAnthropicResponse,
  validateAnthropicStream,
  validateGeminiResponse,
  validateGeminiStream,
  validateOpenaiChatResponse,
  validateOpenaiChatStream,
  validateResponsesResponse,
  validateResponsesStream,
} from '@switchyard/testkit';

import { isJsonObject, parseJson } from '../json/json-object.js';
import { decodeStream, encodeStream, options, scan } from '../laws/stream-bytes.js';
import { dialectById } from '../registry/dialects.js';
import { RECORDINGS, recordingsPresent, type Recording } from './recordings.js';

/** What a side of a translation says: an answer, or the code of an error. */
interface Seen {
  readonly response?: CanonicalResponse | undefined;
  readonly error?: string | undefined;
}

interface Translated {
  readonly upstream: Seen;
  readonly client: Seen;
  readonly bytes: string;
}

function translate({ upstream: from, type, text }: Recording, to: DialectId): Translated {
  return type === 'whole' ? translateWhole(from, to, text) : translateStream(from, to, text);
}

function translateWhole(from: DialectId, to: DialectId, text: string): Translated {
  const client = dialectById(to);
  const upstream = seeWhole(from, text);
  if (upstream.response === undefined) return { upstream, client: upstream, bytes: '' };
  const bytes = JSON.stringify(client.encodeResponse(upstream.response, options).value);
  return { upstream, client: seeWhole(to, bytes), bytes };
}

function seeWhole(dialect: DialectId, text: string): Seen {
  try {
    return { response: dialectById(dialect).decodeResponse(parseJson(text)) };
  } catch (error) {
    if (error instanceof GatewayError) return { error: error.code };
    throw error;
  }
}

function translateStream(from: DialectId, to: DialectId, text: string): Translated {
  const events = decodeStream(dialectById(from), scan([Buffer.from(text)]));
  const bytes = encodeStream(dialectById(to), events).toString();
  const upstream = foldStream(events);
  const client = foldStream(decodeStream(dialectById(to), scan([Buffer.from(bytes)])));
  return {
    upstream: { ...upstream, error: upstream.error?.code },
    client: { ...client, error: client.error?.code },
    bytes,
  };
}

/** The words of the validators, each of which looks at the bytes and knows nothing of the code that wrote them. */
function violationsOf({ type }: Recording, to: DialectId, { bytes, upstream }: Translated): readonly string[] {
  if (bytes === '') return [];
  const ending = { ending: upstream.error === undefined ? ('answer' as const) : ('error' as const) };
  const whole = type === 'whole';
  switch (to) {
    case 'openai-chat':
      return whole ? validateOpenaiChatResponse(parseJson(bytes)) : validateOpenaiChatStream(bytes, ending);
    case 'openai-responses':
      return whole ? validateResponsesResponse(parseJson(bytes)) : validateResponsesStream(bytes, ending);
    case 'anthropic-messages':
      return whole ? validateAnthropicResponse(parseJson(bytes)) : validateAnthropicStream(bytes, ending);
    case 'gemini':
      return whole ? validateGeminiResponse(parseJson(bytes)) : validateGeminiStream(bytes, ending);
    case 'openai-completions':
      return [];
  }
}

/** What every dialect can say of an answer; a legacy completion has no tool calls. */
function gist({ response, error }: Seen, to: DialectId): unknown {
  if (error !== undefined || response === undefined) return 'error';
  const choice = response.choices[0];
  const blocks = choice?.content ?? [];
  const calls = blocks.flatMap((block) => {
    return block.type === 'tool-call' ? [{ name: block.name, arguments: parseJson(block.arguments || '{}') }] : [];
  });
  const hasCalls = to !== 'openai-completions';
  // Only Anthropic tells a model's refusal from a filter's.
  const reason = choice?.finish.reason;
  return {
    text: blocks.map((block) => (block.type === 'text' || block.type === 'refusal' ? block.text : '')).join(''),
    ...(hasCalls && { calls, reason: reason === 'refusal' && to !== 'anthropic-messages' ? 'content-filter' : reason }),
    input: response.usage && totalInput(response.usage),
    output: response.usage?.output,
  };
}

/** Small enough to read in a review: the kinds of events and how many, and whether any byte changed. */
function digest({ type }: Recording, { bytes, client }: Translated): string {
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  if (client.error !== undefined) return `${hash} error ${client.error}`;
  if (type === 'whole') return `${hash} ${bytes.length} bytes`;
  const kinds = Map.groupBy(scan([Buffer.from(bytes)]), ({ event, data }) => event || kindOf(parseJson(data)));
  return [hash, ...[...kinds].map(([kind, events]) => `${kind} ${events.length}`)].join(', ');
}

function kindOf(value: unknown): string {
  return isJsonObject(value) ? String(value['object'] ?? 'chunk') : 'mark';
}

const describePresent = recordingsPresent ? describe : describe.skip;

describePresent('recorded answers (skipped without ../shared/fixtures beside the repository)', () => {
  const pairs = DIALECT_IDS.filter((from) => RECORDINGS.some(({ upstream }) => upstream === from)).flatMap((from) => {
    return DIALECT_IDS.map((to) => [from, to] as const);
  });

  it('are answers, all but the one that a retry spliced of two', () => {
    const failed = RECORDINGS.filter((each) => translate(each, each.upstream).upstream.error !== undefined);
    expect(failed.map(({ name }) => name)).toEqual(['anthropic/spliced-message-start.chunks.txt']);
  });

  describe.each(pairs)('of %s, for a client that speaks %s', (from, to) => {
    const recordings = RECORDINGS.filter(({ upstream }) => upstream === from);

    it.each(recordings.map((each) => [each.name, each] as const))('%s', (_name, each) => {
      const translated = translate(each, to);
      expect(violationsOf(each, to, translated)).toEqual([]);
      expect(gist(translated.client, to)).toEqual(gist(translated.upstream, to));
    });

    it('are the same bytes as ever', () => {
      const digests = recordings.map((each) => [each.name, digest(each, translate(each, to))]);
      expect(Object.fromEntries(digests)).toMatchSnapshot();
    });
  });
});
