import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { DIALECT_IDS, type StreamEvent } from '@switchyard/canonical';
import fc from 'fast-check';

import type { Dialect, StreamDecoder } from '../dialect.js';
import { runs } from '../laws/dialect-laws.js';
import { encodeStream, scan } from '../laws/stream-bytes.js';
import { dialectById } from '../registry/dialects.js';
import type { SseEvent } from '../sse/scan-sse.js';
import { isDelta, textOf } from './delta-template.js';
import { TemplateDecoder } from './template-decoder.js';

/** All that can be seen of a decoder: the events after each wire event, and now and then its state. */
function watch(decoder: StreamDecoder, events: readonly SseEvent[], stateEvery: number): string[] {
  const seen = events.map((event, place) => {
    const told = decoder.next(event);
    return JSON.stringify(place % stateEvery === 0 ? [told, decoder.state] : told);
  });
  return [...seen, JSON.stringify(decoder.state), JSON.stringify(decoder.end())];
}

function expectSame(dialect: Dialect, events: readonly SseEvent[]): void {
  for (const stateEvery of [1, 5, 1_000]) {
    const expected = watch(dialect.createStreamDecoder(), events, stateEvery);
    expect(watch(new TemplateDecoder(dialect), events, stateEvery)).toEqual(expected);
  }
}

/** The dialect with a decoder that remembers something of every delta. */
function remembering(dialect: Dialect, sizeOf: (event: StreamEvent) => number): Dialect {
  return {
    ...dialect,
    createStreamDecoder(state?: unknown): StreamDecoder {
      const [inner, size] = Array.isArray(state) ? state : [undefined, 0];
      const decoder = dialect.createStreamDecoder(inner);
      let total = Number(size);
      return {
        get state() {
          return [decoder.state, total];
        },
        next(event) {
          const events = decoder.next(event);
          for (const one of events) total += sizeOf(one);
          return events;
        },
        end: () => decoder.end(),
      };
    },
  };
}

function textLength(event: StreamEvent): number {
  return isDelta(event) ? textOf(event).length : 0;
}

/** The dialect with a count of the events that its own decoder was asked to read. */
function counting(dialect: Dialect): { readonly dialect: Dialect; count: number } {
  const counted = {
    count: 0,
    dialect: {
      ...dialect,
      createStreamDecoder(state?: unknown): StreamDecoder {
        const decoder = dialect.createStreamDecoder(state);
        return {
          get state() {
            return decoder.state;
          },
          next(event) {
            counted.count += 1;
            return decoder.next(event);
          },
          end: () => decoder.end(),
        };
      },
    },
  };
  return counted;
}

/** How many events the dialect's own decoder reads of runs of 100 deltas, as many as the dialect streams. */
function countRead(dialect: Dialect, disguise: string): number {
  const texts = Array.from({ length: 100 }, (_, nth) => `word ${nth}, "quoted",\n`);
  const events = wireEvents(dialect, [
    { kind: 'reasoning', texts },
    { kind: 'text', texts },
    { kind: 'tool-call', texts },
  ]);
  expect(events.length).toBeGreaterThan(100);
  const counted = counting(dialect);
  const decoder = new TemplateDecoder(counted.dialect);
  for (const [place, { event, data }] of events.entries()) {
    decoder.next({ event, data: DISGUISES[disguise]?.(data, place + 1) ?? '' });
  }
  return counted.count;
}

type BlockKind = 'text' | 'reasoning' | 'tool-call';

interface Run {
  readonly kind: BlockKind;
  readonly texts: readonly string[];
}

/** What an upstream of the dialect sends for blocks that are streamed in these texts. */
function wireEvents(dialect: Dialect, blocks: readonly Run[]): SseEvent[] {
  const events: StreamEvent[] = [
    { type: 'start', id: 'id_1', model: 'm' },
    ...blocks.flatMap((block, index) => blockEvents(dialect, block, index)),
    { type: 'finish', choice: 0, finish: { reason: 'stop' } },
    { type: 'end' },
  ];
  return scan([encodeStream(dialect, events)]);
}

