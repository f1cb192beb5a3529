import { DIALECT_IDS, checkStreamGrammar, foldStream } from '@switchyard/canonical';
import fc from 'fast-check';

import { dialectById } from '../registry/dialects.js';
import { arbitraryCommonResponse } from './arbitrary-response.js';
import { chopStream } from './chop-stream.js';
import { meaning } from './comparable.js';
import { cuts, describeDialectLaws, runs } from './dialect-laws.js';
import { decodeStream, encodeStream, options, scan } from './stream-bytes.js';

for (const id of DIALECT_IDS) describeDialectLaws(dialectById(id));

const pairs = DIALECT_IDS.flatMap((from) => DIALECT_IDS.filter((to) => to !== from).map((to) => [from, to] as const));

describe.each(pairs)('from an upstream that speaks %s to a client that speaks %s', (from, to) => {
  const upstream = dialectById(from);
  const client = dialectById(to);
  const answers = arbitraryCommonResponse(from, to);

  it('a stream keeps its meaning', () => {
    fc.assert(
      fc.property(answers, fc.nat(), (answer, seed) => {
        const events = decodeStream(upstream, scan([encodeStream(upstream, chopStream(answer, seed))]));
        const seen = decodeStream(client, scan([encodeStream(client, events)]));
        expect(checkStreamGrammar(seen)).toEqual([]);
        expect(meaning(foldStream(seen).response)).toEqual(meaning(answer));
      }),
      runs(150),
    );
  });

  it('a whole answer keeps its meaning', () => {
    fc.assert(
      fc.property(answers, (answer) => {
        const read = upstream.decodeResponse(upstream.encodeResponse(answer, options).value);
        const seen = client.decodeResponse(client.encodeResponse(read, options).value);
        expect(meaning(seen)).toEqual(meaning(answer));
      }),
      runs(150),
    );
  });

  it('a stream cut at any byte reaches the client as an error', () => {
    fc.assert(
      fc.property(answers, fc.nat(), (answer, seed) => {
        const bytes = encodeStream(upstream, chopStream(answer, seed));
        for (const cut of cuts(bytes, seed)) {
          const events = decodeStream(upstream, scan([bytes.subarray(0, cut)]));
          const seen = decodeStream(client, scan([encodeStream(client, events)]));
          expect(foldStream(seen).error === undefined).toBe(foldStream(events).error === undefined);
        }
      }),
      runs(40),
    );
  });
});
