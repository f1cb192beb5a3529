import { foldStream, type StreamEvent } from '@switchyard/canonical';
import fc from 'fast-check';

import { createSseScanner } from '../sse/scan-sse.js';
import { readFixture, readJsonFixture } from './__fixtures__/read-fixture.js';
import { decodeResponse } from './decode-response.js';
import { createStreamDecoder } from './decode-stream.js';

const FIXTURE = readFixture('tool-calls.stream.txt');

function decodeBytes(chunks: readonly Buffer[]): StreamEvent[] {
  const scanner = createSseScanner();
  const decoder = createStreamDecoder();
  const events = [...chunks.flatMap((chunk) => scanner.push(chunk)), ...scanner.end()];
  return [...events.flatMap((event) => decoder.next(event)), ...decoder.end()];
}

/** The events of these chunks; text stands for itself, a list for choices. */
function decode(...chunks: readonly (string | readonly unknown[] | Record<string, unknown>)[]): StreamEvent[] {
  const decoder = createStreamDecoder();
  const events = chunks.map((chunk) => {
    if (typeof chunk === 'string') return { data: chunk };
    return { data: JSON.stringify(Array.isArray(chunk) ? { id: 'c', choices: chunk } : chunk) };
  });
  return [...events.flatMap((event) => decoder.next(event)), ...decoder.end()];
}

/** One chunk of choice 0. */
function delta(fields: Record<string, unknown>, finishReason: string | null = null): readonly unknown[] {
  return [{ index: 0, delta: fields, finish_reason: finishReason }];
}

function calls(...entries: readonly Record<string, unknown>[]): readonly unknown[] {
  return delta({ tool_calls: entries });
}

/** Whole tool calls, as a client would put them together. */
function foldCalls(events: readonly StreamEvent[]): unknown[] {
  const folded = new Map<number, { id: string; name: string; arguments: string; ended: boolean }>();
  for (const event of events) {
    if (event.type === 'tool-call-start') {
      folded.set(event.index, { id: event.id, name: event.name, arguments: '', ended: false });
    } else if (event.type === 'tool-call-delta') {
      const call = folded.get(event.index);
      if (call) call.arguments += event.argumentsText;
    } else if (event.type === 'tool-call-end') {
      const call = folded.get(event.index);
      if (call) call.ended = true;
    }
  }
  return [...folded.values()].map(({ ended, ...call }) => (ended ? call : { ...call, ended }));
}

const FINISH = delta({}, 'tool_calls');