function blockEvents(dialect: Dialect, { kind, texts }: Run, index: number): StreamEvent[] {
  const place = { choice: 0, index };
  switch (kind) {
    case 'text': {
      const deltas = texts.map((text): StreamEvent => ({ type: 'text-delta', text, ...place }));
      return [{ type: 'text-start', ...place }, ...deltas, { type: 'text-end', ...place }];
    }
    case 'reasoning': {
      const deltas = texts.map((text): StreamEvent => ({ type: 'reasoning-delta', text, ...place }));
      const start: StreamEvent = { type: 'reasoning-start', provenance: dialect.id, ...place };
      return [start, ...deltas, { type: 'reasoning-end', ...place }];
    }
    case 'tool-call': {
      const deltas = texts.map((argumentsText): StreamEvent => ({ type: 'tool-call-delta', argumentsText, ...place }));
      const start: StreamEvent = { type: 'tool-call-start', id: `call_${index}`, name: 'look', ...place };
      return [start, ...deltas, { type: 'tool-call-end', ...place }];
    }
  }
}

type Disguise = (data: string, place: number) => string;

const DISGUISES: Readonly<Record<string, Disguise>> = {
  'as they are': (data) => data,
  'numbered by the upstream': (data, place) => data.replace('{', `{"sequence_number":${place},`),
  'padded with a field': (data, place) => data.replace(/\}$/, `,"obfuscation":"${'x'.repeat(place % 7)}"}`),
  'padded within what they carry': (data, place) => {
    return data.replace('"delta":{', `"delta":{"obfuscation":"${'x'.repeat(place % 7)}",`);
  },
  'padded with spaces': (data, place) => data.replace(/\}$/, `${' '.repeat(place % 5)}}`),
  'spelt with escapes': (data) => data.replaceAll('a', '\\u0061'),
  'with a field that grows': (data, place) => data.replace(/\}$/, `,"x_seen":[${place}]}`),
  'with a list in what they carry': (data) => data.replace('"delta":{', '"delta":{"x_list":[1],'),
};

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom('"', '\\', '\n', ' {"a":', 'probe', 'm', 'text', '0', 'é', ''),
);
const run = fc.record({
  kind: fc.constantFrom<BlockKind>('text', 'reasoning', 'tool-call'),
  texts: fc.array(text, { maxLength: 10 }),
});
const blocks = fc.array(run, { minLength: 1, maxLength: 4 });

describe.each(DIALECT_IDS.map((id) => [id]))('reading %s by templates', (id) => {
  const dialect = dialectById(id);

  it.each(Object.entries(DISGUISES))('gives the events and states of its own decoder for events %s', (_, disguise) => {
    fc.assert(
      fc.property(blocks, (said) => {
        const events = wireEvents(dialect, said).map((event, place) => {
          return event.data.startsWith('{') ? { ...event, data: disguise(event.data, place) } : event;
        });
        expectSame(dialect, events);
      }),
      runs(60),
    );
  });

  it('gives them for events with any character changed, left out or put in, in any order', () => {
    const edit = fc.record({
      event: fc.nat(),
      at: fc.nat(),
      remove: fc.nat({ max: 1 }),
      put: fc.constantFrom('', '"', '\\', '{', '}', ',', ':', '0', 'x', ' ', '\n', '\u0000', 'é', '\\u00e9'),
    });
    const moves = fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 3 });
    fc.assert(
      fc.property(blocks, fc.array(edit, { maxLength: 4 }), moves, (said, edits, swaps) => {
        const events = wireEvents(dialect, said);
        for (const { event: nth, at, remove, put } of edits) {
          const place = nth % events.length;
          const { event, data } = events[place] ?? { data: '' };
          const from = at % (data.length + 1);
          events[place] = { event, data: data.slice(0, from) + put + data.slice(from + remove) };
        }
        for (const [from, to] of swaps) {
          const [moved] = events.splice(from % events.length, 1);
          if (moved !== undefined) events.splice(to % events.length, 0, moved);
        }
        expectSame(dialect, events);
      }),
      runs(300),
    );
  });

  it.each(['as they are', 'padded with spaces'])(
    'spares its decoder nearly all deltas of a run, for events %s',
    (name) => {
      expect(countRead(dialect, name)).toBeLessThan(40);
    },
  );

  it('keeps the state of a decoder that adds the lengths of texts up, or counts the deltas', () => {
    fc.assert(
      fc.property(blocks, (said) => {
        const events = wireEvents(dialect, said);
        expectSame(remembering(dialect, textLength), events);
        expectSame(
          remembering(dialect, (event) => (isDelta(event) ? 1 : 0)),
          events,
        );
      }),
      runs(60),
    );
  });

  it('spares a decoder that adds the lengths of texts up as well', () => {
    expect(countRead(remembering(dialect, textLength), 'as they are')).toBeLessThan(60);
  });

  it('stops to look for runs in a stream that has none', () => {
    const texts = Array.from({ length: 100 }, (_, nth) => `word ${nth}`);
    const events = wireEvents(dialect, [{ kind: 'text', texts }]).map((event, place) => ({
      ...event,
      data: event.data.replace(/\}$/, `,"x_${place}":1}`),
    }));
    const counted = counting(dialect);
    watch(new TemplateDecoder(counted.dialect), events, 1);
    expect(counted.count).toBe(events.length);
  });
});

