import { halves, textOf, type Sample } from './sample.js';

const MODEL = 'upstream-model';
const CREATED_AT = 1_700_000_000;

type Item = Readonly<Record<string, unknown>>;

/** The body of a whole Responses answer. */
export function responsesBody(sample: Sample = {}): Record<string, unknown> {
  return response(sample, { status: 'completed', output: outputOf(sample), usage: responsesUsage(sample) });
}

/** The payloads of a Responses stream. */
export function responsesPayloads(sample: Sample = {}): readonly unknown[] {
  const started = response(sample, { status: 'in_progress', output: [] });
  const pieces = textOf(sample);
  const items = outputOf(sample).flatMap((item, index) =>
    item['type'] === 'message' ? messageEvents(item, index, pieces) : otherEvents(sample, item, index),
  );
  return [
    { type: 'response.created', response: started },
    { type: 'response.in_progress', response: started },
    ...items,
    { type: 'response.completed', response: responsesBody(sample) },
  ].map((event, number) => ({ ...event, sequence_number: number }));
}

function response(sample: Sample, rest: Item): Record<string, unknown> {
  return {
    id: `resp_${sample.id ?? 'sample'}`,
    object: 'response',
    created_at: CREATED_AT,
    model: sample.model ?? MODEL,
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    ...rest,
  };
}

function responsesUsage(sample: Sample): Item {
  const cached = sample.cachedTokens ?? 0;
  const input = (sample.inputTokens ?? 9) + cached;
  const output = sample.outputTokens ?? 5;
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cached, cache_write_tokens: 0 },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input + output,
  };
}

function outputOf(sample: Sample): readonly Item[] {
  const text = textOf(sample).join('');
  const message = {
    id: 'msg_sample',
    type: 'message',
    status: 'completed',
    role: 'assistant',
    content: [textPart(text)],
  };
  const calls = (sample.toolCalls ?? []).map(({ id, name, arguments: given }, index) => ({
    id: `fc_sample_${index}`,
    type: 'function_call',
    status: 'completed',
    call_id: id,
    name,
    arguments: given,
  }));
  return [...reasoningOf(sample), ...(text === '' ? [] : [message]), ...calls];
}

function reasoningOf({ reasoning }: Sample): readonly Item[] {
  if (reasoning === undefined) return [];
  const summary = [{ type: 'summary_text', text: reasoning.text }];
  return [{ id: 'rs_sample', type: 'reasoning', summary, encrypted_content: reasoning.signature }];
}

function textPart(text: string): Item {
  return { type: 'output_text', text, annotations: [], logprobs: [] };
}

function messageEvents(item: Item, index: number, pieces: readonly string[]): readonly Item[] {
  const place = { item_id: item['id'], output_index: index, content_index: 0 };
  const text = pieces.join('');
  return [
    added({ ...item, content: [] }, index),
    { type: 'response.content_part.added', ...place, part: textPart('') },
    ...pieces.map((delta) => ({ type: 'response.output_text.delta', ...place, delta, logprobs: [] })),
    { type: 'response.output_text.done', ...place, text, logprobs: [] },
    { type: 'response.content_part.done', ...place, part: textPart(text) },
    { type: 'response.output_item.done', output_index: index, item },
  ];
}

function otherEvents({ reasoning }: Sample, item: Item, index: number): readonly Item[] {
  return item['type'] === 'reasoning' ? reasoningEvents(item, index, reasoning?.text ?? '') : callEvents(item, index);
}

function reasoningEvents(item: Item, index: number, text: string): readonly Item[] {
  const place = { item_id: item['id'], output_index: index, summary_index: 0 };
  return [
    {
      type: 'response.output_item.added',
      output_index: index,
      item: { ...item, summary: [], encrypted_content: null },
    },
    { type: 'response.reasoning_summary_part.added', ...place, part: { type: 'summary_text', text: '' } },
    ...halves(text).map((delta) => ({ type: 'response.reasoning_summary_text.delta', ...place, delta })),
    { type: 'response.reasoning_summary_text.done', ...place, text },
    { type: 'response.reasoning_summary_part.done', ...place, part: { type: 'summary_text', text } },
    { type: 'response.output_item.done', output_index: index, item },
  ];
}

function callEvents(item: Item, index: number): readonly Item[] {
  const place = { item_id: item['id'], output_index: index };
  const { name, arguments: text } = item;
  return [
    added({ ...item, arguments: '' }, index),
    ...halves(String(text)).map((delta) => ({ type: 'response.function_call_arguments.delta', ...place, delta })),
    { type: 'response.function_call_arguments.done', ...place, name, arguments: text },
    { type: 'response.output_item.done', output_index: index, item },
  ];
}

function added(item: Item, index: number): Item {
  return { type: 'response.output_item.added', output_index: index, item: { ...item, status: 'in_progress' } };
}