describe('createStreamDecoder', () => {
  it('reads reasoning, text and interleaved tool calls', () => {
    expect(decodeBytes([FIXTURE])).toMatchSnapshot();
  });

  it('amounts to what the same answer is without streaming', () => {
    expect(foldStream(decodeBytes([FIXTURE])).response).toEqual(
      decodeResponse(readJsonFixture('tool-calls.response.json')),
    );
  });

  it('gives the same events for any split of the bytes', () => {
    const whole = decodeBytes([FIXTURE]);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: FIXTURE.length }), { maxLength: 20 }), (cuts) => {
        const places = [0, ...cuts.toSorted((a, b) => a - b), FIXTURE.length];
        const chunks = places.slice(1).map((place, index) => FIXTURE.subarray(places[index], place));
        expect(decodeBytes(chunks)).toEqual(whole);
      }),
    );
  });

  it('reports every cut before the finish as an error, and never one after it', () => {
    const finished = FIXTURE.indexOf('"finish_reason":"tool_calls"');
    for (let cut = 0; cut < FIXTURE.length; cut += 1) {
      const events = decodeBytes([FIXTURE.subarray(0, cut)]);
      expect(events.at(-1)).toEqual({ type: 'end' });
      const failed = events.some((event) => event.type === 'error');
      if (cut < finished) expect(failed).toBe(true);
      if (failed) expect(events.some((event) => event.type === 'finish' && cut < finished)).toBe(false);
    }
  });

  it('goes on from a state that was moved as JSON', () => {
    const scanner = createSseScanner();
    let decoder = createStreamDecoder();
    const events: StreamEvent[] = [];
    for (const event of scanner.push(FIXTURE)) {
      decoder = createStreamDecoder(JSON.parse(JSON.stringify(decoder.state)));
      events.push(...decoder.next(event));
    }
    expect([...events, ...decoder.end()]).toEqual(decodeBytes([FIXTURE]));
  });

  it('ends after a finish without [DONE], and after [DONE] without a finish', () => {
    expect(decode(delta({ content: 'a' }, 'stop')).slice(-2)).toEqual([
      { type: 'finish', choice: 0, finish: { reason: 'stop', raw: 'stop' } },
      { type: 'end' },
    ]);
    expect(decode(delta({ content: 'a' }), '[DONE]').slice(-3)).toEqual([
      { type: 'text-end', choice: 0, index: 0 },
      { type: 'finish', choice: 0, finish: { reason: 'other' } },
      { type: 'end' },
    ]);
  });

  it('says nothing after the end', () => {
    const decoder = createStreamDecoder();
    decoder.next({ data: JSON.stringify({ choices: delta({ content: 'a' }, 'stop') }) });
    decoder.next({ data: '[DONE]' });
    expect(decoder.next({ data: JSON.stringify({ choices: delta({ content: 'b' }) }) })).toEqual([]);
    expect(decoder.end()).toEqual([]);
  });

  it.each([
    ['nothing at all', [], 'upstream_truncated'],
    ['a beginning only', [delta({ role: 'assistant', content: '' })], 'upstream_truncated'],
    ['[DONE] alone', ['[DONE]'], 'upstream_malformed'],
    ['text that is no JSON', ['{"choices":['], 'upstream_malformed'],
    ['JSON that is no object', ['"hi"'], 'upstream_malformed'],
    ['an error object', [{ error: { message: 'x', type: 'server_error' } }], 'upstream_server_error'],
    ['an error with a numeric code', [{ error: { message: 'x', code: 429 } }], 'upstream_rate_limited'],
    ['an error as text', [{ error: 'maximum context length is 8192 tokens' }], 'upstream_context_length'],
    ["Mistral's error", [{ object: 'error', type: 'overloaded_error', message: 'x' }], 'upstream_overloaded'],
    ['a finish that is a failure', [delta({}, 'error')], 'upstream_server_error'],
    [
      'one of two choices',
      [
        [
          { index: 0, delta: {}, finish_reason: 'stop' },
          { index: 1, delta: {} },
        ],
      ],
      'upstream_truncated',
    ],
  ])('reports %s as an error, then ends', (_name, chunks, code) => {
    expect(decode(...chunks).slice(-2)).toMatchObject([{ type: 'error', error: { code } }, { type: 'end' }]);
  });

  it('takes an event named error for one', () => {
    expect(createStreamDecoder().next({ event: 'error', data: '{"message":"busy","code":503}' })).toMatchObject([
      { type: 'error', error: { code: 'upstream_overloaded', message: 'busy' } },
      { type: 'end' },
    ]);
  });

  it('waits with the start for a chunk with a name, and keeps what came before', () => {
    const events = decode(
      { id: '', model: '', created: 0, choices: [], prompt_filter_results: [1] },
      { id: 'c1', model: 'm', created: 5, choices: delta({ role: 'assistant', content: '' }) },
      { id: 'c1', model: 'm', created: 5, choices: delta({}, 'stop') },
    );
    expect(events).toEqual([
      {
        type: 'start',
        id: 'c1',
        model: 'm',
        createdAt: 5,
        extensions: { 'openai-chat': { prompt_filter_results: [1] } },
      },
      { type: 'finish', choice: 0, finish: { reason: 'stop', raw: 'stop' } },
      { type: 'end' },
    ]);
  });

  it.each([
    ['in a trailing chunk', [delta({}, 'stop'), { choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } }]],
    ['with the finish', [{ choices: delta({}, 'stop'), usage: { prompt_tokens: 3, completion_tokens: 2 } }]],
    ['by Groq', [{ choices: delta({}, 'stop'), x_groq: { usage: { prompt_tokens: 3, completion_tokens: 2 } } }]],
    [
      'within the choice',
      [[{ index: 0, delta: {}, finish_reason: 'stop', usage: { prompt_tokens: 3, completion_tokens: 2 } }]],
    ],
    [
      'again and again',
      [
        { choices: delta({ content: 'a' }), usage: { prompt_tokens: 3, completion_tokens: 1 } },
        { choices: delta({}, 'stop'), usage: { prompt_tokens: 3, completion_tokens: 2 } },
      ],
    ],
  ])('reads usage told %s', (_place, chunks) => {
    const events = decode(...chunks, '[DONE]');
    expect(events.findLast((event) => event.type === 'usage')).toMatchObject({
      usage: { inputUncached: 3, output: 2 },
    });
    expect(events.at(-1)).toEqual({ type: 'end' });
  });

  it('tells several choices apart', () => {
    const events = decode(
      [
        { index: 0, delta: { content: 'a' } },
        { index: 1, delta: { content: 'x' } },
      ],
      [{ index: 1, delta: { content: 'y' }, finish_reason: 'length' }],
      [{ index: 0, delta: {}, finish_reason: 'stop' }],
    );
    expect(events.map((event) => ('choice' in event ? `${event.choice} ${event.type}` : event.type))).toEqual([
      'start',
      '0 text-start',
      '0 text-delta',
      '1 text-start',
      '1 text-delta',
      '1 text-delta',
      '1 text-end',
      '1 finish',
      '0 text-end',
      '0 finish',
      'end',
    ]);
  });

  it('keeps unknown fields of chunks, choices and deltas', () => {
    const events = decode(
      { id: 'c', citations: ['a'], choices: [{ index: 0, delta: { content: 'x' }, logprobs: { content: [1] } }] },
      { id: 'c', citations: ['a'], choices: [{ index: 0, delta: { annotations: ['n'] }, logprobs: { content: [2] } }] },
      { id: 'c', citations: ['a', 'b'], obfuscation: 'zz', choices: delta({}, 'stop') },
    );
    expect(events[0]).toMatchObject({ extensions: { 'openai-chat': { citations: ['a'] } } });
    expect(events.find((event) => event.type === 'finish')).toMatchObject({
      extensions: {
        'openai-chat': {
          logprobs: { content: [1, 2] },
          message: { annotations: ['n'] },
          response: { citations: ['a', 'b'] },
        },
      },
    });
  });

  it('reads an answer that comes whole in one chunk', () => {
    const events = decode([{ index: 0, message: { role: 'assistant', content: 'all' }, finish_reason: 'stop' }]);
    expect(events.filter((event) => event.type === 'text-delta')).toMatchObject([{ text: 'all' }]);
  });

  it('reads reasoning parts and refusals as blocks of their own, in order', () => {
    const events = decode(
      delta({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'h' }] }] }),
      delta({
        content: [
          { type: 'text', text: 'a' },
          { type: 'reference', ids: [1] },
        ],
      }),
      delta({ refusal: 'no' }, 'stop'),
    );
    expect(events.slice(1, -2)).toEqual([
      { type: 'reasoning-start', provenance: 'openai-chat', choice: 0, index: 0 },
      { type: 'reasoning-delta', choice: 0, index: 0, text: 'h' },
      { type: 'reasoning-end', choice: 0, index: 0 },
      { type: 'text-start', choice: 0, index: 1 },
      { type: 'text-delta', choice: 0, index: 1, text: 'a' },
      { type: 'text-end', choice: 0, index: 1 },
      {
        type: 'opaque',
        choice: 0,
        index: 2,
        block: { type: 'opaque', dialect: 'openai-chat', value: { type: 'reference', ids: [1] } },
      },
      { type: 'refusal-start', choice: 0, index: 3 },
      { type: 'refusal-delta', choice: 0, index: 3, text: 'no' },
      { type: 'refusal-end', choice: 0, index: 3 },
    ]);
  });
});

