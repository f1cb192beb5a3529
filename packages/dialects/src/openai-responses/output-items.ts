import { DIALECT_IDS } from '@switchyard/canonical';
import { z } from 'zod';

import type { JsonObject } from '../dialect.js';
import { inputReader, unwrapInput } from '../freeform/freeform.js';

const fields = z.record(z.string(), z.unknown());

const outputPart = z.object({
  type: z.enum(['output_text', 'refusal', 'summary_text', 'reasoning_text', 'other']),
  text: z.string(),
  /** Where it stands among the summaries, or among the contents, of its item. */
  place: z.number(),
  /** What it says beside its text; all it says for a part of another kind. */
  fields,
  isDone: z.boolean(),
});

/** Items of server tools, where the steps of another provider's are told. */
export const STEP_TYPES = ['web_search_call', 'code_interpreter_call'] as const;

const outputItem = z.object({
  type: z.enum(['message', 'reasoning', 'function_call', 'custom_tool_call', ...STEP_TYPES, 'other']),
  id: z.string(),
  /** Whether the id came with the answer: then other blocks may name the same item. */
  isNamed: z.boolean(),
  parts: z.array(outputPart),
  /** The arguments of a call, as the model wrote them. */
  argumentsText: z.string(),
  /** Of a freeform call: how far its input has been told. */
  reader: inputReader.optional(),
  /** What it says beside its parts; all it says for an item of another kind. */
  fields,
  status: z.enum(['in_progress', 'completed', 'incomplete', 'failed']),
  /** Of a step: what its provider calls it, by which its result finds it. */
  stepId: z.string().optional(),
});

/** Where a block is being written; `part` is unset until it has something to show. */
const blockPlace = z.object({
  item: z.number().optional(),
  part: z.number().optional(),
  type: z.enum(['output_text', 'refusal', 'summary_text', 'reasoning_text', 'call']),
  /** The item its own dialect says it is a part of. */
  id: z.string().optional(),
  /** Who made it, for reasoning. */
  provenance: z.enum(DIALECT_IDS).optional(),
});

/** All that an encoder remembers between events. */
export const encoderState = z.object({
  phase: z.enum(['waiting', 'open', 'ended']),
  nextSequenceNumber: z.number(),
  id: z.string(),
  createdAt: z.number(),
  /** Fields of the response that came from the same dialect. */
  fields,
  items: z.array(outputItem),
  blocks: z.record(z.string(), blockPlace),
  usage: fields.optional(),
  finish: z.object({ status: z.enum(['completed', 'incomplete']), incomplete_details: fields.nullable() }).optional(),
});

export type EncoderState = z.infer<typeof encoderState>;
export type OutputItem = z.infer<typeof outputItem>;
export type OutputPart = z.infer<typeof outputPart>;
export type BlockPlace = z.infer<typeof blockPlace>;

/** How the events of each kind of part are called, and the field that tells its place within the item. */
export const PART_EVENTS = {
  output_text: { text: 'response.output_text', part: 'response.content_part', place: 'content_index' },
  refusal: { text: 'response.refusal', part: 'response.content_part', place: 'content_index' },
  other: { text: undefined, part: 'response.content_part', place: 'content_index' },
  reasoning_text: { text: 'response.reasoning_text', part: 'response.content_part', place: 'content_index' },
  summary_text: {
    text: 'response.reasoning_summary_text',
    part: 'response.reasoning_summary_part',
    place: 'summary_index',
  },
} as const;

/** An item as the API tells it. */
export function encodeOutputItem(item: OutputItem): JsonObject {
  const { type, id, status } = item;
  const parts = item.parts.map(encodeOutputPart);
  switch (type) {
    case 'message':
      return { id, type, status, role: 'assistant', content: parts, ...item.fields };
    case 'reasoning': {
      const content = parts.filter((part) => part['type'] === 'reasoning_text');
      const summary = parts.filter((part) => part['type'] === 'summary_text');
      return { id, type, summary, ...(content.length > 0 && { content }), ...item.fields };
    }
    case 'function_call':
      return { id, type, status, ...item.fields, arguments: item.argumentsText };
    case 'custom_tool_call':
      return {
        id,
        type,
        status,
        ...item.fields,
        input: item.argumentsText === '' ? '' : unwrapInput(item.argumentsText),
      };
    case 'web_search_call':
    case 'code_interpreter_call':
      return { id, type, status, ...item.fields };
    case 'other':
      return item.fields;
  }
}

export function encodeOutputPart({ type, text, fields: own }: OutputPart): JsonObject {
  switch (type) {
    case 'output_text':
      return { type, text, annotations: [], logprobs: [], ...own };
    case 'refusal':
      return { type, refusal: text, ...own };
    case 'summary_text':
    case 'reasoning_text':
      return { type, text };
    case 'other':
      return own;
  }
}
