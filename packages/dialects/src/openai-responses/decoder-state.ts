import { z } from 'zod';

const fields = z.record(z.string(), z.unknown());

const partState = z.object({
  /** `c0` for the first content, `s0` for the first summary. */
  key: z.string(),
  type: z.enum(['text', 'refusal', 'summary', 'reasoning', 'other']),
  blockIndex: z.number(),
  /** How much of its text was told. */
  length: z.number(),
  /** How many token probabilities were told. */
  logprobs: z.number(),
  /** What it says beside its text; all it says for a part of another kind. */
  fields,
  isDone: z.boolean(),
  /** Whether its block was ended. */
  isClosed: z.boolean(),
});

const itemState = z.object({
  /** The item as last seen, with the fields of its events that are not known. */
  item: fields,
  extras: fields,
  parts: z.array(partState),
  /** Of a call: set once it was opened. */
  blockIndex: z.number().optional(),
  /** Of a call: how much of its arguments was told, and those that came before its id and name were known. */
  length: z.number(),
  held: z.string(),
  isClosed: z.boolean(),
});

/** All that a decoder remembers between events. */
export const decoderState = z.object({
  phase: z.enum(['waiting', 'open', 'ended']),
  nextBlockIndex: z.number(),
  /** By output index. */
  items: z.record(z.string(), itemState),
  hasToolCalls: z.boolean(),
  /** The response's fields at its start. */
  fields,
  /** Those that came or changed later. */
  lateFields: fields,
  /** Events that are not known. */
  events: z.array(fields),
});

export type DecoderState = z.infer<typeof decoderState>;
export type ItemState = z.infer<typeof itemState>;
export type PartState = z.infer<typeof partState>;

export function createDecoderState(): DecoderState {
  return {
    phase: 'waiting',
    nextBlockIndex: 0,
    items: {},
    hasToolCalls: false,
    fields: {},
    lateFields: {},
    events: [],
  };
}

export function createItemState(item: Readonly<Record<string, unknown>>): ItemState {
  return { item: { ...item }, extras: {}, parts: [], length: 0, held: '', isClosed: false };
}
