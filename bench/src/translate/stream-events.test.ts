import { DIALECT_IDS, foldStream } from '@switchyard/canonical';
import { createSseScanner, dialectById } from '@switchyard/dialects';

import { chunked, streamEvents } from './stream-events.js';

describe.each(DIALECT_IDS.map((id) => [id]))('the stream of a %s upstream', (id) => {
  it('is a whole answer in some hundred events, with what the dialect has of reasoning, text and tool calls', () => {
    const events = streamEvents(id);
    const scanner = createSseScanner();
    const decoder = dialectById(id).createStreamDecoder();
    const read = events.flatMap((event) => scanner.push(event)).flatMap((event) => decoder.next(event));
    const { response, error } = foldStream([...read, ...decoder.end()]);
    expect(error).toBeUndefined();
    expect(events.length).toBeGreaterThan(250);
    const all = ['reasoning', 'text', 'tool-call'];
    const types = response?.choices[0]?.content.map(({ type }) => type) ?? [];
    expect(types).toContain('text');
    expect(types).toEqual(all.filter((type) => types.some((own) => own === type)));
  });

  it('has the same bytes in larger chunks', () => {
    const events = streamEvents(id);
    const chunks = chunked(events, 4);
    expect(chunks.length).toBe(Math.ceil(events.length / 4));
    expect(Buffer.concat(chunks).equals(Buffer.concat(events))).toBe(true);
  });
});
