import { candidate, scopeOf } from '../__fixtures__/routing-state.js';
import { FirstContentTimes } from './first-content-times.js';
import { LoadBook } from './load-book.js';
import { PriceBook } from './price-book.js';
import { RecentSends } from './recent-sends.js';

describe('LoadBook', () => {
  it('counts what is under way, by model and by credential', () => {
    const book = new LoadBook();
    const one = book.start(candidate('a'), { nowMs: 0 });
    book.start(candidate('a', { model: 'other' }), { nowMs: 0 });
    expect([book.inFlight('a'), book.inFlight(scopeOf('a')), book.inFlight('b')]).toEqual([2, 1, 0]);
    one.end();
    one.end();
    expect([book.inFlight('a'), book.inFlight(scopeOf('a'))]).toEqual([1, 0]);
  });

  it('takes a peak at its word, and forgets it with time', () => {
    const book = new LoadBook();
    const answer = (atMs: number, tookMs: number): void => {
      const flight = book.start(candidate('a'), { nowMs: atMs });
      flight.firstContent(atMs + tookMs);
      flight.firstContent(atMs + 90_000);
      flight.end();
    };
    expect(book.load(scopeOf('a'), 0).firstContentEwmaMs).toBeUndefined();
    answer(0, 100);
    answer(0, 4_000);
    expect(book.load(scopeOf('a'), 4_000).firstContentEwmaMs).toBe(4_000);
    answer(4_000, 100);
    const after = book.load(scopeOf('a'), 4_100).firstContentEwmaMs ?? 0;
    expect(after).toBeLessThan(4_000);
    expect(after).toBeGreaterThan(3_900);
    expect(book.load(scopeOf('a'), 60_000).firstContentEwmaMs).toBeLessThan(20);
  });

  it('says what was sent since a moment, in requests and in tokens', () => {
    const book = new LoadBook();
    for (const nowMs of [1_000, 2_000, 3_000]) book.start(candidate('a'), { nowMs, inputTokens: 10, outputTokens: 5 });
    expect(book.sentSince('a', 2_000)).toEqual({ requests: 2, tokens: 30, inputTokens: 20, outputTokens: 10 });
    expect(book.sentSince('b', 0)).toEqual({ requests: 0, tokens: 0, inputTokens: 0, outputTokens: 0 });
  });

  it('forgets idle scopes when there are too many, and never one with an attempt under way', () => {
    const book = new LoadBook();
    book.start(candidate('busy'), { nowMs: 0 });
    book.start(candidate('idle'), { nowMs: 0 }).end();
    for (let index = 0; index < 5_000; index += 1) book.start(candidate(`c${index}`), { nowMs: 0 }).end();
    expect([book.inFlight('busy'), book.recent('idle', 0), book.recent('c4999', 0)]).toEqual([1, 0, 1]);
  });
});

describe('RecentSends', () => {
  const one = { inputTokens: 1, outputTokens: 0 };

  it('agrees with a list of all, to a fifth of a second', () => {
    const sends = new RecentSends();
    const all: number[] = [];
    for (let index = 0; index < 2_000; index += 1) {
      const nowMs = 1_000_000 + index * 37 + (index % 10 === 0 ? 900 : 0);
      all.push(nowMs);
      sends.add(one, nowMs);
    }
    const last = all.at(-1) ?? 0;
    for (let agoMs = 0; agoMs < 50_000; agoMs += 333) {
      const counted = sends.since(last - agoMs).requests;
      expect(counted).toBeGreaterThanOrEqual(all.filter((atMs) => atMs >= last - agoMs).length);
      expect(counted).toBeLessThanOrEqual(all.filter((atMs) => atMs >= last - agoMs - 1_200).length);
    }
  });

  it('counts what it still knows for a moment long ago, and nothing for one to come', () => {
    const sends = new RecentSends();
    sends.add(one, 1_000_000);
    sends.add(one, 1_100_000);
    expect([sends.since(0).requests, sends.since(1_100_200).requests, sends.since(9e12).requests]).toEqual([1, 0, 0]);
  });
});

describe('FirstContentTimes', () => {
  it('knows a percentile to a step of an eighth, once there are enough', () => {
    const times = new FirstContentTimes();
    for (let index = 1; index < 20; index += 1) times.record('n', 100);
    expect(times.percentile('n', 0.95)).toBeUndefined();
    for (let index = 1; index <= 1_000; index += 1) times.record('n', index);
    const p95 = times.percentile('n', 0.95) ?? 0;
    expect(p95).toBeGreaterThanOrEqual(950);
    expect(p95).toBeLessThanOrEqual(950 * 1.125);
  });

  it('follows a change', () => {
    const times = new FirstContentTimes();
    for (let index = 0; index < 5_000; index += 1) times.record('n', 5_000);
    for (let index = 0; index < 30_000; index += 1) times.record('n', 200);
    expect(times.percentile('n', 0.95)).toBeLessThan(230);
    expect(times.percentile('other', 0.95)).toBeUndefined();
  });

  it('has a first and a last step', () => {
    const times = new FirstContentTimes();
    for (let index = 0; index < 30; index += 1) times.record('quick', 0);
    for (let index = 0; index < 30; index += 1) times.record('never', 1e12);
    expect([times.percentile('quick', 0.5), times.percentile('never', 0.5)]).toEqual([10, expect.any(Number)]);
  });
});

describe('PriceBook', () => {
  const book = new PriceBook([
    { provider: 'openai', model: 'gpt-*', input: 1, output: 2 },
    { model: 'gpt-5', input: 3, output: 4 },
  ]);

  it('takes the first price that speaks of a model', () => {
    const priceOf = (provider: string, model: string): number | undefined =>
      book.priceOf(candidate('a', { provider, model }))?.input;
    const asked = [
      ['openai', 'gpt-5'],
      ['azure', 'gpt-5'],
      ['azure', 'gpt-4'],
      ['openai', 'gpt-5'],
    ] as const;
    expect(asked.map(([provider, model]) => priceOf(provider, model))).toEqual([1, 3, undefined, 1]);
  });

  it('tells each price of all who may answer once', () => {
    const targets = [
      { name: 'gpt-5', candidates: ['a', 'b'].map((id) => candidate(id, { provider: 'openai', model: 'gpt-5' })) },
      { name: 'other', candidates: [candidate('c', { provider: 'azure', model: 'gpt-5' }), candidate('d')] },
    ];
    const resolution = { model: 'gpt-5', targets };
    expect(book.pricesAmong(resolution).map(({ input }) => input)).toEqual([1, 3]);
    expect(book.pricesAmong(resolution)).toBe(book.pricesAmong(resolution));
  });
});
