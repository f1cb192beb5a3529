import { unfoldResponse, type Block, type FinishReason, type StreamEvent } from '@switchyard/canonical';

import { options, scan } from '../laws/stream-bytes.js';
import { createStreamEncoder } from './encode-stream.js';

type Told = Readonly<Record<string, unknown>> & { readonly type: string };

function tell(events: readonly StreamEvent[]): Told[] {
  const encoder = createStreamEncoder(options);
  const text = events.map((event) => encoder.next(event)).join('');
  return scan([Buffer.from(text)]).map(({ event, data }): Told => {
    const told: Told = JSON.parse(data);
    expect(event).toBe(told.type);
    return told;
  });
}

function answer(content: readonly Block[], reason: FinishReason = 'stop'): StreamEvent[] {
  return unfoldResponse({ id: 'abc-1', model: 'x', choices: [{ content, finish: { reason } }] });
}

/** The events without what the other tests look at. */
function outline(told: readonly Told[]): string[] {
  return told.map(({ type, output_index }) => (output_index === undefined ? type : `${type} ${String(output_index)}`));
}

describe('the stream encoder', () => {
  it('numbers its events from 0 and tells a message in the order clients expect', () => {
    const told = tell(answer([{ type: 'text', text: 'Hi' }]));
    expect(told.map((event) => event['sequence_number'])).toEqual(told.map((_event, index) => index));
    expect(outline(told)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added 0',
      'response.content_part.added 0',
      'response.output_text.delta 0',
      'response.output_text.done 0',
      'response.content_part.done 0',
      'response.output_item.done 0',
      'response.completed',
    ]);
    const ids = new Set(told.flatMap((event) => (event['item_id'] === undefined ? [] : [event['item_id']])));
    expect([...ids]).toEqual(['msg_abc1_0']);
    expect(told.at(-1)).toMatchObject({
      response: {
        id: 'abc-1',
        model: 'm',
        status: 'completed',
        output: [{ id: 'msg_abc1_0', content: [{ text: 'Hi' }] }],
      },
    });
  });

  it('tells reasoning, text in several parts, and calls as items in the order they appear', () => {
    const told = tell(
      answer(
        [
          { type: 'reasoning', text: 'Hm', provenance: 'openai-chat' },
          { type: 'text', text: '' },
          { type: 'text', text: 'One' },
          { type: 'refusal', text: 'No' },
          { type: 'tool-call', id: 'a', name: 'look', arguments: '' },
          { type: 'tool-call', id: 'b', name: 'edit', arguments: '{"input":"x"}', freeform: true },
          { type: 'redacted-reasoning', data: 'ZGF0YQ==', provenance: 'anthropic-messages' },
        ],
        'tool-calls',
      ),
    );
    expect(outline(told).slice(2, -1)).toEqual([
      'response.output_item.added 0',
      'response.reasoning_summary_part.added 0',
      'response.reasoning_summary_text.delta 0',
      'response.reasoning_summary_text.done 0',
      'response.reasoning_summary_part.done 0',
      'response.output_item.done 0',
      'response.output_item.added 1',
      'response.content_part.added 1',
      'response.output_text.delta 1',
      'response.output_text.done 1',
      'response.content_part.done 1',
      'response.content_part.added 1',
      'response.refusal.delta 1',
      'response.refusal.done 1',
      'response.content_part.done 1',
      'response.output_item.done 1',
      'response.output_item.added 2',
      'response.function_call_arguments.delta 2',
      'response.function_call_arguments.done 2',
      'response.output_item.done 2',
      'response.output_item.added 3',
      'response.custom_tool_call_input.delta 3',
      'response.custom_tool_call_input.done 3',
      'response.output_item.done 3',
      'response.output_item.added 4',
      'response.output_item.done 4',
    ]);
    const done = told.filter(({ type }) => type.endsWith('arguments.done') || type.endsWith('input.done'));
    expect(done).toMatchObject([{ name: 'look', arguments: '{}' }, { input: 'x' }]);
  });

  it('ends a message only once nothing more of it can come, though calls go on beside it', () => {
    const place = (index: number) => ({ choice: 0, index });
    const told = tell([
      { type: 'start', id: 'x', model: 'x' },
      { type: 'text-start', ...place(0) },
      { type: 'text-delta', text: 'On', ...place(0) },
      { type: 'tool-call-start', id: 'a', name: 'look', ...place(1) },
      { type: 'text-delta', text: 'e', ...place(0) },
      { type: 'text-end', ...place(0) },
      { type: 'tool-call-delta', argumentsText: '{}', ...place(1) },
      { type: 'tool-call-end', ...place(1) },
      { type: 'finish', choice: 0, finish: { reason: 'tool-calls' } },
      { type: 'end' },
    ]);
    expect(outline(told).filter((line) => line.includes('output_item'))).toEqual([
      'response.output_item.added 0',
      'response.output_item.added 1',
      'response.output_item.done 0',
      'response.output_item.done 1',
    ]);
    expect(told.at(-1)).toMatchObject({ response: { output: [{ content: [{ text: 'One' }] }, { arguments: '{}' }] } });
  });

  it('waits for usage that comes after the finish, and tells which item broke off', () => {
    const events = answer([{ type: 'text', text: 'Once' }], 'length');
    const usage = { inputUncached: 3, cacheRead: 1, cacheWrite5m: 0, cacheWrite1h: 0, output: 2 };
    const told = tell(events.toSpliced(-1, 0, { type: 'usage', usage }));
    expect(told.at(-1)).toMatchObject({
      type: 'response.incomplete',
      response: {
        status: 'incomplete',
        incomplete_details: { reason: 'max_output_tokens' },
        output: [{ status: 'incomplete' }],
        usage: { input_tokens: 4, input_tokens_details: { cached_tokens: 1 }, output_tokens: 2, total_tokens: 6 },
      },
    });
  });

  const error = { code: 'upstream_rate_limited', message: 'slow down', status: 429 } as const;

  it('fails a response that has begun, with all it had', () => {
    const told = tell([
      ...answer([{ type: 'text', text: 'Hi' }]).slice(0, 3),
      { type: 'error', error },
      { type: 'end' },
    ]);
    expect(told.at(-1)).toMatchObject({
      type: 'response.failed',
      sequence_number: 5,
      response: {
        status: 'failed',
        error: { code: 'rate_limit_exceeded', message: 'slow down' },
        output: [{ status: 'incomplete', content: [{ text: 'Hi' }] }],
      },
    });
  });

  it('tells only the error where no response has begun', () => {
    expect(tell([{ type: 'error', error }, { type: 'end' }])).toEqual([
      {
        type: 'error',
        code: 'rate_limit_exceeded',
        message: 'slow down',
        param: null,
        error: { message: 'slow down', type: 'rate_limit_error', param: null, code: 'rate_limit_exceeded' },
        sequence_number: 0,
      },
    ]);
  });

  it('says nothing of further choices', () => {
    const events = answer([{ type: 'text', text: 'Hi' }]);
    const other: StreamEvent[] = [
      { type: 'text-start', choice: 1, index: 0 },
      { type: 'text-delta', choice: 1, index: 0, text: 'Ho' },
    ];
    expect(outline(tell(events.toSpliced(1, 0, ...other)))).toEqual(outline(tell(events)));
  });
});
