import { checkStreamGrammar, foldStream, type GatewayError, type StreamEvent } from '@switchyard/canonical';
import fc from 'fast-check';

import { SentEvents } from './sent-events.js';
import { Splice } from './splice.js';
import type { StreamSoFar } from './stream-so-far.js';

const START: StreamEvent = { type: 'start', id: 'one', model: 'm' };
const END: readonly StreamEvent[] = [{ type: 'finish', choice: 0, finish: { reason: 'stop' } }, { type: 'end' }];

/** Blocks as their texts in pieces: reasoning, then texts. */
interface Said {
  readonly reasoning: readonly string[];
  readonly texts: readonly (readonly string[])[];
}

function eventsOf({ reasoning, texts }: Said): readonly StreamEvent[] {
  const thoughts = reasoning.length === 0 ? [] : [{ type: 'reasoning', pieces: reasoning } as const];
  const blocks = [...thoughts, ...texts.map((pieces) => ({ type: 'text', pieces }) as const)];
  const within = blocks.flatMap(({ type, pieces }, index): StreamEvent[] => {
    const place = { choice: 0, index };
    const start: StreamEvent =
      type === 'text' ? { type: 'text-start', ...place } : { type: 'reasoning-start', provenance: 'gemini', ...place };
    const deltas = pieces.map((text): StreamEvent => ({ type: `${type}-delta` as const, text, ...place }));
    return [start, ...deltas, { type: `${type}-end` as const, ...place }];
  });
  return [START, ...within, ...END];
}

/** What a client has of a stream after so many of its events, and what another worker is told of it. */
function cut(
  events: readonly StreamEvent[],
  count: number,
): { sent: readonly StreamEvent[]; soFar: StreamSoFar } | undefined {
  const memory = new SentEvents(undefined);
  let held: StreamEvent[] = [];
  const sent: StreamEvent[] = [];
  for (const event of events.slice(0, count)) {
    held.push(event);
    if (!memory.admits([event])) continue;
    sent.push(...held);
    held = [];
  }
  const received = memory.received();
  if (received === undefined || sent.length === 0) return undefined;
  return { sent, soFar: { ...received, encoder: {}, model: 'm' } };
}

function splice(soFar: StreamSoFar, how: 'prefill' | 'replay', events: readonly StreamEvent[]): StreamEvent[] {
  const machine = new Splice(soFar, how);
  return events.flatMap((event) => machine.next(event));
}

function textOf(events: readonly StreamEvent[]): string {
  const content = foldStream(events).response?.choices[0]?.content ?? [];
  return content.map((block) => (block.type === 'text' ? block.text : '')).join('');
}

const piece = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '🚂'), minLength: 1, maxLength: 4 });
const pieces = fc.array(piece, { maxLength: 5 });
const said = fc.record({ reasoning: pieces, texts: fc.array(pieces, { minLength: 1, maxLength: 3 }) });

function whole({ texts }: Said): string {
  return texts.flat().join('');
}

/** The same text in other pieces and blocks, after other reasoning. */
function retold(text: string, sizes: readonly number[]): Said {
  const retoldPieces: string[] = [];
  let at = 0;
  for (let turn = 0; at < text.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    retoldPieces.push(text.slice(at, at + size));
    at += size;
  }
  const half = Math.floor(retoldPieces.length / 2);
  return { reasoning: ['other ', 'thoughts'], texts: [retoldPieces.slice(0, half), retoldPieces.slice(half)] };
}

