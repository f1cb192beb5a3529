import type { Block, CanonicalRequest, Message, Warning } from '@switchyard/canonical';

import type { JsonObject } from '../dialect.js';
import { foreignFieldWarnings, ownFields } from '../extensions/extensions.js';
import { isMadeStep } from '../made/made-id.js';
import { blockPath, messagePath } from '../losses/field-path.js';
import { ANTHROPIC } from './decode-content.js';
import { encodeBlock, type LossLog } from './encode-content.js';

export interface EncodedMessages {
  readonly system: readonly JsonObject[];
  readonly messages: readonly JsonObject[];
}

interface Turn {
  readonly role: 'user' | 'assistant';
  readonly fields: JsonObject;
  readonly content: readonly JsonObject[];
}

/**
 * The conversation as Anthropic takes it: leading instructions on top, then alternating turns that begin with the user's.
 * Later instructions become user text: only the newest models take a `system` turn in the conversation.
 */
export function encodeMessages(messages: CanonicalRequest['messages'], warnings: Warning[]): EncodedMessages {
  const firstTurn = messages.findIndex((message) => !isInstruction(message));
  const leading = firstTurn === -1 ? messages.length : firstTurn;
  const system = messages.slice(0, leading).flatMap((message) => {
    return encodeInstruction(message, messagePath(message), warnings);
  });
  const turns = messages.slice(leading).map((message): Turn => {
    return encodeTurn(message, messagePath(message), warnings);
  });
  return { system, messages: finishTurns(mergeTurns(turns), warnings) };
}

function isInstruction(message: Message): boolean {
  return message.role === 'system' || message.role === 'developer';
}

function encodeInstruction(message: Message, path: string, warnings: Warning[]): JsonObject[] {
  noteMessageLosses(message, path, warnings);
  return encodeBlocks(message.content, { path, warnings, refuses: notText });
}

function encodeTurn(message: Message, path: string, warnings: Warning[]): Turn {
  noteMessageLosses(message, path, warnings);
  const fields = ownFields(ANTHROPIC, message.extensions);
  if (message.role === 'assistant') {
    return { role: 'assistant', fields, content: encodeBlocks(message.content, { path, warnings, refuses: media }) };
  }
  if (message.role !== 'user') {
    const reason = `a ${message.role} turn amid the conversation becomes user text`;
    warnings.push({ type: 'approximated', field: `${path}.role`, reason });
  }
  return { role: 'user', fields, content: encodeBlocks(message.content, { path, warnings }) };
}

/** `system` holds text only. (Messages API reference, system) */
function notText(block: Block): string | undefined {
  return block.type === 'text' || block.type === 'opaque'
    ? undefined
    : `instructions hold text only, not ${block.type}`;
}

/** Images and documents are a user's to give; steps must be Anthropic's own. (Messages API reference, messages) */
function media(block: Block): string | undefined {
  if (isMadeStep(block)) return 'a step of a tool that another provider ran';
  const isMedia = block.type === 'image' || block.type === 'document';
  return isMedia ? `an assistant turn cannot hold ${block.type} blocks` : undefined;
}

function noteMessageLosses(message: Message, path: string, warnings: Warning[]): void {
  warnings.push(...foreignFieldWarnings(ANTHROPIC, message.extensions, path));
  if (message.name !== undefined) {
    warnings.push({ type: 'dropped', field: `${path}.name`, reason: 'anthropic-messages has no names of speakers' });
  }
}

interface BlockRules extends LossLog {
  /** Why a block has no place here, if it has none. */
  readonly refuses?: ((block: Block) => string | undefined) | undefined;
}

function encodeBlocks(blocks: readonly Block[], { path, warnings, refuses }: BlockRules): JsonObject[] {
  const encoded: JsonObject[] = [];
  for (const block of blocks) {
    const field = blockPath(path, block);
    const refusal = refuses?.(block);
    if (refusal !== undefined) warnings.push({ type: 'dropped', field, reason: refusal });
    const made = refusal === undefined ? encodeBlock(block, { path: field, warnings }) : undefined;
    if (made !== undefined) encoded.push(made);
  }
  return encoded;
}

/**
 * Turns of one speaker in a row become one, and tool results go before everything else in it: results that are spread over
 * turns, or that follow text, are refused. (Tool use, handling results of parallel calls)
 */
function mergeTurns(turns: readonly Turn[]): Turn[] {
  const merged: Turn[] = [];
  for (const turn of turns) {
    if (turn.content.length === 0) continue;
    const previous = merged.at(-1);
    if (previous?.role !== turn.role) {
      merged.push(turn);
      continue;
    }
    const content = [...previous.content, ...turn.content];
    merged[merged.length - 1] = { ...turn, fields: { ...previous.fields, ...turn.fields }, content };
  }
  return merged.map((turn) => (turn.role === 'user' ? { ...turn, content: resultsFirst(turn.content) } : turn));
}

function resultsFirst(content: readonly JsonObject[]): JsonObject[] {
  const isResult = (block: JsonObject) => block['type'] === 'tool_result';
  return [...content.filter(isResult), ...content.filter((block) => !isResult(block))];
}

function finishTurns(turns: readonly Turn[], warnings: Warning[]): JsonObject[] {
  const encoded = trimPrefill(turns, warnings).map(({ role, fields, content }): JsonObject => {
    return { ...fields, role, content };
  });
  if (turns[0]?.role === 'user') return encoded;
  const reason = 'the conversation must begin with a user turn; one was added';
  warnings.push({ type: 'approximated', field: 'messages', reason });
  return [{ role: 'user', content: [{ type: 'text', text: '.' }] }, ...encoded];
}

/** A final assistant turn may not end in white space. (Messages API reference, prefill) */
function trimPrefill(turns: readonly Turn[], warnings: Warning[]): readonly Turn[] {
  const turn = turns.at(-1);
  const last = turn?.content.at(-1);
  if (turn?.role !== 'assistant' || last?.['type'] !== 'text' || typeof last['text'] !== 'string') return turns;
  const text = last['text'].trimEnd();
  if (text === last['text']) return turns;
  const reason = 'white space at the end of the last turn is cut off';
  warnings.push({ type: 'approximated', field: 'messages', reason });
  const content = [...turn.content.slice(0, -1), ...(text === '' ? [] : [{ ...last, text }])];
  return [...turns.slice(0, -1), ...(content.length === 0 ? [] : [{ ...turn, content }])];
}
