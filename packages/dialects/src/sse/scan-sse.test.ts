import { GatewayError } from '@switchyard/canonical';
import fc from 'fast-check';

import { encodeSse } from './encode-sse.js';
import { createSseScanner, type SseEvent } from './scan-sse.js';

function scan(chunks: readonly Buffer[], maxEventBytes?: number): SseEvent[] {
  const scanner = createSseScanner({ maxEventBytes });
  return [...chunks.flatMap((chunk) => scanner.push(chunk)), ...scanner.end()];
}

function scanText(text: string): SseEvent[] {
  return scan([Buffer.from(text)]);
}

/** The bytes cut at the given places, in any order and with repetitions (which make empty chunks). */
function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return places.slice(1).map((place, index) => bytes.subarray(places[index], place));
}

describe('createSseScanner', () => {
  it('reads events that end in LF, CRLF and CR', () => {
    expect(scanText('data: a\n\ndata: b\r\n\r\ndata: c\r\rdata: d\n\r\n')).toEqual([
      { data: 'a' },
      { data: 'b' },
      { data: 'c' },
      { data: 'd' },
    ]);
  });

  it('joins the data lines of one event and keeps its event field', () => {
    expect(scanText('event: message_start\ndata: {\ndata: }\n\n')).toEqual([{ event: 'message_start', data: '{\n}' }]);
  });

  it('drops one space after the colon and no more', () => {
    expect(scanText('data:a\n\ndata:  b\n\ndata\n\ndata:\n\n')).toEqual([
      { data: 'a' },
      { data: ' b' },
      { data: '' },
      { data: '' },
    ]);
  });

  it('skips comments, other fields, and events without data', () => {
    expect(scanText(': keep-alive\n\nid: 7\nretry: 10\ndatax: no\nevent: lonely\n\ndata: yes\n\n')).toEqual([
      { data: 'yes' },
    ]);
  });

  it('drops a byte order mark at the beginning and only there', () => {
    expect(scanText('\uFEFFdata: a\n\ndata: \uFEFFb\n\n')).toEqual([{ data: 'a' }, { data: '\uFEFFb' }]);
    expect(scan([Buffer.from([0xef]), Buffer.from([0xbb]), Buffer.from('\xbfdata: a\n\n', 'latin1')])).toEqual([
      { data: 'a' },
    ]);
  });

  it('returns a last event without its blank line, with or without its line end', () => {
    expect(scanText('data: a\n\ndata: [DONE]\n')).toEqual([{ data: 'a' }, { data: '[DONE]' }]);
    expect(scanText('data: a\n\ndata: [DONE]')).toEqual([{ data: 'a' }, { data: '[DONE]' }]);
  });

  it('hands over an event as soon as its blank line is in', () => {
    const scanner = createSseScanner();
    expect(scanner.push(Buffer.from('data: a\n'))).toEqual([]);
    expect(scanner.push(Buffer.from('\ndata: b'))).toEqual([{ data: 'a' }]);
    expect(scanner.push(Buffer.from('\r\n\r'))).toEqual([{ data: 'b' }]);
    expect(scanner.push(Buffer.from('\n'))).toEqual([]);
    expect(scanner.end()).toEqual([]);
  });

  it('leaves what it returned alone', () => {
    const scanner = createSseScanner();
    const first = scanner.push(Buffer.from(': nothing yet\n\n'));
    scanner.push(Buffer.from('data: a\n\n'));
    expect(first).toEqual([]);
  });

  it('keeps nothing of a chunk whose buffer is reused', () => {
    const scanner = createSseScanner();
    const chunk = Buffer.from('data: kept');
    scanner.push(chunk);
    chunk.fill(0x78);
    expect(scanner.push(Buffer.from('\n\n'))).toEqual([{ data: 'kept' }]);
  });

  it('refuses an event over the limit, in one line or in many', () => {
    const scanner = createSseScanner({ maxEventBytes: 100 });
    const overLimit = () => {
      for (let index = 0; index < 11; index += 1) scanner.push(Buffer.from('data: 7890'));
    };
    expect(overLimit).toThrow(GatewayError);
    expect(() => scan([Buffer.from('data: 7890\n'.repeat(11))], 100)).toThrow('more than 100 bytes');
  });

  it('counts the limit for each event anew', () => {
    expect(scan([Buffer.from('data: 7890\n\n'.repeat(50))], 20)).toHaveLength(50);
    expect(scan([Buffer.from(': comment\n'.repeat(50))], 20)).toEqual([]);
  });

  it('gives the same events for any split of the bytes', () => {
    const piece = fc.constantFrom(
      'data',
      'event',
      ':',
      ' ',
      '\n',
      '\r',
      '\r\n',
      'é',
      '🚂',
      '\uFEFF',
      'x',
      'data: a\n\n',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.array(fc.nat(), { maxLength: 12 }), (pieces, cuts) => {
        const bytes = Buffer.from(pieces.join(''));
        expect(scan(split(bytes, cuts))).toEqual(scan([bytes]));
        expect(scan(Array.from(bytes, (byte) => Buffer.from([byte])))).toEqual(scan([bytes]));
      }),
      { numRuns: 500 },
    );
  });
});

describe('encodeSse', () => {
  it('writes the event field and one data line for each line of data', () => {
    expect(encodeSse({ data: '[DONE]' })).toBe('data: [DONE]\n\n');
    expect(encodeSse({ event: 'ping', data: 'a\nb\r\nc' })).toBe('event: ping\ndata: a\ndata: b\ndata: c\n\n');
  });

  it('is read back by the scanner as it was', () => {
    const event = fc.record({
      event: fc.option(fc.constantFrom('message_start', 'ping'), { nil: undefined }),
      data: fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\r', '').toWellFormed()),
    });
    fc.assert(
      fc.property(fc.array(event), (events) => {
        expect(scanText(events.map(encodeSse).join(''))).toEqual(events);
      }),
    );
  });
});
