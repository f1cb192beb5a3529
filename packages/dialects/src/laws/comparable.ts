import { totalInput, type Block, type CanonicalResponse } from '@switchyard/canonical';

import { compact, parseJson } from '../json/json-object.js';

/**
 * An answer without what a round trip through one dialect may change: the provider's own words (`raw`), a time that not
 * every dialect tells, the spelling of a tool call's arguments, and what is read of steps for other dialects.
 */
export function comparable(response: CanonicalResponse | undefined): unknown {
  if (response === undefined) return undefined;
  const { createdAt: _createdAt, ...rest } = response;
  return compact({
    ...rest,
    usage: response.usage === undefined ? undefined : compact({ ...response.usage, raw: undefined }),
    choices: response.choices.map(({ steps: _steps, ...choice }) => ({
      ...choice,
      finish: compact({ ...choice.finish, raw: undefined }),
      content: choice.content.map((block) => {
        if (block.type === 'opaque') return compact({ ...block, step: undefined });
        return block.type === 'tool-call' ? { ...block, arguments: parseJson(block.arguments) } : block;
      }),
    })),
  });
}

/**
 * What an answer means in any dialect. The declared losses of a translation are left out: signatures and makers of
 * reasoning, cache buckets beside reads, and all that only one dialect knows.
 */
export function meaning(response: CanonicalResponse | undefined): unknown {
  const choice = response?.choices[0];
  const usage = response?.usage;
  return {
    content: choice?.content.map(blockMeaning),
    reason: choice?.finish.reason,
    input: usage && totalInput(usage),
    cacheRead: usage?.cacheRead,
    output: usage?.output,
    reasoning: usage?.reasoning,
  };
}

function blockMeaning(block: Block): unknown {
  switch (block.type) {
    case 'text':
    case 'reasoning':
      return { type: block.type, text: block.text };
    case 'tool-call':
      return { type: block.type, id: block.id, name: block.name, arguments: parseJson(block.arguments) };
    default:
      return block;
  }
}
