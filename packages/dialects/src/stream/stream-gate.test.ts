import type { StreamEvent } from '@switchyard/canonical';
import fc from 'fast-check';

import type { SseEvent } from '../sse/scan-sse.js';
import { dialectById } from '../registry/dialects.js';
import { StreamTranslator, type StreamGate } from './stream-translator.js';

function chunk(delta: Readonly<Record<string, unknown>>, finish_reason: string | null = null): string {
  return `data: ${JSON.stringify({ id: 'a', model: 'm', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
}

const STREAM = [
  ': hi\n\n',
  chunk({ content: 'a' }),
  chunk({}),
  chunk({ content: 'b' }),
  chunk({}, 'stop'),
  'data: [DONE]\n\n',
];

/** Lets the events go out that say so. */
class Gate implements StreamGate {
  readonly seen: (readonly [readonly StreamEvent[], readonly SseEvent[]])[] = [];

  constructor(private readonly decide: (index: number) => boolean) {}

  admits(events: readonly StreamEvent[], raw: readonly SseEvent[]): boolean {
    this.seen.push([events, raw]);
    return this.decide(this.seen.length - 1);
  }
}

function pass(gate: StreamGate, chunks: readonly Buffer[]) {
  const upstream = dialectById('openai-chat');
  const translator = new StreamTranslator({
    upstream,
    encoder: undefined,
    toolNames: new Map(),
    observe: () => {},
    gate,
  });
  const steps = chunks.map((bytes) => Buffer.concat(translator.push(bytes).bytes).toString());
  return { steps, last: Buffer.concat(translator.end().bytes).toString() };
}

describe('a gate', () => {
  it('holds events back until one that it lets go, and then all in their order', () => {
    const gate = new Gate((index) => [0, 1, 3, 5].includes(index));
    const { steps, last } = pass(
      gate,
      STREAM.map((text) => Buffer.from(text)),
    );
    const [comment, a, empty, b, finish, done] = STREAM;
    expect(steps).toEqual([comment, a, '', `${empty}${b}`, '', `${finish}${done}`]);
    expect(last).toBe('');
    expect(gate.seen[0]).toEqual([[], []]);
    expect(gate.seen[1]?.[1]).toEqual([{ data: a?.slice('data: '.length, -2) }]);
  });

  it('changes no byte in the end, whatever it holds and however the stream is cut', () => {
    const whole = Buffer.from(STREAM.join(''));
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
        fc.array(fc.nat(whole.length)),
        (lets, cuts) => {
          const places = [0, ...cuts.toSorted((a, b) => a - b), whole.length];
          const chunks = places.slice(1).map((place, at) => whole.subarray(places[at], place));
          const { steps, last } = pass(new Gate((index) => lets[index] ?? true), chunks);
          // The last event is the end, with which everything has to go.
          const isHeld = lets.at(-1) === false && last === '';
          expect(whole.toString().startsWith(steps.join('') + last)).toBe(true);
          if (!isHeld) expect(steps.join('') + last).toBe(whole.toString());
        },
      ),
      { numRuns: 300 },
    );
  });
});