describe('streamed tool calls', () => {
  const whole = [{ id: 'a', name: 'f', arguments: '{"x":1}' }];

  it.each([
    ['all at once', [calls({ index: 0, id: 'a', function: { name: 'f', arguments: '{"x":1}' } })]],
    [
      'in pieces',
      [
        calls({ index: 0, id: 'a', function: { name: 'f', arguments: '{"x' } }),
        calls({ index: 0, function: { arguments: '":1}' } }),
      ],
    ],
    [
      'with the id last',
      [
        calls({ index: 0, function: { name: 'f', arguments: '{"x"' } }),
        calls({ index: 0, function: { arguments: ':1}' } }),
        calls({ index: 0, id: 'a' }),
      ],
    ],
    [
      'with the name last',
      [
        calls({ index: 0, id: 'a' }),
        calls({ index: 0, function: { arguments: '{"x":1}' } }),
        calls({ index: 0, function: { name: 'f' } }),
      ],
    ],
    [
      'with id and name repeated, or emptied',
      [
        calls({ index: 0, id: 'a', function: { name: 'f', arguments: '' } }),
        calls({ index: 0, id: 'a', function: { name: 'f', arguments: '{"x"' } }),
        calls({ index: 0, id: '', function: { name: '', arguments: ':1}' } }),
      ],
    ],
    [
      'without an index',
      [calls({ id: 'a', function: { name: 'f', arguments: '{"x"' } }), calls({ function: { arguments: ':1}' } })],
    ],
    ['with arguments as an object', [calls({ index: 0, id: 'a', function: { name: 'f', arguments: { x: 1 } } })]],
    [
      'with the finish',
      [delta({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{"x":1}' } }] }, 'tool_calls')],
    ],
  ])('come out whole when they come %s', (_name, chunks) => {
    expect(foldCalls(decode(...chunks, FINISH))).toEqual(whole);
  });

  it('come out whole for any split of their arguments', () => {
    const text = JSON.stringify({ city: 'Zürich 🚂', nested: ['"', '\\'] });
    fc.assert(
      fc.property(fc.array(fc.nat({ max: text.length }), { maxLength: 8 }), (cuts) => {
        const places = [0, ...cuts.toSorted((a, b) => a - b), text.length];
        const pieces = places.slice(1).map((place, index) => text.slice(places[index], place));
        const chunks = pieces.map((piece) => calls({ index: 0, function: { arguments: piece } }));
        const first = calls({ index: 0, id: 'a', function: { name: 'f' } });
        expect(foldCalls(decode(first, ...chunks, FINISH))).toEqual([{ id: 'a', name: 'f', arguments: text }]);
      }),
    );
  });

  it('get {} for no arguments, an id and a name for none', () => {
    expect(foldCalls(decode(calls({ index: 0, id: 'a', function: { name: 'f', arguments: '' } }), FINISH))).toEqual([
      { id: 'a', name: 'f', arguments: '{}' },
    ]);
    const nameless = decode(
      calls({ index: 0, function: { name: 'f', arguments: '{}' } }),
      calls({ index: 1, function: { arguments: '{"y":2}' } }),
      delta({}, 'stop'),
    );
    expect(foldCalls(nameless)).toEqual([
      { id: 'call_0_0', name: 'f', arguments: '{}' },
      { id: 'call_0_1', name: 'unnamed_call_0_1', arguments: '{"y":2}' },
    ]);
    expect(nameless).toContainEqual({ type: 'finish', choice: 0, finish: { reason: 'tool-calls', raw: 'stop' } });
  });

  it('are told apart by id where the index does not tell', () => {
    const first = { id: 'a', function: { name: 'f', arguments: '{}' } };
    const second = { id: 'b', function: { name: 'f', arguments: '{"y":2}' } };
    const expected = [
      { id: 'a', name: 'f', arguments: '{}' },
      { id: 'b', name: 'f', arguments: '{"y":2}' },
    ];
    expect(foldCalls(decode(calls(first, second), FINISH))).toEqual(expected);
    expect(foldCalls(decode(calls({ index: 0, ...first }), calls({ index: 0, ...second }), FINISH))).toEqual(expected);
  });

  it('keep their unknown fields until their end', () => {
    const signature = { extra_content: { google: { thought_signature: 'c2ln' } } };
    const events = decode(calls({ index: 0, id: 'a', function: { name: 'f', arguments: '{}' }, ...signature }), FINISH);
    expect(events).toContainEqual({
      type: 'tool-call-end',
      choice: 0,
      index: 0,
      extensions: { 'openai-chat': signature },
    });
  });

  it('of custom tools come out as freeform calls, piece by piece', () => {
    const events = decode(
      calls({ index: 0, id: 'a', type: 'custom', custom: { name: 'sh', input: 'da' } }),
      calls({ index: 0, custom: { input: 'te' } }),
      FINISH,
    );
    const place = { choice: 0, index: 0 };
    const extensions = { 'openai-chat': { custom: {} } };
    expect(events.slice(1, 6)).toEqual([
      { type: 'tool-call-start', ...place, id: 'a', name: 'sh', freeform: true, extensions },
      { type: 'tool-call-delta', ...place, argumentsText: '{"input":"' },
      { type: 'tool-call-delta', ...place, argumentsText: 'da' },
      { type: 'tool-call-delta', ...place, argumentsText: 'te' },
      { type: 'tool-call-delta', ...place, argumentsText: '"}' },
    ]);
  });

  it('are read from the retired function_call', () => {
    const events = decode(
      delta({ function_call: { name: 'f', arguments: '' } }),
      delta({ function_call: { arguments: '{"x":1}' } }),
      delta({}, 'function_call'),
    );
    expect(foldCalls(events)).toEqual([{ id: 'call_0_0', name: 'f', arguments: '{"x":1}' }]);
  });
});
