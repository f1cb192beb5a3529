import type { Block, Message, ToolResultBlock } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { extensionsOf } from '../extensions/extensions.js';
import { compact, restOf } from '../json/json-object.js';
import { objectsOf, stringOf } from '../json/read-json.js';
import { decodeItem, identityOf } from './decode-item.js';
import { decodeContent, decodeResultContent } from './decode-parts.js';
import { RESPONSES } from './reasoning-proof.js';

interface Turn extends Message {
  readonly content: Block[];
}

/**
 * The items of an input as turns. What a model produced in a row (reasoning, text, calls) is one assistant turn, and the
 * outputs of its calls are one user turn, as every other dialect has them.
 */
export function decodeMessages(items: readonly JsonObject[]): Message[] {
  const turns: Turn[] = [];
  for (const item of items) {
    const role = roleOf(item);
    if (role === 'assistant') openAssistantTurn(turns, item).content.push(...decodeItem(withType(item)));
    else if (isMessage(item)) turns.push({ ...decodePrompt(item), role });
    else openOutputTurn(turns).content.push(decodeOutput(item));
  }
  return turns;
}

function isMessage(item: JsonObject): boolean {
  return item['type'] === undefined || item['type'] === 'message';
}

function withType(item: JsonObject): JsonObject {
  return isMessage(item) ? { ...item, type: 'message' } : item;
}

/** Who an item comes from. What a client's own tools gave back is the user's; all else but messages is the model's. */
function roleOf(item: JsonObject): Message['role'] {
  const { role, type } = item;
  if (isMessage(item)) return role === 'system' || role === 'developer' || role === 'assistant' ? role : 'user';
  return typeof type === 'string' && /_(output|approval_response)$/.test(type) ? 'user' : 'assistant';
}

/** A message after another begins a turn of its own, unless calls stand between: their outputs must follow at once. */
function openAssistantTurn(turns: Turn[], item: JsonObject): Turn {
  const last = turns.at(-1);
  const hasText = last?.content.some((block) => block.type === 'text' || block.type === 'refusal');
  const hasCall = last?.content.some((block) => block.type === 'tool-call');
  const isContinued = last?.role === 'assistant' && !(isMessage(item) && hasText && !hasCall);
  return isContinued ? last : addTurn(turns, 'assistant');
}

function openOutputTurn(turns: Turn[]): Turn {
  const last = turns.at(-1);
  const holdsOutputs = last?.content.every((block) => block.type === 'tool-result' || isOutputItem(block));
  return last?.role === 'user' && holdsOutputs ? last : addTurn(turns, 'user');
}

function isOutputItem(block: Block): boolean {
  return block.type === 'opaque' && block.extensions === undefined;
}

function addTurn(turns: Turn[], role: Message['role']): Turn {
  const turn: Turn = { role, content: [] };
  turns.push(turn);
  return turn;
}

function decodePrompt(item: JsonObject): Omit<Turn, 'role'> {
  const { type: _type, role, content, id: _id, status: _status, ...rest } = item;
  // Tells a system message of the input from the `instructions`, which are one as well.
  const identity = role === 'system' ? { type: 'message', ...identityOf(item) } : identityOf(item);
  return compact({
    content: decodeContent(typeof content === 'string' ? content : objectsOf(content)),
    extensions: extensionsOf(RESPONSES, { ...(identity && { item: identity }), ...restOf(rest, []) }),
  });
}

/** The output of a call; that of a server's tool which a client runs stays as it is. */
function decodeOutput(item: JsonObject): Block {
  const isFreeform = item['type'] === 'custom_tool_call_output';
  if (!isFreeform && item['type'] !== 'function_call_output')
    return { type: 'opaque', dialect: RESPONSES, value: item };
  const { output } = item;
  const identity = identityOf(item);
  const fields = restOf(item, ['type', 'id', 'status', 'call_id', 'output']);
  return compact<ToolResultBlock>({
    type: 'tool-result',
    toolCallId: stringOf(item['call_id']) ?? '',
    content: decodeResultContent(typeof output === 'string' ? output : objectsOf(output)),
    freeform: isFreeform || undefined,
    extensions: extensionsOf(RESPONSES, { ...(identity && { item: identity }), ...fields }),
  });
}
