import { z } from 'zod';

const fields = z.record(z.string(), z.unknown());

const choiceState = z.object({
  nextBlockIndex: z.number(),
  /** The text or thought that is being written, and the fields that are told with its end. */
  open: z.object({ type: z.enum(['text', 'reasoning']), index: z.number(), extras: fields }).optional(),
  /** The call whose arguments come in pieces. */
  call: z.object({ index: z.number(), args: fields, extras: fields }).optional(),
  callCount: z.number(),
  /** What the texts say so far, by the index of their blocks. */
  texts: z.record(z.string(), z.string()),
  /** The candidate's parts, as those of a whole answer: pieces that came in a row are one. `from` is where in its block one begins. */
  parts: z.array(z.object({ kind: z.enum(['text', 'thought', 'other']), block: z.number(), from: z.number() })),
  /** How many citations were told. */
  citationCount: z.number(),
  finishReason: z.string().optional(),
  /** Fields of the candidate that we do not read, told with its finish. */
  extras: fields,
});

/** All that a decoder remembers between chunks. */
export const decoderState = z.object({
  phase: z.enum(['waiting', 'open', 'ended']),
  id: z.string(),
  choices: z.record(z.string(), choiceState),
  /** Why the prompt was refused, if it was. */
  blockReason: z.string().optional(),
  /** Fields of the chunks that we do not read, as last seen. */
  extras: fields,
  /** Those of them that came or changed after the start. */
  lateExtras: fields,
});

export type DecoderState = z.infer<typeof decoderState>;
export type ChoiceState = z.infer<typeof choiceState>;

export function createDecoderState(): DecoderState {
  return { phase: 'waiting', id: '', choices: {}, extras: {}, lateExtras: {} };
}

export function createChoiceState(): ChoiceState {
  return { nextBlockIndex: 0, callCount: 0, texts: {}, parts: [], citationCount: 0, extras: {} };
}