describe('Splice', () => {
  it('makes one legal stream of the same text of any two, wherever the first one ends', () => {
    fc.assert(
      fc.property(
        said,
        fc.nat(30),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }),
        (first, count, sizes) => {
          const events = eventsOf(first);
          const broken = cut(events, Math.min(count, events.length - 1));
          if (broken === undefined) return;
          const { sent, soFar } = broken;
          const rest = whole(first).slice(soFar.text.trimEnd().length);
          for (const [how, again] of [
            ['replay', whole(first)],
            ['prefill', rest],
          ] as const) {
            const all = [...sent, ...splice(soFar, how, eventsOf(retold(again, sizes)))];
            expect(checkStreamGrammar(all)).toEqual([]);
            expect(textOf(all)).toBe(whole(first));
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('tells apart every replay that says something else, before it has said anything', () => {
    fc.assert(
      fc.property(said, fc.nat(30), said, (first, count, second) => {
        const events = eventsOf(first);
        const broken = cut(events, Math.min(count, events.length - 1));
        if (broken === undefined || whole(second).startsWith(broken.soFar.text)) return;
        const machine = new Splice(broken.soFar, 'replay');
        const told: StreamEvent[] = [];
        const replay = (): void => {
          for (const event of eventsOf(second)) told.push(...machine.next(event));
        };
        expect(replay).toThrow(expect.objectContaining({ code: 'rescue_diverged' } satisfies Partial<GatewayError>));
        expect(told).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  const spoken: StreamSoFar = {
    encoder: {},
    model: 'm',
    text: 'Well. \n',
    reasoningTokens: 0,
    open: { type: 'text', index: 0 },
    nextIndex: 1,
  };
  const delta = (text: string): StreamEvent => ({ type: 'text-delta', choice: 0, index: 0, text });

  it.each([
    ['Then', 'Then'],
    [' \nThen', 'Then'],
    [' Then', 'Then'],
    ['\nThen', '\nThen'],
    [' \n\n- Then', '\n- Then'],
  ])('skips the white space that a prefilled model says anew: %j', (said, expected) => {
    for (const texts of [[said], [...said]]) {
      const machine = new Splice(spoken, 'prefill');
      const events = texts.flatMap((text) => machine.next(delta(text)));
      expect(events.map((event) => (event.type === 'text-delta' ? event.text : event)).join('')).toBe(expected);
    }
  });

  it('ends the inherited text before a call begins, and takes the call from the next index', () => {
    const machine = new Splice(spoken, 'prefill');
    const call = { choice: 0, index: 0 };
    expect([
      ...machine.next({ type: 'tool-call-start', id: 'a', name: 'f', ...call }),
      ...machine.next({ type: 'tool-call-end', ...call }),
    ]).toEqual([
      { type: 'text-end', choice: 0, index: 0 },
      { type: 'tool-call-start', id: 'a', name: 'f', choice: 0, index: 1 },
      { type: 'tool-call-end', choice: 0, index: 1 },
    ]);
  });

  it('tells what was told of the usage once more, with an estimate of the output, where the upstream tells none', () => {
    const usage = { inputUncached: 9, cacheRead: 4, cacheWrite5m: 0, cacheWrite1h: 0, output: 1 };
    const machine = new Splice({ ...spoken, usage }, 'prefill');
    machine.next(delta('12345678'));
    expect(machine.next({ type: 'end' })).toEqual([
      { type: 'usage', usage: expect.objectContaining({ inputUncached: 9, cacheRead: 4, output: 4 }) },
      { type: 'end' },
    ]);
  });

  it('tells the sources of a text that it went on with as those of all of it, and no token twice', () => {
    const place = { choice: 0, index: 0 };
    const token = (token: string) => ({ token, logprob: -0.5, top: [] });
    const said = (text: string): StreamEvent => ({ type: 'text-delta', text, logprobs: [token(text)], ...place });
    const begun: readonly StreamEvent[] = [START, { type: 'text-start', ...place }, said('ab'), said('c')];
    const broken = cut(begun, begun.length);
    const span = { start: 0, end: 3 };
    const source = { type: 'url', url: 'https://a.example' } as const;
    const again: readonly StreamEvent[] = [
      START,
      { type: 'text-start', ...place },
      said('ab'),
      said('cd'),
      said('e'),
      { type: 'text-end', citations: [{ ...source, span }], ...place },
      ...END,
    ];
    expect(broken).toBeDefined();
    if (broken === undefined) return;
    const whole = foldStream([...broken.sent, ...splice(broken.soFar, 'replay', again)]).response?.choices[0]?.content;
    expect(whole).toEqual([
      { type: 'text', text: 'abcde', citations: [source], logprobs: ['ab', 'c', 'e'].map(token) },
    ]);
  });
});
