import { z } from 'zod';

const fields = z.record(z.string(), z.unknown());

const toolCallState = z.object({
  /** The vendor's index, if it gives one. */
  upstreamIndex: z.number().optional(),
  kind: z.enum(['function', 'custom']),
  id: z.string(),
  name: z.string(),
  /** Arguments that came before both id and name were known; for a custom tool all of its input. */
  held: z.string(),
  hasArguments: z.boolean(),
  /** Unknown fields, told with its end. */
  extras: fields,
  /** Set once the call was opened. */
  blockIndex: z.number().optional(),
});

const choiceState = z.object({
  nextBlockIndex: z.number(),
  /** `from` is where a text begins within the texts of the choice, in code points. */
  open: z.object({ type: z.enum(['text', 'reasoning', 'refusal']), index: z.number(), from: z.number() }).optional(),
  /** How many code points of text were told. */
  textLength: z.number(),
  /** Annotations for the end of the text that is being told, or of the next one. */
  annotations: z.array(fields),
  toolCalls: z.array(toolCallState),
  isFinished: z.boolean(),
  /** Unknown fields of the choice and its deltas, told with its finish. */
  extras: fields,
});

/** All that a decoder remembers between chunks. */
export const decoderState = z.object({
  phase: z.enum(['waiting', 'open', 'ended']),
  choices: z.record(z.string(), choiceState),
  /** Unknown fields of the chunks, as last seen. */
  extras: fields,
  /** Those of them that came or changed after the start. */
  lateExtras: fields,
});

export type DecoderState = z.infer<typeof decoderState>;
export type ChoiceState = z.infer<typeof choiceState>;
export type ToolCallState = z.infer<typeof toolCallState>;

export function createDecoderState(): DecoderState {
  return { phase: 'waiting', choices: {}, extras: {}, lateExtras: {} };
}

export function createChoiceState(): ChoiceState {
  return { nextBlockIndex: 0, textLength: 0, annotations: [], toolCalls: [], isFinished: false, extras: {} };
}
