import { checkStreamGrammar, foldStream, type StreamEvent } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { createStreamDecoder } from './decode-stream.js';

const start = (id = 'msg_1', usage: JsonObject = { input_tokens: 9, output_tokens: 1 }): JsonObject => ({
  type: 'message_start',
  message: { id, type: 'message', role: 'assistant', content: [], model: 'claude', stop_reason: null, usage },
});
const open = (index: number, block: JsonObject) => ({ type: 'content_block_start', index, content_block: block });
const delta = (index: number, value: JsonObject) => ({ type: 'content_block_delta', index, delta: value });
const close = (index: number) => ({ type: 'content_block_stop', index });
const text = (index: number, said: string) => [
  open(index, { type: 'text', text: '' }),
  delta(index, { type: 'text_delta', text: said }),
  close(index),
];
const stop = (reason: string, more: JsonObject = {}) => [
  { type: 'message_delta', delta: { stop_reason: reason, stop_sequence: null }, usage: { output_tokens: 7 }, ...more },
  { type: 'message_stop' },
];

function decode(...events: JsonObject[]): StreamEvent[] {
  const decoder = createStreamDecoder();
  return [...events.flatMap((event) => decoder.next({ data: JSON.stringify(event) })), ...decoder.end()];
}

function contentOf(...blocks: JsonObject[]) {
  const events = decode(start(), ...blocks, ...stop('end_turn'));
  expect(checkStreamGrammar(events)).toEqual([]);
  return foldStream(events).response?.choices[0]?.content;
}

