import type { Block, CanonicalRequest, Tool } from '@switchyard/canonical';

/** What models take beside the texts themselves. (OpenAI Cookbook, "How to count tokens with tiktoken") */
const PER_REQUEST = 3;
const PER_MESSAGE = 4;
const PER_TOOL = 8;
const PER_TOOL_CALL = 8;

/**
 * What no text tells, at a flat rate on the high side: an image is what Anthropic counts for the largest it does not
 * shrink (Vision guide, "Evaluate image size"), a document one of its pages (PDF support, "Estimate your costs").
 */
const PER_IMAGE = 1_600;
const PER_AUDIO = 1_000;
const PER_DOCUMENT = 3_000;

/** A request as what its tokens are made of. */
export interface Countable {
  readonly texts: readonly string[];
  /** Tokens that are in no text. */
  readonly fixed: number;
}

export function countableOf(request: CanonicalRequest): Countable {
  const format = request.responseFormat;
  const parts = [
    ...request.messages.flatMap(({ content }) => [{ texts: [], fixed: PER_MESSAGE }, ...content.map(countBlock)]),
    ...request.tools.map(countTool),
    ...(format?.type === 'json-schema' ? [textPart(JSON.stringify(format.schema))] : []),
  ];
  return {
    texts: parts.flatMap(({ texts }) => texts),
    fixed: parts.reduce((sum, { fixed }) => sum + fixed, PER_REQUEST),
  };
}

function countBlock(block: Block): Countable {
  switch (block.type) {
    case 'text':
    case 'refusal':
    case 'reasoning':
      return textPart(block.text);
    case 'tool-call':
      return { texts: [block.name, block.arguments], fixed: PER_TOOL_CALL };
    case 'tool-result': {
      const parts = block.content.map(countBlock);
      return { texts: parts.flatMap(({ texts }) => texts), fixed: parts.reduce((sum, { fixed }) => sum + fixed, 0) };
    }
    case 'document':
      return block.source.type === 'text' ? textPart(block.source.text) : { texts: [], fixed: PER_DOCUMENT };
    case 'image':
      return { texts: [], fixed: PER_IMAGE };
    case 'audio':
      return { texts: [], fixed: PER_AUDIO };
    case 'opaque':
      return textPart(JSON.stringify(block.value));
    default:
      return textPart('');
  }
}

function countTool(tool: Tool): Countable {
  if (tool.type === 'server-tool') return textPart(tool.kind, PER_TOOL);
  if (tool.type === 'opaque') return textPart(JSON.stringify(tool.value), PER_TOOL);
  const { name, description = '', parameters = {} } = tool;
  return { texts: [name, description, JSON.stringify(parameters)], fixed: PER_TOOL };
}

function textPart(text: string, fixed = 0): Countable {
  return { texts: [text], fixed };
}
