import type { Block, RefusalBlock, TextBlock } from '../content.js';
import { GatewayError } from '../errors/gateway-error.js';
import type { CanonicalResponse } from '../response.js';
import type { StreamEvent } from '../stream.js';

/**
 * A whole answer as a legal sequence of events, for an upstream that answers JSON to a streaming request.
 * `foldStream` of the result is the answer again.
 *
 * @throws GatewayError `upstream_malformed` for a block that no stream event can carry, such as an image.
 */
export function unfoldResponse(response: CanonicalResponse): StreamEvent[] {
  const { id, model, createdAt, extensions, choices, usage } = response;
  const events: StreamEvent[] = [{ type: 'start', id, model, createdAt, extensions }];
  for (const [number, choice] of choices.entries()) {
    for (const [index, block] of choice.content.entries())
      events.push(...unfoldBlock(block, { choice: number, index }));
    const { finish, steps, extensions: own } = choice;
    events.push({ type: 'finish', choice: number, finish, steps, extensions: own });
  }
  if (usage !== undefined) events.push({ type: 'usage', usage });
  events.push({ type: 'end' });
  return events;
}

interface Place {
  readonly choice: number;
  readonly index: number;
}

function unfoldBlock(block: Block, place: Place): StreamEvent[] {
  switch (block.type) {
    case 'text':
      return [
        { type: 'text-start', extensions: block.extensions, ...place },
        ...unfoldText('text-delta', block, place),
        { type: 'text-end', citations: block.citations, extensions: block.extensions, ...place },
      ];
    case 'reasoning':
      return [
        {
          type: 'reasoning-start',
          provenance: block.provenance,
          form: block.form,
          extensions: block.extensions,
          ...place,
        },
        ...(block.text === '' ? [] : [{ type: 'reasoning-delta', text: block.text, ...place } as const]),
        { type: 'reasoning-end', signature: block.signature, extensions: block.extensions, ...place },
      ];
    case 'refusal':
      return [
        { type: 'refusal-start', extensions: block.extensions, ...place },
        ...unfoldText('refusal-delta', block, place),
        { type: 'refusal-end', extensions: block.extensions, ...place },
      ];
    case 'tool-call':
      return [
        {
          type: 'tool-call-start',
          id: block.id,
          name: block.name,
          freeform: block.freeform,
          namespaced: block.namespaced,
          extensions: block.extensions,
          ...place,
        },
        { type: 'tool-call-delta', argumentsText: block.arguments, ...place },
        { type: 'tool-call-end', extensions: block.extensions, ...place },
      ];
    case 'redacted-reasoning': {
      const { data, provenance, extensions } = block;
      return [{ type: 'redacted-reasoning', data, provenance, extensions, ...place }];
    }
    case 'opaque':
      return [{ type: 'opaque', block, ...place }];
    default:
      throw new GatewayError(
        'upstream_malformed',
        `the answer holds a block of type ${block.type}, which no stream can carry`,
      );
  }
}

function unfoldText(
  type: 'text-delta' | 'refusal-delta',
  { text, logprobs }: TextBlock | RefusalBlock,
  place: Place,
): StreamEvent[] {
  if (logprobs !== undefined) return [{ type, text, logprobs, ...place }];
  return text === '' ? [] : [{ type, text, ...place }];
}