describe('reading openai-chat by templates', () => {
  it('tells its decoder a bounded number of texts at once, as each may keep its whole event alive', () => {
    const chat = dialectById('openai-chat');
    const told: number[] = [];
    const watched: Dialect = {
      ...chat,
      createStreamDecoder(state?: unknown): StreamDecoder {
        const decoder = chat.createStreamDecoder(state);
        return {
          get state() {
            return decoder.state;
          },
          next: (event) => decoder.next(event),
          keep(delta) {
            told.push(textOf(delta).length);
            decoder.keep?.(delta);
          },
          end: () => decoder.end(),
        };
      },
    };
    const decoder = new TemplateDecoder(watched);
    for (let nth = 0; nth < 10_000; nth += 1) decoder.next(chunk('word'));
    expect(told.reduce((sum, length) => sum + length, 0)).toBeGreaterThan(39_000);
    expect(Math.max(...told)).toBeLessThanOrEqual(64 * 'word'.length);
  });

  it('lets go of the events that texts were cut from', () => {
    setFlagsFromString('--expose-gc');
    const collect: unknown = runInNewContext('gc');
    if (typeof collect !== 'function') throw new Error('the collector cannot be called');
    const decoder = new TemplateDecoder(dialectById('openai-chat'));
    const padded = (nth: number): SseEvent => {
      const { data } = chunk(`the text of event ${nth}`);
      return { data: `${data.slice(0, -1)},"obfuscation":"${'x'.repeat(4_000)}"}` };
    };
    collect();
    const before = process.memoryUsage().heapUsed;
    // Read from bytes, as a stream's events are: each is a text of its own.
    for (let nth = 0; nth < 4_000; nth += 1) decoder.next({ data: Buffer.from(padded(nth).data).toString() });
    collect();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(4_000_000);
    expect(decoder.end()).toHaveLength(2);
  });

  it('spares its decoder the deltas that are padded as OpenAI pads them', () => {
    expect(countRead(dialectById('openai-chat'), 'padded with a field')).toBeLessThan(40);
  });

  function chunk(content: string, fields: { readonly model?: string; readonly event?: string } = {}): SseEvent {
    const choices = [{ index: 0, delta: { content }, finish_reason: null }];
    return { event: fields.event, data: JSON.stringify({ id: 'id_1', model: fields.model ?? 'm', choices }) };
  }

  it('does not mistake another field for the text that happens to say the same', () => {
    expectSame(dialectById('openai-chat'), [
      chunk('m'),
      chunk('m'),
      chunk('m'),
      chunk('m', { model: 'n' }),
      chunk('x'),
    ]);
  });

  it('leaves an event of another name to its decoder', () => {
    expectSame(dialectById('openai-chat'), [chunk('a'), chunk('b'), chunk('c'), chunk('d', { event: 'error' })]);
  });
});
