import { DIALECT_IDS, foldStream } from '@switchyard/canonical';
import { createSseScanner, dialectById } from '@switchyard/dialects';

import { chunked, streamEvents } from './stream-events.js';

describe.each(DIALECT_IDS.map((id) => [id]))('the stream of a %s upstream', (id) => {
  it('is a whole answer with reasoning, text and a tool call, in some 400 events', () => {
    const events = streamEvents(id);
    const scanner = createSseScanner();
    const decoder = dialectById(id).createStreamDecoder();
    const read = events.flatMap((event) => scanner.push(event)).flatMap((event) => decoder.next(event));
    expect(events.length).toBeGreaterThan(400);
    expect(foldStream(read).response?.choices[0]?.content.map(({ type }) => type)).toEqual([
      'reasoning',
      'text',
      'tool-call',
    ]);
  });

  it('has the same bytes in larger chunks', () => {
    const events = streamEvents(id);
    const chunks = chunked(events, 4);
    expect(chunks.length).toBe(Math.ceil(events.length / 4));
    expect(Buffer.concat(chunks).equals(Buffer.concat(events))).toBe(true);
  });
});
