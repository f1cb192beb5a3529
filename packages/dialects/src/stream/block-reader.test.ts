import fc from 'fast-check';

import { createSseScanner, type SseEvent } from '../sse/scan-sse.js';
import { BlockReader } from './block-reader.js';
import { EventSplitter } from './event-splitter.js';

interface Reading {
  readonly blocks: string[];
  readonly events: SseEvent[];
  readonly rest: string;
}

function read(chunks: readonly Buffer[]): Reading {
  const reader = new BlockReader();
  const blocks = chunks.flatMap((chunk) => reader.push(chunk));
  const { bytes, events } = reader.end();
  return {
    blocks: blocks.map((block) => block.bytes.toString('latin1')),
    events: [...blocks.flatMap((block) => block.events), ...events],
    rest: bytes.toString('latin1'),
  };
}

/** The same without any short cut. */
function readByLine(chunks: readonly Buffer[]): Reading {
  const splitter = new EventSplitter();
  const scanner = createSseScanner();
  const blocks = chunks.flatMap((chunk) => splitter.push(chunk));
  const rest = splitter.rest();
  const events = [...blocks, rest].flatMap((bytes) => scanner.push(bytes));
  return {
    blocks: blocks.map((bytes) => bytes.toString('latin1')),
    events: [...events, ...scanner.end()],
    rest: rest.toString('latin1'),
  };
}

function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return places.slice(1).map((place, index) => bytes.subarray(places[index], place));
}

describe('BlockReader', () => {
  it('reads what the line scanner reads and cuts where the splitter cuts, however the stream is split', () => {
    const piece = fc.constantFrom(
      'data: {"a":1}\n\n',
      'event: ping\ndata: {}\n\n',
      'event: ping\n',
      'event: \ndata: 1\n\n',
      'data: two\ndata: lines\n\n',
      'data:close\n\n',
      'data: é🚂\n\n',
      ': a comment\n\n',
      'id: 1\n',
      'data: x\r\n\r\n',
      'data: x\r\r',
      'data: x\r\rdata: y\n\n',
      '\uFEFF',
      '\n',
      '\r',
      'data: ',
      'x',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 8 }), (pieces, cuts) => {
        const chunks = split(Buffer.from(pieces.join('')), cuts);
        expect(read(chunks)).toEqual(readByLine(chunks));
        const whole = pieces.map((text) => Buffer.from(text));
        expect(read(whole)).toEqual(readByLine(whole));
      }),
      { numRuns: 1_000 },
    );
  });

  it('hands on a chunk that is one event without copying it', () => {
    const reader = new BlockReader();
    for (const text of ['data: 1\n\n', 'event: a\ndata: 2\n\n']) {
      const chunk = Buffer.from(text);
      expect(reader.push(chunk)[0]?.bytes).toBe(chunk);
    }
  });

  it('refuses to hold an event without end', () => {
    const reader = new BlockReader();
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    const flood = () => {
      for (let count = 0; count < 17; count += 1) reader.push(chunk);
    };
    expect(flood).toThrow('one event of more than 16777216 bytes');
  });
});
