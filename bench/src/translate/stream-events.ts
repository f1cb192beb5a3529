import { unfoldResponse, type CanonicalResponse, type DialectId, type StreamEvent } from '@switchyard/canonical';
import { dialectById } from '@switchyard/dialects';

/** How many deltas of each kind a stream holds. */
const DELTAS = { reasoning: 60, text: 300, toolArguments: 60 };

const WORDS =
  'the a gateway tenant "stream" of events tokens, and\nthen it is decided by café when upstream answers first (see) below: {0} – 42 times'.split(
    ' ',
  );

/**
 * What an upstream of this dialect streams, cut after its events: reasoning, text in deltas of 20 to 40 characters with
 * the quotes, line breaks and accents of ordinary prose, and a tool call with streamed arguments.
 */
export function streamEvents(dialect: DialectId): readonly Buffer[] {
  const encoder = dialectById(dialect).createStreamEncoder({
    model: 'bench-model',
    includeUsage: true,
    nowSeconds: 1_700_000_000,
  });
  const frames = unfoldResponse(answerOf(dialect))
    .flatMap(inPieces)
    .map((event) => encoder.next(event));
  return frames
    .join('')
    .split(/(?<=\n\n)/)
    .map((text) => Buffer.from(text));
}

/** The same bytes as they come from a socket that finds several events at once. */
export function chunked(events: readonly Buffer[], perChunk: number): readonly Buffer[] {
  const starts = Array.from({ length: Math.ceil(events.length / perChunk) }, (_, chunk) => chunk * perChunk);
  return starts.map((start) => Buffer.concat(events.slice(start, start + perChunk)));
}

function answerOf(provenance: DialectId): CanonicalResponse {
  const query = JSON.stringify({ query: prose(DELTAS.toolArguments, 3) });
  return {
    id: 'msg_01XFDUDYJgAACzvnptvVoYEL',
    model: 'bench-model-2026-01-15',
    createdAt: 1_700_000_000,
    choices: [
      {
        content: [
          { type: 'reasoning', text: prose(DELTAS.reasoning, 1), provenance },
          { type: 'text', text: prose(DELTAS.text, 2) },
          { type: 'tool-call', id: 'call_a1b2c3d4e5', name: 'search_documents', arguments: query },
        ],
        finish: { reason: 'tool-calls' },
      },
    ],
    usage: { inputUncached: 512, cacheRead: 1_024, cacheWrite5m: 0, cacheWrite1h: 0, output: 3_200, reasoning: 480 },
  };
}

/** Text for so many deltas of 30 characters on average, the same one for the same seed. */
function prose(deltas: number, seed: number): string {
  let text = '';
  for (let word = seed; text.length < deltas * 30; word = (word * 7 + 3) % 1_009) {
    text += `${WORDS[word % WORDS.length]} `;
  }
  return text;
}

function inPieces(event: StreamEvent): readonly StreamEvent[] {
  switch (event.type) {
    case 'text-delta':
    case 'reasoning-delta':
      return pieces(event.text).map((text) => ({ ...event, text }));
    case 'tool-call-delta':
      return pieces(event.argumentsText).map((argumentsText) => ({ ...event, argumentsText }));
    default:
      return [event];
  }
}

/** Of 20 to 40 characters, unequal as tokens are. */
function pieces(text: string): readonly string[] {
  const cut: string[] = [];
  for (let start = 0; start < text.length;) {
    const length = 20 + ((start * 13) % 21);
    cut.push(text.slice(start, start + length));
    start += length;
  }
  return cut;
}
