import type { Block, Message } from '@switchyard/canonical';

import { extensionsOf } from '../extensions/extensions.js';
import { compact, restOf } from '../json/json-object.js';
import { CallIds } from './call-ids.js';
import { decodePart, GEMINI } from './decode-parts.js';
import type { WireContent, WireRequest } from './wire-request.js';

/** The conversation, its instructions first. Results of functions came as role `function` in the API's first version. */
export function decodeContents({ systemInstruction, contents }: WireRequest): Message[] {
  const calls = new CallIds();
  const instructions = (systemInstruction?.parts ?? []).map((part) => decodePart(part, calls));
  return [
    ...(instructions.length === 0 ? [] : [{ role: 'system' as const, content: instructions }]),
    ...joinAnswers(contents).map((content) => decodeContent(content, calls)),
  ];
}

/**
 * The contents with each of the model's turns in one piece: Google's SDK hands back every event of a stream as a content of
 * its own, and other dialects take nothing between calls and their results.
 */
function joinAnswers(contents: readonly WireContent[]): WireContent[] {
  const joined: WireContent[] = [];
  for (const content of contents) {
    const previous = joined.at(-1);
    if (previous?.role !== 'model' || content.role !== 'model') joined.push(content);
    else joined[joined.length - 1] = { ...previous, ...content, parts: [...partsOf(previous), ...partsOf(content)] };
  }
  return joined;
}

function partsOf({ parts }: WireContent): NonNullable<WireContent['parts']> {
  return parts ?? [];
}

function decodeContent(content: WireContent, calls: CallIds): Message {
  const { role, parts: _parts, ...rest } = content;
  const blocks = partsOf(content).map((part) => decodePart(part, calls));
  return compact({
    role: role === 'model' ? ('assistant' as const) : ('user' as const),
    content: role === 'model' ? joinTexts(blocks) : blocks,
    extensions: extensionsOf(GEMINI, restOf(rest, [])),
  });
}

/** An answer's texts next to each other are one, as where a stream is decoded; an empty one is only the place of its end. */
function joinTexts(blocks: readonly Block[]): Block[] {
  const joined: Block[] = [];
  for (const block of blocks) {
    const previous = joined.at(-1);
    if (!isPlainText(block)) joined.push(block);
    else if (previous !== undefined && isPlainText(previous)) {
      joined[joined.length - 1] = { type: 'text', text: previous.text + block.text };
    } else if (block.text !== '' || blocks.length === 1) joined.push(block);
  }
  return joined;
}

function isPlainText(block: Block): block is Block & { readonly type: 'text' } {
  return block.type === 'text' && block.extensions === undefined;
}
