import type { StreamEvent } from '@switchyard/canonical';
import fc from 'fast-check';

import { arbitraryResponse } from '../laws/arbitrary-response.js';
import { chopStream } from '../laws/chop-stream.js';
import { runs } from '../laws/dialect-laws.js';
import { options } from '../laws/stream-bytes.js';
import { encodeSse } from '../sse/encode-sse.js';
import { createStreamEncoder } from './encode-stream.js';
import { PieceWriter } from './piece-writer.js';
import { ResponseWriter } from './response-writer.js';
import { WrittenTexts } from './written-texts.js';

describe('PieceWriter', () => {
  it('writes what the writer of responses tells, and leaves the same state', () => {
    let pieces = 0;
    fc.assert(
      fc.property(arbitraryResponse('openai-responses'), fc.nat(), (answer, seed) => {
        const encoder = createStreamEncoder(options);
        const writer = new ResponseWriter(options);
        const twin = new ResponseWriter(options);
        const pieceWriter = new PieceWriter(twin.state, new WrittenTexts());
        for (const event of chopStream(answer, seed)) {
          const told = writer.take(event).map((one) => {
            return encodeSse({ event: String(one['type']), data: JSON.stringify(one) });
          });
          expect(encoder.next(event)).toBe(told.join(''));
          const piece = pieceWriter.write(event);
          if (piece === undefined) twin.take(event);
          else pieces += 1;
          expect(twin.state).toEqual(writer.state);
        }
      }),
      runs(100),
    );
    expect(pieces).toBeGreaterThan(100);
  });

  it('goes on after pieces that came with token probabilities, which the writer of responses tells', () => {
    const place = { choice: 0, index: 0 } as const;
    const logprobs = [{ token: 'b', logprob: -0.5, top: [] }];
    const encoder = createStreamEncoder(options);
    const events: readonly StreamEvent[] = [
      { type: 'start', id: 'r', model: 'm' },
      { type: 'text-start', ...place },
      { type: 'text-delta', text: '"', ...place },
      { type: 'text-delta', text: 'a"', ...place },
      { type: 'text-delta', text: 'b"', logprobs, ...place },
      { type: 'text-delta', text: 'c"', ...place },
      { type: 'text-end', ...place },
      { type: 'finish', choice: 0, finish: { reason: 'stop' } },
    ];
    const told = [...events.map((event) => encoder.next(event)), encoder.next({ type: 'end' })].join('');
    expect(told).toContain(String.raw`"text":"\"a\"b\"c\""`);
  });

  it('leaves an ended stream alone', () => {
    const { state } = new ResponseWriter(options);
    state.phase = 'ended';
    const late = { type: 'text-delta', choice: 0, index: 0, text: 'late' } as const;
    expect(new PieceWriter(state, new WrittenTexts()).write(late)).toBeUndefined();
  });
});
