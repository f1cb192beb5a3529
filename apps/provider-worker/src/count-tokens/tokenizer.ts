import { setImmediate as nextTurn } from 'node:timers/promises';

/** The tokenizer's time grows with the square of a run without spaces; this keeps it linear. A cut costs a token at most. */
const SLICE_LENGTH = 1_000;
/** After so many slices everybody else in this process gets a turn. */
const SLICES_PER_TURN = 25;
/** Longer texts are counted up to here and the rest by the same rate. */
const LONGEST_COUNTED = 400_000;

/**
 * How many tokens texts have in OpenAI's o200k vocabulary. Its tables are large, so they are loaded when first needed.
 * Rejects when the signal aborts.
 */
export async function countTextTokens(texts: readonly string[], signal: AbortSignal): Promise<number> {
  const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base');
  const total = texts.reduce((sum, text) => sum + text.length, 0);
  let counted = 0;
  let tokens = 0;
  let slices = 0;
  for (const slice of slicesOf(texts)) {
    if (counted >= LONGEST_COUNTED) return Math.ceil((tokens * total) / counted);
    // Words that are special to a model are only words in a client's text.
    tokens += countTokens(slice, { disallowedSpecial: new Set() });
    counted += slice.length;
    slices += 1;
    if (slices % SLICES_PER_TURN === 0) {
      await nextTurn();
      signal.throwIfAborted();
    }
  }
  return tokens;
}

function* slicesOf(texts: readonly string[]): Generator<string> {
  for (const text of texts) {
    for (let start = 0; start < text.length; start += SLICE_LENGTH) yield text.slice(start, start + SLICE_LENGTH);
  }
}