describe('the stream decoder of anthropic-messages', () => {
  it('reads text, ping, stop reason and usage', () => {
    const events = decode(start(), { type: 'ping' }, ...text(0, 'Hello'), ...stop('max_tokens'));
    expect(events).toEqual([
      { type: 'start', id: 'msg_1', model: 'claude' },
      { type: 'usage', usage: expect.objectContaining({ inputUncached: 9, output: 1 }) },
      { type: 'ping' },
      { type: 'text-start', choice: 0, index: 0 },
      { type: 'text-delta', choice: 0, index: 0, text: 'Hello' },
      { type: 'text-end', choice: 0, index: 0 },
      { type: 'usage', usage: expect.objectContaining({ inputUncached: 9, output: 7 }) },
      { type: 'finish', choice: 0, finish: { reason: 'length', raw: 'max_tokens' } },
      { type: 'end' },
    ]);
  });

  it('takes later counts of input tokens over those of the start', () => {
    const [report] = stop('end_turn', { usage: { input_tokens: 61, output_tokens: 2 } });
    const { response } = foldStream(decode(start(), report ?? {}, { type: 'message_stop' }));
    expect(response?.usage).toMatchObject({ inputUncached: 61, output: 2 });
  });

  it('reads thinking with its signature, also when the text is withheld', () => {
    const content = contentOf(
      open(0, { type: 'thinking', thinking: '', signature: '' }),
      delta(0, { type: 'thinking_delta', thinking: 'hm' }),
      delta(0, { type: 'signature_delta', signature: 'sig' }),
      close(0),
      open(1, { type: 'redacted_thinking', data: 'x' }),
      close(1),
      open(2, { type: 'thinking', thinking: '', signature: 'whole' }),
      close(2),
    );
    expect(content).toEqual([
      { type: 'reasoning', text: 'hm', signature: 'sig', provenance: 'anthropic-messages' },
      { type: 'redacted-reasoning', data: 'x', provenance: 'anthropic-messages' },
      { type: 'reasoning', text: '', signature: 'whole', provenance: 'anthropic-messages' },
    ]);
  });

  it.each<[string, JsonObject, JsonObject[], string]>([
    ['in deltas', {}, [{ partial_json: '' }, { partial_json: '{"a":' }, { partial_json: '1}' }], '{"a":1}'],
    ['whole in the start', { a: 1 }, [], '{"a":1}'],
    ['whole in the start with an empty delta', { a: 1 }, [{ partial_json: '' }], '{"a":1}'],
    ['not at all', {}, [{ partial_json: '' }], '{}'],
  ])('reads a tool call whose input comes %s', (_how, input, deltas, expected) => {
    const content = contentOf(
      open(0, { type: 'tool_use', id: 'toolu_1', name: 'now', input }),
      ...deltas.map((piece) => delta(0, { type: 'input_json_delta', ...piece })),
      close(0),
    );
    expect(content).toEqual([{ type: 'tool-call', id: 'toolu_1', name: 'now', arguments: expected }]);
  });

  it('keeps the blocks of server tools whole, with their input', () => {
    const content = contentOf(
      open(0, { type: 'server_tool_use', id: 's', name: 'web_search', input: {} }),
      delta(0, { type: 'input_json_delta', partial_json: '{"query":"x"}' }),
      close(0),
    );
    const value = { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'x' } };
    const step = { tool: 'web-search', id: 's', call: { queries: ['x'] } };
    expect(content).toEqual([{ type: 'opaque', dialect: 'anthropic-messages', value, step }]);
  });

  it('keeps citations with their text', () => {
    const content = contentOf(
      open(0, { type: 'text', text: '', citations: [] }),
      delta(0, { type: 'citations_delta', citation: { url: 'u' } }),
      delta(0, { type: 'text_delta', text: 'so' }),
      close(0),
    );
    const citations = [{ type: 'opaque', dialect: 'anthropic-messages', value: { url: 'u' } }];
    expect(content).toEqual([{ type: 'text', text: 'so', citations }]);
  });

  it('keeps blocks, deltas, events and fields that it does not know', () => {
    const events = decode(
      start(),
      { type: 'vendor_note', note: 1 },
      open(0, { type: 'hologram', shape: 'cube' }),
      delta(0, { type: 'hologram_delta', voxel: 3 }),
      close(0),
      open(1, { type: 'text', text: 'a', mood: 'good' }),
      delta(1, { type: 'shout_delta', loud: true }),
      { ...delta(1, { type: 'text_delta', text: 'b', speed: 2 }), trace: 't' },
      { ...close(1), cost: 5 },
      ...stop('end_turn', { context_management: { applied_edits: [] } }),
    );
    expect(checkStreamGrammar(events)).toEqual([]);
    expect(foldStream(events).response?.choices[0]).toEqual({
      content: [
        {
          type: 'opaque',
          dialect: 'anthropic-messages',
          value: { type: 'hologram', shape: 'cube', deltas: [{ type: 'hologram_delta', voxel: 3 }] },
        },
        {
          type: 'text',
          text: 'ab',
          extensions: {
            'anthropic-messages': {
              mood: 'good',
              speed: 2,
              trace: 't',
              cost: 5,
              deltas: [{ type: 'shout_delta', loud: true }],
            },
          },
        },
      ],
      finish: { reason: 'stop', raw: 'end_turn' },
      extensions: {
        'anthropic-messages': { context_management: { applied_edits: [] }, events: [{ type: 'vendor_note', note: 1 }] },
      },
    });
  });

  it.each([
    ['refusal', 'refusal'],
    ['pause_turn', 'pause'],
    ['model_context_window_exceeded', 'context-window'],
    ['stop_sequence', 'stop-sequence'],
    ['brand_new', 'other'],
  ])('reads the stop reason %s as %s', (raw, reason) => {
    const { response } = foldStream(decode(start(), ...stop(raw)));
    expect(response?.choices[0]?.finish).toEqual({ reason, raw });
  });

  it('ignores the announcement of a message that is already open', () => {
    const { response } = foldStream(decode(start(), start(), ...text(0, 'Hello'), ...stop('end_turn')));
    expect(response?.choices[0]?.content).toEqual([{ type: 'text', text: 'Hello' }]);
  });

  it('fails when a second message is spliced into the first', () => {
    const events = decode(start('msg_1'), ...text(0, 'So'), start('msg_2'), ...text(0, 'Well'), ...stop('end_turn'));
    expect(checkStreamGrammar(events)).toEqual([]);
    expect(foldStream(events).error?.code).toBe('upstream_malformed');
    expect(JSON.stringify(events)).not.toContain('Well');
  });

  it('never takes a stream without message_stop for finished, even after its stop reason', () => {
    const [report] = stop('end_turn');
    const events = decode(start(), ...text(0, 'Hello'), report ?? {});
    expect(events.some((event) => event.type === 'finish')).toBe(false);
    expect(foldStream(events).error?.code).toBe('upstream_truncated');
  });

  it('says nothing more after message_stop', () => {
    const decoder = createStreamDecoder();
    for (const event of [start(), ...stop('end_turn')]) decoder.next({ data: JSON.stringify(event) });
    expect(decoder.next({ data: JSON.stringify(start('msg_2')) })).toEqual([]);
    expect(decoder.end()).toEqual([]);
  });

  it('classifies an error within the stream', () => {
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
    const events = decode(start(), ...text(0, 'So'), error, ...text(1, 'on'));
    expect(events.slice(-2)).toEqual([
      { type: 'error', error: expect.objectContaining({ code: 'upstream_overloaded' }) },
      { type: 'end' },
    ]);
    expect(checkStreamGrammar(events)).toEqual([]);
  });

  it.each<[string, string[]]>([
    ['no JSON', ['<html>']],
    ['no object', ['[]']],
    ['no type', ['{}']],
    ['content before the start', [JSON.stringify(open(0, { type: 'text', text: '' }))]],
    ['a message without id', ['{"type":"message_start","message":{}}']],
    ['a delta for no block', [JSON.stringify(start()), JSON.stringify(delta(0, { type: 'text_delta', text: 'a' }))]],
    ['a stop for no block', [JSON.stringify(start()), JSON.stringify(close(3))]],
    [
      'a block that begins twice',
      [start(), open(0, { type: 'x' }), open(0, { type: 'x' })].map((e) => JSON.stringify(e)),
    ],
    ['a tool call without id', [JSON.stringify(start()), JSON.stringify(open(0, { type: 'tool_use', name: 'n' }))]],
  ])('reports %s as malformed and ends', (_what, data) => {
    const decoder = createStreamDecoder();
    const events = data.flatMap((line) => decoder.next({ data: line }));
    expect(checkStreamGrammar(events)).toEqual([]);
    expect(foldStream(events).error?.code).toBe('upstream_malformed');
  });

  it('closes blocks that the server forgot to close', () => {
    const events = decode(
      start(),
      open(0, { type: 'text', text: 'a' }),
      open(1, { type: 'fallback' }),
      ...stop('end_turn'),
    );
    expect(checkStreamGrammar(events)).toEqual([]);
    expect(foldStream(events).response?.choices[0]?.content).toHaveLength(2);
  });
});
