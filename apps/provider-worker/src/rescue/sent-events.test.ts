import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import type { StreamEvent } from '@switchyard/canonical';

import { SentEvents } from './sent-events.js';

const START: StreamEvent = { type: 'start', id: 'one', model: 'm' };
const PING: StreamEvent = { type: 'ping' };
const place = { choice: 0, index: 0 };
const BEGIN: StreamEvent = { type: 'text-start', ...place };
const CLOSE: StreamEvent = { type: 'text-end', ...place };
const FINISH: StreamEvent = { type: 'finish', choice: 0, finish: { reason: 'stop' } };
const said = (text: string) => ({ type: 'text-delta' as const, text, ...place });

function after(...events: readonly StreamEvent[]): SentEvents {
  const sent = new SentEvents(undefined);
  for (const event of events) sent.admits([event]);
  return sent;
}

describe('SentEvents', () => {
  it.each<[string, readonly StreamEvent[], readonly boolean[]]>([
    ['the beginning of a block', [START, BEGIN, said('a')], [false, false, true]],
    [
      'the end of one, and a finish, until the end',
      [said('a'), CLOSE, FINISH, { type: 'end' }],
      [true, false, false, true],
    ],
    ['an empty text', [said('a'), said(''), said('b')], [true, false, true]],
    [
      'a ping only if something else waits',
      [said('a'), PING, CLOSE, PING, said('b')],
      [true, true, false, false, true],
    ],
  ])('lets %s wait for content', (_what, events, expected) => {
    const sent = new SentEvents(undefined);
    expect(events.map((event) => sent.admits([event]))).toEqual(expected);
  });

  it('takes further pieces of a text, and nothing else, by the short way', () => {
    const sent = after(START, BEGIN, said('a'));
    expect(sent.continues(said('b'))).toBe(true);
    for (const event of [said(''), CLOSE, { ...said('c'), index: 1 }, { ...said('c'), choice: 1 }, PING]) {
      expect(sent.continues(event)).toBe(false);
    }
    sent.admits([CLOSE]);
    expect(sent.continues(said('c'))).toBe(false);
    expect(sent.received()).toMatchObject({ text: 'ab', open: { type: 'text', index: 0 }, nextIndex: 1 });
  });

  it('knows of the client’s stream what has gone out, and no more', () => {
    const sent = after(START, BEGIN, said('a'), said('b'), CLOSE, FINISH);
    expect(sent.received()).toEqual({
      events: [START, BEGIN, said('ab')],
      start: START,
      text: 'ab',
      reasoningTokens: 0,
      open: { type: 'text', index: 0 },
      nextIndex: 1,
      usage: undefined,
    });
  });

  it.each<[string, StreamEvent]>([
    ['a second choice', { ...said('x'), choice: 1 }],
    ['a refusal', { type: 'refusal-delta', text: 'x', ...place }],
    [
      'what only its dialect knows',
      { type: 'opaque', block: { type: 'opaque', dialect: 'gemini', value: {} }, ...place },
    ],
    ['more text than fits', said('x'.repeat(300_000))],
    ['an end', { type: 'end' }],
  ])('gives up at %s, and then holds nothing', (_what, event) => {
    const sent = after(START, BEGIN, said('a'), event);
    expect([sent.received(), sent.hasCalls]).toEqual([undefined, false]);
    expect(sent.admits([CLOSE])).toBe(true);
  });

  it('remembers of a call only that there was one', () => {
    const sent = after(START, { type: 'tool-call-start', id: 'a', name: 'f', ...place });
    expect([sent.received(), sent.hasCalls]).toEqual([undefined, true]);
  });

  it('does not hold events without end', () => {
    const sent = after(START, BEGIN, said('a'));
    const admitted = Array.from({ length: 100 }, () => sent.admits([CLOSE]));
    expect(admitted.indexOf(true)).toBe(64);
    expect(sent.received()).toBeUndefined();
  });

  it('keeps a text that comes in many pieces', () => {
    const pieces = Array.from({ length: 5_000 }, (_, at) => `${at} `);
    const sent = after(START, BEGIN, ...pieces.map(said));
    expect(sent.received()?.text).toBe(pieces.join(''));
  });

  it('lets go of what its texts were cut from', () => {
    setFlagsFromString('--expose-gc');
    const collect: unknown = runInNewContext('gc');
    if (typeof collect !== 'function') throw new Error('the collector cannot be called');
    const sent = after(START, BEGIN, said('a'));
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let nth = 0; nth < 500; nth += 1) {
      const event = Buffer.alloc(8_000, 'x').toString();
      sent.continues(said(event.slice(10, 30)));
    }
    collect();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(1_500_000);
    expect(sent.received()?.text).toHaveLength(1 + 500 * 20);
  });

  it('keeps the token probabilities of all pieces of a text', () => {
    const token = (token: string) => ({ token, logprob: -0.5, top: [] });
    const likely = (text: string) => ({ ...said(text), logprobs: [token(text)] });
    const sent = after(START, BEGIN, likely('a'));
    expect(sent.continues(likely('b'))).toBe(true);
    expect(sent.received()?.events).toContainEqual({ ...said('ab'), logprobs: [token('a'), token('b')] });
  });
});
