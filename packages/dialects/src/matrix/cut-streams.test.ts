import { DIALECT_IDS, foldStream, type CanonicalResponse, type DialectId } from '@switchyard/canonical';
import fc from 'fast-check';

import { isJsonObject, parseJson } from '../json/json-object.js';
import { arbitraryResponse } from '../laws/arbitrary-response.js';
import { chopStream } from '../laws/chop-stream.js';
import { decodeStream, encodeStream, scan } from '../laws/stream-bytes.js';
import { dialectById } from '../registry/dialects.js';

/** Of all four grammars together: 100,000 in long runs. */
const CUTS = process.env['SWITCHYARD_TEST_LONG'] === '1' ? 100_000 : 2000;

/** Whether an event proves that the answer is whole. Told from the vendors' documents, not by our decoders. */
const PROOFS = {
  // Vendors leave `[DONE]` out; the reason to finish is what all of them send.
  'openai-chat': (event) => listed(event['choices']).some((choice) => typeof choice['finish_reason'] === 'string'),
  'openai-responses': (event) => ['response.completed', 'response.incomplete'].includes(String(event['type'])),
  'anthropic-messages': (event) => event['type'] === 'message_stop',
  gemini: (event) => listed(event['candidates']).some((candidate) => typeof candidate['finishReason'] === 'string'),
} satisfies Partial<Record<DialectId, (event: Readonly<Record<string, unknown>>) => boolean>>;

const GRAMMARS = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini'] as const;

describe.each(GRAMMARS)('a stream of %s that is cut before it proved that it is whole', (from) => {
  const upstream = dialectById(from);

  it('is an error for a client of every dialect', () => {
    fc.assert(
      fc.property(
        arbitraryResponse(from).map(withOneChoice),
        fc.nat(),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.constantFrom(...DIALECT_IDS),
        (answer, seed, place, to) => {
          const bytes = encodeStream(upstream, chopStream(answer, seed));
          const cut = bytes.subarray(0, Math.floor(place * endOfProof(from, bytes)));
          const client = dialectById(to);
          const seen = decodeStream(client, scan([encodeStream(client, decodeStream(upstream, scan([cut])))]));
          expect(foldStream(seen).error).toBeDefined();
        },
      ),
      { numRuns: CUTS / GRAMMARS.length },
    );
  }, 600_000);

  it('is an answer once the proof is there', () => {
    fc.assert(
      fc.property(arbitraryResponse(from).map(withOneChoice), fc.nat(), (answer, seed) => {
        const bytes = encodeStream(upstream, chopStream(answer, seed));
        const events = decodeStream(upstream, scan([bytes.subarray(0, endOfProof(from, bytes))]));
        expect(foldStream(events).error).toBeUndefined();
      }),
      { numRuns: 100 },
    );
  });
});

/** A chunk stream does not tell how many choices will come, so a cut between two cannot be seen. */
function withOneChoice(answer: CanonicalResponse): CanonicalResponse {
  return { ...answer, choices: answer.choices.slice(0, 1) };
}

/** How many bytes there are up to the last one of the JSON that is the proof. */
function endOfProof(dialect: (typeof GRAMMARS)[number], bytes: Buffer): number {
  let end = 0;
  for (const line of bytes.toString().split('\n')) {
    end += Buffer.byteLength(line);
    const event = parseJson(line.replace(/^data: ?/, ''));
    if (isJsonObject(event) && PROOFS[dialect](event)) return end;
    end += 1;
  }
  throw new Error(`no proof in ${bytes.toString()}`);
}

function listed(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
