import { unfoldResponse, type StreamEvent } from '@switchyard/canonical';
import fc from 'fast-check';

import { runs } from '../laws/dialect-laws.js';
import { options, scan } from '../laws/stream-bytes.js';
import { createStreamEncoder } from './encode-stream.js';
import { FrameWriter } from './frame-writer.js';
import { ResponseWriter } from './response-writer.js';
import { WrittenTexts } from './written-texts.js';

const piece = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\u0000', '"\u0000"', '\ud83d', '\ude00', '"\\\n'),
);

/** Texts on both sides of the length from which they are escaped once. */
const text = fc.array(piece, { minLength: 1, maxLength: 60 });

function answer(texts: readonly (readonly string[])[]): StreamEvent[] {
  const content = texts.flatMap((pieces, index) => [
    { type: 'text', text: pieces.join('') } as const,
    { type: 'tool-call', id: `call_${index}`, name: 'look', arguments: pieces.join('') } as const,
  ]);
  const events = unfoldResponse({ id: 'r', model: 'x', choices: [{ content, finish: { reason: 'tool-calls' } }] });
  return events.flatMap((event): StreamEvent[] => {
    const pieces = texts[Math.floor(('index' in event ? event.index : 0) / 2)] ?? [];
    if (event.type === 'text-delta') return pieces.map((one) => ({ ...event, text: one }));
    if (event.type === 'tool-call-delta') return pieces.map((one) => ({ ...event, argumentsText: one }));
    return [event];
  });
}

function frameOf(event: Readonly<Record<string, unknown>>): string {
  return `event: ${String(event['type'])}\ndata: ${JSON.stringify(event)}\n\n`;
}

describe('FrameWriter', () => {
  it('says what JSON.stringify says, however a text came', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 3 }), (texts) => {
        const encoder = createStreamEncoder(options);
        const writer = new ResponseWriter(options);
        for (const event of answer(texts)) {
          const told = writer.take(event);
          const written = scan([Buffer.from(encoder.next(event))]).map(({ data }): unknown => JSON.parse(data));
          // Frames hold lone halves of a pair only as escapes, which bytes keep.
          expect(written).toEqual(told);
        }
      }),
      runs(100),
    );
  });

  it('writes an event that says what stands for holes', () => {
    const event = {
      type: 'x',
      text: 'a'.repeat(300),
      other: '\u0000',
      '\u0000': 1,
      ...JSON.parse('{"__proto__":{"a":1}}'),
    };
    expect(new FrameWriter(new WrittenTexts()).write(event)).toBe(frameOf(event));
  });

  it('writes a long text that it was not told of', () => {
    const event = { type: 'x', part: { text: '"\u2013'.repeat(200) }, list: ['\n'.repeat(256), null, 1] };
    expect(new FrameWriter(new WrittenTexts()).write(event)).toBe(frameOf(event));
  });

  it('leaves what a response repeats of its request alone', () => {
    const event = { type: 'x', response: { instructions: 'b'.repeat(300), output: [{ text: 'c'.repeat(300) }] } };
    expect(new FrameWriter(new WrittenTexts()).write(event)).toBe(frameOf(event));
  });
});
