import type { Block, Message, OpaqueBlock, OpaqueTool, Tool } from '@switchyard/canonical';

// Encoders say where a loss was in canonical words, `messages[user].content[audio data].cache`: by role and kind instead of
// by number, so that a field has one name however long the conversation is. `nameField` turns it into the client's words.

export function messagePath({ role }: Pick<Message, 'role'>): string {
  return `messages[${role}]`;
}

/** `path` is that of the message, of the tool result, or of the choice that holds the block. */
export function blockPath(path: string, block: Block): string {
  return `${path}.content[${kindOf(block)}]`;
}

export function toolPath(tool: Tool): string {
  switch (tool.type) {
    case 'function':
      return 'tools[function]';
    case 'server-tool':
      return `tools[server ${tool.native.type.replaceAll(UNSAFE, '_')}]`;
    case 'opaque':
      return `tools[opaque ${wordOf(tool)}]`;
  }
}

function kindOf(block: Block): string {
  switch (block.type) {
    case 'image':
    case 'audio':
    case 'document':
      return `${block.type} ${block.source.type}`;
    case 'opaque':
      return `opaque ${wordOf(block)}`;
    case 'tool-call':
    case 'tool-result':
      return block.freeform ? `${block.type} freeform` : block.type;
    default:
      return block.type;
  }
}

const MAX_WORD = 64;
const UNSAFE = /[^a-zA-Z0-9_.-]/g;

/** What its own dialect calls it: its `type`, or the field that makes it what it is. The word is the client's or a vendor's. */
function wordOf({ value }: OpaqueBlock | OpaqueTool): string {
  const [field = 'unknown'] = Object.keys(value).filter((key) => value[key] !== undefined);
  const word = typeof value['type'] === 'string' ? value['type'] : field;
  return word.replaceAll(UNSAFE, '_').slice(0, MAX_WORD) || 'unknown';
}
