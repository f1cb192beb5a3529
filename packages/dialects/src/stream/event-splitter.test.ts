import fc from 'fast-check';

import { EventSplitter } from './event-splitter.js';

function split(chunks: readonly Buffer[]): { events: string[]; rest: string } {
  const splitter = new EventSplitter();
  const events = chunks.flatMap((chunk) => splitter.push(chunk)).map((event) => event.toString());
  return { events, rest: splitter.rest().toString() };
}

describe('EventSplitter', () => {
  it.each([
    ['LF', 'data: 1\n\ndata: 2\n\n', ['data: 1\n\n', 'data: 2\n\n'], ''],
    ['CRLF', 'data: 1\r\n\r\ndata: 2\r\n\r\nda', ['data: 1\r\n\r\n', 'data: 2\r\n\r\n'], 'da'],
    ['CR', 'data: 1\r\rdata: 2\r\r', ['data: 1\r\r', 'data: 2\r\r'], ''],
    ['a mixture', ': hi\n\nevent: a\r\ndata: 1\n\r\ndata: 2', [': hi\n\n', 'event: a\r\ndata: 1\n\r\n'], 'data: 2'],
    ['nothing whole', 'data: 1\ndata: 2\n', [], 'data: 1\ndata: 2\n'],
  ])('cuts after the empty lines of %s', (_name, text, events, rest) => {
    expect(split([Buffer.from(text)])).toEqual({ events, rest });
  });

  it('hands on a chunk that is one event without copying it', () => {
    const chunk = Buffer.from('data: 1\n\n');
    expect(new EventSplitter().push(chunk)[0]).toBe(chunk);
  });

  it('cuts at the same places and loses no byte, however the stream is split', () => {
    const line = fc.constantFrom('data: x', 'event: message', ': note', 'data:');
    const stream = fc
      .tuple(
        fc.array(fc.array(line, { minLength: 1, maxLength: 3 }), { maxLength: 6 }),
        fc.constantFrom('\n', '\r\n', '\r'),
      )
      .map(([events, newline]) => events.map((lines) => lines.join(newline) + newline + newline).join(''));
    fc.assert(
      fc.property(stream, fc.array(fc.nat({ max: 60 })), (text, cuts) => {
        const bytes = Buffer.from(text);
        const places = [0, ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length];
        const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
        const whole = split([bytes]);
        expect(split(chunks)).toEqual(whole);
        expect(whole.events.join('') + whole.rest).toBe(text);
      }),
    );
  });
});
